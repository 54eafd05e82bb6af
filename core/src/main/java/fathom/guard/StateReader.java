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
 * Reads the state that a captured step depends on: of the blocks and optimisers that it met, of those above and below
 * them, and of the variables that its code captured. What never changes leaves no guard.
 *
 * <p>How much is read depends on whose object it is:
 *
 * <ul>
 *   <li>fields of a user's block or optimiser, all of them: one that cannot be compared is a {@link #problem};
 *   <li>fields of this project's own: what cannot be compared does not matter;
 *   <li>captured variables, and the fields of the objects in them: what cannot be compared is left out, and what the
 *       step itself changes may be a counter.
 * </ul>
 */
public final class StateReader {
    /** So far from the step's captured variables objects are looked into. */
    private static final int DEEPEST = 4;

    /** Longer arrays of captured objects are data rather than settings. */
    private static final int LONGEST = 1024;

    /** Most values to compare of one block. */
    private static final int MOST_VALUES = 100_000;

    /** Whose object it is, the strictest first. */
    private enum Whose {
        /** In a field of a user's block or optimiser. */
        USERS_OWNER(true, false),
        /** Captured by a user's local class of blocks. */
        USERS_CAPTURED(true, true),
        /** In a field of this project's blocks, such as a hook. */
        OURS(false, false),
        /** Captured by the step. */
        CAPTURED(false, true);

        /** Whether what cannot be compared is a problem. */
        final boolean strict;

        /** Whether the step may change it. */
        final boolean sideEffect;

        Whose(boolean strict, boolean sideEffect) {
            this.strict = strict;
            this.sideEffect = sideEffect;
        }
    }

    /** A value that is to be looked into. */
    private record Task(Object value, String name, Whose whose, int depth) {}

    private final Predicate<Object> excluded;
    private final Predicate<Guard.Location> ignored;
    private final List<Guard> guards = new ArrayList<>();
    private final Map<Object, Whose> seen = new IdentityHashMap<>();
    private final Set<Object> owners = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Deque<Object> ownersToRead = new ArrayDeque<>();
    private final Deque<Task> tasks = new ArrayDeque<>();
    private @Nullable String problem;
    private int values;
    private @Nullable Object current;

    /**
     * @param excluded whether an object was made in the step and goes with it
     * @param ignored whether a place is known to be a side effect of the step
     */
    public StateReader(Predicate<Object> excluded, Predicate<Guard.Location> ignored) {
        this.excluded = excluded;
        this.ignored = ignored;
    }

    /** Reads a block or optimiser, with those above and below it. */
    public void owner(Object owner) {
        if (!excluded.test(owner) && owners.add(owner)) {
            ownersToRead.add(owner);
        }
    }

    /** Reads what the code of a step captured, and the static fields of the class that it stands in. */
    public void code(Object step) {
        if (Kinds.of(step.getClass()) != null) {
            owner(step);
        } else if (isFirst(step, Whose.CAPTURED)) {
            fields(step, Whose.CAPTURED, 0);
            Class<?> host = step.getClass().getNestHost();
            if (!Values.isOfPlatform(host) && !UserCode.isLibrary(host)) {
                statics(host, Whose.CAPTURED);
            }
        }
    }

    /** Reads what code of the step captured that nobody may change unnoticed: a hook, a loss. */
    public void hook(Object code) {
        tasks.add(new Task(code, "captured", Whose.OURS, 1));
    }

    /** Reads to the end. */
    public void read() {
        while (problem == null) {
            if (!tasks.isEmpty()) {
                look(tasks.remove());
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

    /** {@return what cannot be compared, and what to do; null where there is nothing of the kind} */
    public @Nullable String problem() {
        return problem;
    }

    /** {@return whether an object of the class was read} */
    public boolean knows(Class<?> type) {
        return owners.stream().anyMatch(type::isInstance);
    }

    // ---- blocks and optimisers ------------------------------------------------------------------------------------

    private void read(Object owner) {
        Kind kind = Kinds.of(owner.getClass());
        if (kind == null) {
            return;
        }
        current = owner;
        kind.above(owner).forEach(this::owner);
        Supplier<List<?>> below = kind.below(owner);
        if (below != null) {
            List<?> now = below.get();
            now.forEach(this::owner);
            guards.add(ValueGuard.of(below, now, "the children of class " + owner.getClass().getName()));
        }
        Object declared = kind.declared(owner);
        if (declared != null) {
            try {
                guards.add(
                        ValueGuard.of(
                                () -> kind.declared(owner),
                                declared,
                                "what guard() gives in class " + owner.getClass().getName()));
            } catch (IllegalArgumentException e) {
                problem = "class %s: %s".formatted(owner.getClass().getName(), e.getMessage());
            }
        }
        for (Class<?> c = owner.getClass(); c != null && c != kind.base(); c = c.getSuperclass()) {
            if (!kind.readsFields(c)) {
                continue;
            }
            boolean ours = kind.isOurs(c);
            for (Slot s : Slot.declaredBy(c)) {
                if (s.isStatic() || s.isTransient() && !ours) {
                    continue;
                }
                if (declared != null && !ours) {
                    structure(s, owner);
                } else {
                    slot(s, owner, ours ? Whose.OURS : Whose.USERS_OWNER, 0);
                }
            }
            if (!ours) {
                statics(c, Whose.USERS_OWNER);
            }
        }
    }

    /** Of an object that says itself what it depends on, only blocks in its fields are guarded. */
    private void structure(Slot s, Object owner) {
        if (s.object() == null) {
            return;
        }
        Object value = s.object(owner);
        if (value != null && holdsOwners(value)) {
            slot(s, owner, Whose.OURS, 0);
        }
    }

    private static boolean holdsOwners(Object value) {
        if (Kinds.of(value.getClass()) != null) {
            return true;
        }
        if (ContentGuard.size(value) > LONGEST) {
            return false;
        }
        for (Object e : ContentGuard.elements(value)) {
            if (e != null && Kinds.of(e.getClass()) != null) {
                return true;
            }
        }
        return false;
    }

    /** Static fields that may be assigned and hold plain values, and blocks in static fields. */
    private void statics(Class<?> type, Whose whose) {
        for (Slot s : Slot.declaredBy(type)) {
            if (!s.isStatic() || s.isTransient() || s.field().isSynthetic() || !s.isReadable()) {
                continue;
            }
            Object value = s.object() == null ? null : s.object(null);
            boolean plain = s.number() != null || Values.isImmutable(value);
            if (!s.isFinal() && plain) {
                add(new FieldGuard(s, null, whose.sideEffect));
            } else if (value != null && holdsOwners(value)) {
                slot(s, null, Whose.CAPTURED, DEEPEST);
            }
        }
    }

    // ---- fields and values ----------------------------------------------------------------------------------------

    private void fields(Object of, Whose whose, int depth) {
        for (Slot s : Slot.ofInstances(of.getClass(), Object.class)) {
            if (!s.isStatic() && !s.isTransient()) {
                slot(s, of, whose, depth);
            }
        }
    }

    /** Guards a field, and has a look into what it holds. */
    private void slot(Slot s, @Nullable Object of, Whose whose, int depth) {
        if (!s.isReadable()) {
            if (whose.strict) {
                fail(
                        "%s cannot be read: its module must open the package to this project's layers (opens %s to fathom.nn)"
                                .formatted(s.name(), s.field().getDeclaringClass().getPackageName()));
            }
            return;
        }
        if (s.number() != null) {
            if (!s.isFinal()) {
                add(new FieldGuard(s, of, whose.sideEffect));
            }
            return;
        }
        Object value = s.object(of);
        boolean immutable = Values.isImmutable(value);
        if (!s.isFinal() && (whose != Whose.CAPTURED || isTold(value, immutable))) {
            add(new FieldGuard(s, of, whose.sideEffect));
        }
        if (value != null && !immutable) {
            tasks.add(new Task(value, s.name(), inner(s, whose), s.field().isSynthetic() ? 1 : depth + 1));
        }
    }

    /**
     * An inner class sees all of the object around it, which was not written as part of a network; a local class may
     * count in the variables that it captured.
     */
    private static Whose inner(Slot s, Whose whose) {
        if (!s.field().isSynthetic()) {
            return whose;
        }
        return s.field().getName().startsWith("this$")
                ? Whose.CAPTURED
                : whose == Whose.USERS_OWNER ? Whose.USERS_CAPTURED : whose;
    }

    /** Of captured objects, fields are guarded whose values say something by themselves. */
    private static boolean isTold(@Nullable Object value, boolean immutable) {
        return immutable
                || value instanceof Tensor
                || value instanceof Generator
                || value != null && Kinds.of(value.getClass()) != null;
    }

    private void add(Guard g) {
        if (!ignored.test(g.location())) {
            guards.add(g);
            values++;
        }
    }

    /** Guards what is in an object that may change. */
    private void look(Task t) {
        Object v = t.value;
        if (v instanceof Tensor || v instanceof Generator || Values.isIrrelevant(v)) {
            return;
        }
        if (Kinds.of(v.getClass()) != null) {
            owner(v);
            return;
        }
        if (!isFirst(v, t.whose)) {
            return;
        }
        if (v instanceof Optional<?> o) {
            o.ifPresent(e -> tasks.add(new Task(e, t.name, t.whose, t.depth)));
            return;
        }
        Guard content = ContentGuard.of(v, t.name, t.whose.sideEffect);
        if (content != null) {
            content(t, content);
        } else if (isReadable(v)) {
            boolean library = t.depth > 1 && UserCode.isLibrary(v.getClass());
            if (t.whose.strict || t.depth < DEEPEST && !library) {
                fields(v, t.whose, t.depth);
            }
        } else if (t.whose.strict) {
            fail(
                    "%s holds a %s, whose changes cannot be seen from call to call"
                            .formatted(t.name, v.getClass().getName()));
        }
        if (values > MOST_VALUES) {
            fail(
                    String.format(
                            Locale.ROOT, "%s holds more than %,d values to compare at each call", t.name, MOST_VALUES));
        }
    }

    private void content(Task t, Guard content) {
        Object v = t.value;
        int size = ContentGuard.size(v);
        boolean array = v.getClass().isArray();
        boolean wanted =
                switch (t.whose) {
                    case USERS_OWNER, USERS_CAPTURED -> true;
                    case OURS -> size <= LONGEST;
                    // what a program gathers in the collections of its own objects is seldom part of a step
                    case CAPTURED -> size <= LONGEST && (array || t.depth <= 1 || holdsOwners(v) || isAtomic(v));
                };
        if (!wanted) {
            return;
        }
        add(content);
        values += size;
        for (Object e : ContentGuard.elements(v)) {
            if (e != null && !Values.isImmutable(e)) {
                tasks.add(new Task(e, t.name, t.whose, t.depth + 1));
            }
        }
    }

    private static boolean isAtomic(Object v) {
        return v.getClass().getPackageName().equals("java.util.concurrent.atomic");
    }

    /** {@return whether the object was not seen yet, or only where less is asked of it} */
    private boolean isFirst(Object v, Whose whose) {
        Whose before = seen.get(v);
        if (before != null && before.compareTo(whose) <= 0) {
            return false;
        }
        seen.put(v, whose);
        return true;
    }

    /** {@return whether the object's state is in fields that can be read} */
    private boolean isReadable(Object v) {
        for (Class<?> c = v.getClass(); c != Object.class; c = c.getSuperclass()) {
            if (c == null || Values.isOfPlatform(c) && c != Record.class) {
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
