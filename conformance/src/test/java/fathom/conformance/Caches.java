package fathom.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.memory.Allocator;
import java.util.function.LongSupplier;

/** Emptying the allocators' caches while collections run in the background. */
final class Caches {
    /** More often than collections can have begun before the first attempt, and small enough to fail at once. */
    private static final int ATTEMPTS = 100;

    private Caches() {}

    /**
     * Asserts that {@link Allocator#trim()} empties a cache. What other tests dropped may come back between trimming
     * and reading, from the thread that collects, so it is tried again.
     *
     * @param cached reads the bytes cached
     */
    static void assertThatTrimmingEmpties(LongSupplier cached) {
        long left = Long.MAX_VALUE;
        for (int i = 0; i < ATTEMPTS && left > 0; i++) {
            Allocator.trim();
            left = cached.getAsLong();
        }
        assertThat(left).isZero();
    }
}
