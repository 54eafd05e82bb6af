package fathom.memory;

import java.util.Arrays;

/**
 * Storages that are pinned together while a thread computes with them: a scope that closes on another thread meanwhile
 * ends their use by others at once, and gives the memory back when these are closed.
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
    /** No pins; the set to begin with. */
    public static final Pins NONE = new Pins();

    private Storage[] held = {};
    private int count;

    private Pins() {}

    /**
     * {@return the set of these and a storage, which replaces this one}
     *
     * @throws IllegalStateException if the storage's memory has been given back; these are closed then
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

    /** {@return pins of one storage} */
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
