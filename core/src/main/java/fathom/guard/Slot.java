package fathom.guard;

import fathom.memory.Failures;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A field of a class, read through a method handle.
 *
 * @param field the field
 * @param number for a field of a primitive type, {@code (Object)long}: its value, of floating types the bits
 * @param object for other fields, {@code (Object)Object}
 */
record Slot(Field field, @Nullable MethodHandle number, @Nullable MethodHandle object) {
    private static final ClassValue<List<Slot>> DECLARED =
            new ClassValue<>() {
                @Override
                protected List<Slot> computeValue(Class<?> type) {
                    var slots = new ArrayList<Slot>();
                    for (Field f : type.getDeclaredFields()) {
                        slots.add(of(f));
                    }
                    return List.copyOf(slots);
                }
            };

    /** {@return the fields declared by a class itself, including static ones} */
    static List<Slot> declaredBy(Class<?> type) {
        List<Slot> slots = DECLARED.get(type);
        if (slots.stream().anyMatch(s -> !s.isReadable())) {
            DECLARED.remove(type); // a module that may open it could still be loaded
        }
        return slots;
    }

    /** {@return the instance fields of a class and its superclasses, up to but not including {@code base}} */
    static List<Slot> ofInstances(Class<?> type, Class<?> base) {
        var slots = new ArrayList<Slot>();
        for (Class<?> c = type; c != null && c != base; c = c.getSuperclass()) {
            for (Slot s : declaredBy(c)) {
                if (!s.isStatic()) {
                    slots.add(s);
                }
            }
        }
        return slots;
    }

    private static Slot of(Field f) {
        if (!StatefulFamilies.open(f)) {
            return new Slot(f, null, null);
        }
        try {
            MethodHandle h = MethodHandles.lookup().unreflectGetter(f);
            if (Modifier.isStatic(f.getModifiers())) {
                h = MethodHandles.dropArguments(h, 0, Object.class);
            }
            Class<?> t = f.getType();
            if (!t.isPrimitive()) {
                return new Slot(f, null, h.asType(MethodType.methodType(Object.class, Object.class)));
            }
            if (t == float.class || t == double.class) {
                Class<?> box = t == float.class ? Float.class : Double.class;
                String name = t == float.class ? "floatToRawIntBits" : "doubleToRawLongBits";
                Class<?> bits = t == float.class ? int.class : long.class;
                MethodHandle toBits = MethodHandles.lookup().findStatic(box, name, MethodType.methodType(bits, t));
                h = MethodHandles.filterReturnValue(h, toBits);
            }
            return new Slot(
                    f, MethodHandles.explicitCastArguments(h, MethodType.methodType(long.class, Object.class)), null);
        } catch (ReflectiveOperationException e) {
            return new Slot(f, null, null);
        }
    }

    boolean isReadable() {
        return number != null || object != null;
    }

    boolean isFinal() {
        return Modifier.isFinal(field.getModifiers());
    }

    boolean isStatic() {
        return Modifier.isStatic(field.getModifiers());
    }

    boolean isTransient() {
        return Modifier.isTransient(field.getModifiers());
    }

    /** {@return the value of a field of a primitive type, as bits} */
    long number(@Nullable Object of) {
        try {
            return (long) java.util.Objects.requireNonNull(number).invokeExact(of);
        } catch (Throwable e) {
            throw Failures.unchecked(e);
        }
    }

    /** {@return the value of a field of another type} */
    @Nullable Object object(@Nullable Object of) {
        try {
            return (Object) java.util.Objects.requireNonNull(object).invokeExact(of);
        } catch (Throwable e) {
            throw Failures.unchecked(e);
        }
    }

    /** {@return bits returned by {@link #number}, as text} */
    String text(long bits) {
        Class<?> t = field.getType();
        return t == double.class
                ? Double.toString(Double.longBitsToDouble(bits))
                : t == float.class
                        ? Float.toString(Float.intBitsToFloat((int) bits))
                        : t == boolean.class
                                ? Boolean.toString(bits != 0)
                                : t == char.class ? "'" + (char) bits + "'" : Long.toString(bits);
    }

    /** {@return the description of the field, for messages} */
    String name() {
        Class<?> owner = field.getDeclaringClass();
        if (owner.isHidden()) {
            return "a captured variable of type " + field.getType().getSimpleName();
        }
        String name = field.getName();
        return name.startsWith("val$")
                ? "the captured variable %s of class %s".formatted(name.substring(4), owner.getName())
                : "field %s of class %s".formatted(name, owner.getName());
    }
}
