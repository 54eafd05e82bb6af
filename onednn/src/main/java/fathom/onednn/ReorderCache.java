package fathom.onednn;

import fathom.memory.Storage;
import fathom.primitive.Operand;
import org.jspecify.annotations.Nullable;

/** Weights in the order that a plan multiplies from, kept with those that they are made of. */
final class ReorderCache {
    private ReorderCache() {}

    /** A way of bringing weights from one address to another in some order; equal to others that do the same. */
    interface Order {
        void run(long from, long to);
    }

    private record Key(long offset, Order order) {}

    /**
     * {@return the weights in that order, if they are used again before they change; else null}
     *
     * @param given as they lie
     * @param bytes what they take in that order
     */
    static @Nullable Storage of(Operand given, Order order, long bytes) {
        Storage owner = given.storage();
        return owner == null
                ? null
                : owner.reused(
                        new Key(given.address() - owner.address(), order),
                        bytes,
                        to -> order.run(given.address(), to.address()));
    }
}
