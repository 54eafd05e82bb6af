package fathom.guard;

import org.jspecify.annotations.Nullable;

/** Guards that a field holds the value it held when recorded. */
final class FieldGuard extends Guard {
    private final Slot slot;

    /** Null for a static field. */
    private final @Nullable Object of;

    private final long number;
    private final @Nullable Object object;
    private final boolean immutable;

    FieldGuard(Slot slot, @Nullable Object of, boolean sideEffect) {
        super(of == null ? slot.field().getDeclaringClass() : of, slot, sideEffect);
        this.slot = slot;
        this.of = of;
        number = slot.number() == null ? 0 : slot.number(of);
        object = slot.object() == null ? null : slot.object(of);
        immutable = Values.isImmutable(object);
    }

    @Override
    public boolean holds() {
        return slot.number() != null ? slot.number(of) == number : Values.same(object, immutable, slot.object(of));
    }

    @Override
    public String name() {
        return slot.name();
    }

    @Override
    String before() {
        return slot.number() != null ? slot.text(number) : shown(object);
    }

    @Override
    String now() {
        return slot.number() != null ? slot.text(slot.number(of)) : shown(slot.object(of));
    }
}
