package fathom.memory;

import org.jspecify.annotations.Nullable;

/**
 * Java garbage in proportion to native memory that nobody will give back but the collector.
 *
 * <p>A tensor is a few hundred bytes to the collector, whatever lies behind it, so collections of young objects, a
 * tenth of a millisecond each with a small young generation, would come once in gigabytes of tensors. Memory that was
 * never used costs some microseconds per page at the first touch, far more than an operation on it; memory that comes
 * back soon is still in the cache. A sixteenth of its size in Java bytes, cleared at the cache's speed, brings the
 * collection after some hundred megabytes.
 *
 * <p>Memory that scopes, the backward run or captured steps give back needs none. Calls are guarded by the allocator's
 * lock.
 */
final class Ballast {
    /** Native bytes per piece. */
    private static final long STEP = 1 << 20;

    /** Java bytes of a piece: no collector takes it for a large object, which it would treat apart. */
    private static final int PIECE = 1 << 16;

    /** What a training step may give back at its end counts for the next one, up to so many bytes. */
    private static final long MOST_CREDIT = 1L << 30;

    private static long owed;

    /** Where the last piece is; that it is stored keeps the compiler from leaving it out. */
    @SuppressWarnings("unused")
    private static byte @Nullable [] piece;

    private Ballast() {}

    /** Tells of bytes handed out. */
    static void load(long bytes) {
        owed += bytes;
        for (int i = 0; owed >= STEP; i++) {
            owed -= STEP;
            if (i < 64) { // more would be a collection of its own
                piece = new byte[PIECE];
            }
        }
    }

    /** Tells of bytes that were given back without the collector. */
    static void lighten(long bytes) {
        owed = Math.max(owed - bytes, -MOST_CREDIT);
    }
}
