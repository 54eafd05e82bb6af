package fathom.memory;

import java.util.Arrays;

/**
 * A set of storages pinned while a thread computes with them. A scope that closes on another thread meanwhile
 * invalidates them for other users at once, but their memory is freed only when the pins are closed.
 *
 * <p>Most storages need no pin, so most sets are {@link #NONE}:
 *
 * {@snippet :
 * Pins pins = Pins.NONE;
 * try {
 *     pins = pins.and(a).and(b);
 *     ... // addresses of a and b stay valid
 * } finally {
 *     pins.close();
 * }
 * }
 */
public final class Pins implements AutoCloseable {
    /** The empty set, to start with. */
    public static final Pins NONE = new Pins();

    private Storage[] held = {};
    private int count;

    private Pins() {}

    /**
     * {@return the set extended by a storage, which replaces this one}
     *
     * @throws IllegalStateException if the storage's memory has been released; this set is then closed
     */
    public Pins and(Storage storage) {
        try {
            return storage.pin() ? with(storage) : this;
        } catch (IllegalStateException e) {
            close();
            throw e;
        }
    }

    private Pins with(Storage storage) {
        Pins pins = this == NONE ? new Pins() : this;
        if (pins.count == pins.held.length) {
            pins.held = Arrays.copyOf(pins.held, Math.max(4, 2 * pins.count));
        }
        pins.held[pins.count++] = storage;
        return pins;
    }

    /** {@return the pins of one storage} */
    public static Pins of(Storage storage) {
        return NONE.and(storage);
    }

    @Override
    public void close() {
        for (int i = 0; i < count; i++) {
            held[i].unpin();
        }
        count = 0;
    }
}
