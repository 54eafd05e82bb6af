package fathom.guard;

import fathom.Captured;
import fathom.Tensor;
import java.lang.invoke.MethodType;
import java.lang.reflect.Modifier;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The classes of blocks and optimisers whose code runs in a step. The only trace of a block that holds no tensor and is
 * held by no object known to the step is its code on the stack.
 */
public final class RunningCode {
    private static final StackWalker WALKER = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    private record Method(Class<?> type, String name, MethodType signature) {}

    private final Set<Class<?>> types = new LinkedHashSet<>();
    private final Set<Method> known = new HashSet<>();

    /** Inspects the stack, from here up to the step or to the backward run, in which no forward runs. */
    public void inspect() {
        WALKER.walk(frames -> {
            frames.takeWhile(f -> !isEnd(f.getDeclaringClass())).forEach(this::record);
            return types;
        });
    }

    private static boolean isEnd(Class<?> type) {
        return type == Captured.class || type.getName().equals("fathom.BackwardEngine");
    }

    private void record(StackWalker.StackFrame f) {
        Class<?> type = f.getDeclaringClass();
        if (StatefulFamilies.of(type) != null
                && known.add(new Method(type, f.getMethodName(), f.getMethodType()))
                && !isStatic(f)) {
            types.add(type);
        }
    }

    private static boolean isStatic(StackWalker.StackFrame f) {
        try {
            Class<?>[] parameters = f.getMethodType().parameterArray();
            return Modifier.isStatic(
                    f.getDeclaringClass().getDeclaredMethod(f.getMethodName(), parameters).getModifiers());
        } catch (NoSuchMethodException | SecurityException e) {
            return false; // a constructor
        }
    }

    /** {@return the classes that have mutable state} */
    public Set<Class<?>> types() {
        var changing = new LinkedHashSet<Class<?>>();
        for (Class<?> type : types) {
            StatefulFamily family = StatefulFamilies.of(type);
            if (family != null && mayChange(type, family)) {
                changing.add(type);
            }
        }
        return changing;
    }

    private static boolean mayChange(Class<?> type, StatefulFamily family) {
        for (Class<?> c = type; c != null && c != family.base(); c = c.getSuperclass()) {
            for (Slot s : Slot.declaredBy(c)) {
                Class<?> t = s.field().getType();
                boolean constant = t.isPrimitive() || t == String.class || t.isEnum() || t == Tensor.class;
                if (family.readsFields(c)
                        && !family.isOurs(c)
                        && !s.isStatic()
                        && !s.isTransient()
                        && !(s.isFinal() && (constant || StatefulFamilies.of(t) != null))) {
                    return true;
                }
            }
        }
        return false;
    }
}
