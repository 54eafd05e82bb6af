package fathom.onednn;

import fathom.memory.Storage;
import fathom.primitive.Operand;
import org.jspecify.annotations.Nullable;

/** A cache of reordered weights, attached to the storage of the original weights. */
final class ReorderCache {
    private ReorderCache() {}

    /** A reorder of weights from one address to another; equal to others with the same effect. */
    interface Order {
        void run(long from, long to);
    }

    private record Key(long offset, Order order) {}

    /**
     * {@return the reordered weights, if they are likely to be used again before they change; else null}
     *
     * @param weights the original weights
     * @param bytes size of the reordered weights
     */
    static @Nullable Storage of(Operand weights, Order order, long bytes) {
        Storage owner = weights.storage();
        return owner == null
                ? null
                : owner.reused(
                        new Key(weights.address() - owner.address(), order),
                        bytes,
                        to -> order.run(weights.address(), to.address()));
    }
}
