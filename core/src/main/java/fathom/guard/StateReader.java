package fathom.guard;

import fathom.Generator;
import fathom.Tensor;
import fathom.capture.UserCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Collects the Java state that a captured step depends on: that of the blocks and optimisers it used, of their parents
 * and children, and of the variables that its code captured. Immutable state needs no guard.
 *
 * <p>How strictly depends on whose object it is:
 *
 * <ul>
 *   <li>all fields of a user's block or optimiser: one that cannot be compared is a {@link #problem};
 *   <li>fields of this project's own: those that cannot be compared are ignored;
 *   <li>captured variables, and the fields of the objects in them: those that cannot be compared are ignored, and those
 *       that the step itself changes may be counters.
 * </ul>
 */
public final class StateReader {
    /** The maximum distance from the step's captured variables at which objects are inspected. */
    private static final int MAX_DEPTH = 4;

    /** Longer arrays of captured objects are data rather than configuration. */
    private static final int MAX_LENGTH = 1024;

    /** The maximum number of values to compare per block. */
    private static final int MAX_VALUES = 100_000;

    /** Where an object was found, strictest first. */
    private enum Origin {
        /** In a field of a user's block or optimiser. */
        USERS_OWNER(true, false),
        /** Captured by a user's local class that extends a block. */
        USERS_CAPTURED(true, true),
        /** In a field of this project's blocks, such as a hook. */
        OURS(false, false),
        /** Captured by the step. */
        CAPTURED(false, true);

        /** Whether a value that cannot be compared is a problem. */
        final boolean strict;

        /** Whether the step may change it. */
        final boolean sideEffect;

        Origin(boolean strict, boolean sideEffect) {
            this.strict = strict;
            this.sideEffect = sideEffect;
        }
    }

    /** A value still to be inspected. */
    private record Task(Object value, String name, Origin origin, int depth) {}

    private final Predicate<Object> excluded;
    private final Predicate<Guard.Location> ignored;
    private final List<Guard> guards = new ArrayList<>();
    private final Map<Object, Origin> seen = new IdentityHashMap<>();
    private final Set<Object> owners = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Deque<Object> ownersToRead = new ArrayDeque<>();
    private final Deque<Task> tasks = new ArrayDeque<>();
    private @Nullable String problem;
    private int values;
    private @Nullable Object current;

    /**
     * @param excluded whether an object was created in the step and dies with it
     * @param ignored whether a location is known to be a side effect of the step
     */
    public StateReader(Predicate<Object> excluded, Predicate<Guard.Location> ignored) {
        this.excluded = excluded;
        this.ignored = ignored;
    }

    /** Reads a block or optimiser, with its parents and children. */
    public void owner(Object owner) {
        if (!excluded.test(owner) && owners.add(owner)) {
            ownersToRead.add(owner);
        }
    }

    /** Reads the variables captured by a step's code, and the static fields of its enclosing class. */
    public void code(Object step) {
        if (StatefulFamilies.of(step.getClass()) != null) {
            owner(step);
        } else if (isFirst(step, Origin.CAPTURED)) {
            fields(step, Origin.CAPTURED, 0);
            Class<?> host = step.getClass().getNestHost();
            if (!Values.isPlatformType(host) && !UserCode.isLibrary(host)) {
                statics(host, Origin.CAPTURED);
            }
        }
    }

    /** Reads the variables captured by code of the step that nobody may change unnoticed: a hook, a loss. */
    public void hook(Object code) {
        tasks.add(new Task(code, "captured", Origin.OURS, 1));
    }

    /** Reads everything reachable. */
    public void read() {
        while (problem == null) {
            if (!tasks.isEmpty()) {
                inspect(tasks.remove());
            } else if (!ownersToRead.isEmpty()) {
                values = 0;
                read(ownersToRead.remove());
            } else {
                return;
            }
        }
    }

    /** {@return the guards} */
    public List<Guard> guards() {
        return guards;
    }

    /** {@return which value cannot be compared, and what to do; null if there is none} */
    public @Nullable String problem() {
        return problem;
    }

    /** {@return whether an object of the class was read} */
    public boolean knows(Class<?> type) {
        return owners.stream().anyMatch(type::isInstance);
    }

    // ---- blocks and optimisers ------------------------------------------------------------------------------------

    private void read(Object owner) {
        StatefulFamily family = StatefulFamilies.of(owner.getClass());
        if (family == null) {
            return;
        }
        current = owner;
        family.above(owner).forEach(this::owner);
        Supplier<List<?>> below = family.below(owner);
        if (below != null) {
            List<?> now = below.get();
            now.forEach(this::owner);
            guards.add(ValueGuard.of(below, now, "the children of class " + owner.getClass().getName()));
        }
        Object declared = family.declared(owner);
        if (declared != null) {
            try {
                guards.add(
                        ValueGuard.of(
                                () -> family.declared(owner),
                                declared,
                                "what guard() returns in class " + owner.getClass().getName()));
            } catch (IllegalArgumentException e) {
                problem = "class %s: %s".formatted(owner.getClass().getName(), e.getMessage());
            }
        }
        for (Class<?> c = owner.getClass(); c != null && c != family.base(); c = c.getSuperclass()) {
            if (!family.readsFields(c)) {
                continue;
            }
            boolean ours = family.isOurs(c);
            for (Slot s : Slot.declaredBy(c)) {
                if (s.isStatic() || s.isTransient() && !ours) {
                    continue;
                }
                if (declared != null && !ours) {
                    structure(s, owner);
                } else {
                    slot(s, owner, ours ? Origin.OURS : Origin.USERS_OWNER, 0);
                }
            }
            if (!ours) {
                statics(c, Origin.USERS_OWNER);
            }
        }
    }

    /** For an object that declares its dependencies, only blocks in its fields are guarded. */
    private void structure(Slot s, Object owner) {
        if (s.object() == null) {
            return;
        }
        Object value = s.object(owner);
        if (value != null && holdsOwners(value)) {
            slot(s, owner, Origin.OURS, 0);
        }
    }

    private static boolean holdsOwners(Object value) {
        if (StatefulFamilies.of(value.getClass()) != null) {
            return true;
        }
        if (ContentGuard.size(value) > MAX_LENGTH) {
            return false;
        }
        for (Object e : ContentGuard.elements(value)) {
            if (e != null && StatefulFamilies.of(e.getClass()) != null) {
                return true;
            }
        }
        return false;
    }

    /** Guards assignable static fields that hold plain values, and blocks in static fields. */
    private void statics(Class<?> type, Origin origin) {
        for (Slot s : Slot.declaredBy(type)) {
            if (!s.isStatic() || s.isTransient() || s.field().isSynthetic() || !s.isReadable()) {
                continue;
            }
            Object value = s.object() == null ? null : s.object(null);
            boolean plain = s.number() != null || Values.isImmutable(value);
            if (!s.isFinal() && plain) {
                add(new FieldGuard(s, null, origin.sideEffect));
            } else if (value != null && holdsOwners(value)) {
                slot(s, null, Origin.CAPTURED, MAX_DEPTH);
            }
        }
    }

    // ---- fields and values ----------------------------------------------------------------------------------------

    private void fields(Object of, Origin origin, int depth) {
        for (Slot s : Slot.ofInstances(of.getClass(), Object.class)) {
            if (!s.isStatic() && !s.isTransient()) {
                slot(s, of, origin, depth);
            }
        }
    }

    /** Guards a field, and inspects its value. */
    private void slot(Slot s, @Nullable Object of, Origin origin, int depth) {
        if (!s.isReadable()) {
            if (origin.strict) {
                fail(
                        "%s cannot be read: its module must open the package to this project's layers (opens %s to fathom.nn)"
                                .formatted(s.name(), s.field().getDeclaringClass().getPackageName()));
            }
            return;
        }
        if (s.number() != null) {
            if (!s.isFinal()) {
                add(new FieldGuard(s, of, origin.sideEffect));
            }
            return;
        }
        Object value = s.object(of);
        boolean immutable = Values.isImmutable(value);
        if (!s.isFinal() && (origin != Origin.CAPTURED || isComparable(value, immutable))) {
            add(new FieldGuard(s, of, origin.sideEffect));
        }
        if (value != null && !immutable) {
            tasks.add(new Task(value, s.name(), inner(s, origin), s.field().isSynthetic() ? 1 : depth + 1));
        }
    }

    /**
     * An inner class sees the whole enclosing object, which was not written as part of a network; a local class may
     * count in the variables that it captured.
     */
    private static Origin inner(Slot s, Origin origin) {
        if (!s.field().isSynthetic()) {
            return origin;
        }
        return s.field().getName().startsWith("this$")
                ? Origin.CAPTURED
                : origin == Origin.USERS_OWNER ? Origin.USERS_CAPTURED : origin;
    }

    /** Fields of captured objects are guarded only where their values can be compared by themselves. */
    private static boolean isComparable(@Nullable Object value, boolean immutable) {
        return immutable
                || value instanceof Tensor
                || value instanceof Generator
                || value != null && StatefulFamilies.of(value.getClass()) != null;
    }

    private void add(Guard g) {
        if (!ignored.test(g.location())) {
            guards.add(g);
            values++;
        }
    }

    /** Guards the contents of a mutable object. */
    private void inspect(Task t) {
        Object v = t.value;
        if (v instanceof Tensor || v instanceof Generator || Values.isIrrelevant(v)) {
            return;
        }
        if (StatefulFamilies.of(v.getClass()) != null) {
            owner(v);
            return;
        }
        if (!isFirst(v, t.origin)) {
            return;
        }
        if (v instanceof Optional<?> o) {
            o.ifPresent(e -> tasks.add(new Task(e, t.name, t.origin, t.depth)));
            return;
        }
        Guard content = ContentGuard.of(v, t.name, t.origin.sideEffect);
        if (content != null) {
            content(t, content);
        } else if (isReadable(v)) {
            boolean library = t.depth > 1 && UserCode.isLibrary(v.getClass());
            if (t.origin.strict || t.depth < MAX_DEPTH && !library) {
                fields(v, t.origin, t.depth);
            }
        } else if (t.origin.strict) {
            fail(
                    "%s holds a %s, whose changes cannot be seen from call to call"
                            .formatted(t.name, v.getClass().getName()));
        }
        if (values > MAX_VALUES) {
            fail(
                    String.format(
                            Locale.ROOT, "%s holds more than %,d values to compare at each call", t.name, MAX_VALUES));
        }
    }

    private void content(Task t, Guard content) {
        Object v = t.value;
        int size = ContentGuard.size(v);
        boolean array = v.getClass().isArray();
        boolean wanted =
                switch (t.origin) {
                    case USERS_OWNER, USERS_CAPTURED -> true;
                    case OURS -> size <= MAX_LENGTH;
                    // what a program collects in its own objects' collections is seldom part of a step
                    case CAPTURED -> size <= MAX_LENGTH && (array || t.depth <= 1 || holdsOwners(v) || isAtomic(v));
                };
        if (!wanted) {
            return;
        }
        add(content);
        values += size;
        for (Object e : ContentGuard.elements(v)) {
            if (e != null && !Values.isImmutable(e)) {
                tasks.add(new Task(e, t.name, t.origin, t.depth + 1));
            }
        }
    }

    private static boolean isAtomic(Object v) {
        return v.getClass().getPackageName().equals("java.util.concurrent.atomic");
    }

    /** {@return whether the object has not been seen yet, or only less strictly} */
    private boolean isFirst(Object v, Origin origin) {
        Origin before = seen.get(v);
        if (before != null && before.compareTo(origin) <= 0) {
            return false;
        }
        seen.put(v, origin);
        return true;
    }

    /** {@return whether the object's state is in readable fields} */
    private boolean isReadable(Object v) {
        for (Class<?> c = v.getClass(); c != Object.class; c = c.getSuperclass()) {
            if (c == null || Values.isPlatformType(c) && c != Record.class) {
                return false;
            }
        }
        return true;
    }

    private void fail(String what) {
        Object owner = current;
        if (problem == null && owner != null) {
            problem =
                    "%s: mark the field transient if the step does not depend on it, or override guard() in class %s to say what it depends on"
                            .formatted(what, owner.getClass().getName());
        }
    }
}
