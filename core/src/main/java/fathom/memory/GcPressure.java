package fathom.memory;

import org.jspecify.annotations.Nullable;

/**
 * Java garbage allocated in proportion to native memory that only the garbage collector can free.
 *
 * <p>To the collector a tensor is a few hundred bytes, whatever native memory it owns, so even with a small young
 * generation collections, a tenth of a millisecond each, would run once per gigabytes of tensors. Fresh memory costs
 * some microseconds per page at first touch, far more than an operation on it; memory returned soon is still in the
 * cache. A fraction of its size in Java bytes, cleared at cache speed, triggers the collection sooner. Where the young
 * generation is large this is not enough, and {@link CollectionRequests} triggers one.
 *
 * <p>Memory returned by scopes, the backward pass or captured steps needs none.
 */
final class GcPressure {
    /** Java bytes of one piece: small enough that no collector allocates it as a large object. */
    static final int PIECE = 1 << 16;

    /** Range of Java bytes per native byte: more would cost more than triggering a collection. */
    private static final double MIN_RATE = 1.0 / 16;

    private static final double MAX_RATE = 1.0 / 2;

    /** Maximum credit in bytes: memory that a training step returns at its end offsets allocations of the next. */
    private static final long MAX_CREDIT = 1L << 30;

    /** Maximum number of pieces allocated at a time; more would be a collection of their own. */
    private static final int MAX_PIECES = 64;

    private static double rate = MIN_RATE;

    /** Whether garbage triggers collections; where only requests do it would just enlarge the heap. */
    private static boolean helps = Collector.isDrivenByGarbage();

    /** Java bytes still to be allocated. */
    private static double due;

    /** The last piece; storing it keeps the compiler from eliminating the allocation. */
    @SuppressWarnings("unused")
    private static byte @Nullable [] piece;

    private GcPressure() {}

    /**
     * Records allocated bytes; requires the allocator's lock.
     *
     * @return the number of pieces to {@link #make} after releasing it
     */
    static int charge(long bytes) {
        due += bytes * rate;
        if (!helps || due < PIECE) {
            return 0;
        }
        int pieces = (int) Math.min(due / PIECE, MAX_PIECES);
        due -= (double) pieces * PIECE;
        return pieces;
    }

    /** Records bytes returned without the collector; requires the allocator's lock. */
    static void relieve(long bytes) {
        due = Math.max(due - bytes * rate, -MAX_CREDIT * rate);
    }

    /**
     * Records a collection, and adapts the rate so that garbage triggers collections in time, however large the young
     * generation is; requires the allocator's lock.
     *
     * @param bytes allocated and not returned since the previous one
     * @param wanted the target for it
     */
    static void collected(long bytes, long wanted) {
        rate = Math.clamp(rate * Math.clamp((double) bytes / wanted, 0.7, 1.5), MIN_RATE, MAX_RATE);
    }

    /** Records that only garbage triggers collections. */
    static void enable() {
        helps = true;
    }

    /** Allocates garbage. */
    static void make(int pieces) {
        for (int i = 0; i < pieces; i++) {
            piece = new byte[PIECE];
        }
    }
}
