package fathom.memory;

/**
 * Decides when to trigger a collection and when to wait for one, by the bytes allocated since the last one and not
 * returned. All methods require the allocator's lock.
 */
final class CollectionPolicy {
    private static final int MAX_PATIENCE = 4;

    /**
     * Multiples of the threshold beyond which a collection is triggered however recent the last one, and beyond which
     * allocations wait for it.
     */
    private static final int URGENT = 2;

    private static final int WAIT_FACTOR = 3;

    private static final long LIMIT = Limits.held();
    private static final long BUDGET = Limits.uncollected(LIMIT);

    /** Budget of a program that holds little memory: collections are short there, so garbage is kept small too. */
    private static final long SMALL_BUDGET = Math.min(BUDGET, 1L << 25);

    /** Budget before a collection that also shrinks the Java heap. */
    private static final long SHRINKING_BUDGET = SMALL_BUDGET / 4;

    /**
     * Bytes allocated during a collection beyond which allocations wait for it even if memory is left. A concurrent
     * collector finds nothing that was dropped after it began, so each collection could only reclaim what the program
     * used up during the previous one, and the memory in use would creep up to the limit.
     */
    private static final long CONCURRENT_BUDGET = LIMIT / (Collector.isDrivenByGarbage() ? 4 : 8);

    /** Bytes allocated since the last collection and not returned; those of scopes count by their fraction. */
    private static long uncollected;

    /** Bytes ever allocated, counted in the same way. */
    private static long allocated;

    /** Whether a collection is under way, and {@link #allocated} when it began. */
    private static boolean collecting;

    private static long begun;

    /** Bytes in use at the last collection; how many of them remain; and how many could have been freed. */
    private static long before;

    private static long survived;
    private static long expected;

    /** Multiplier of the budget; grows while collections free little. */
    private static int patience = 1;

    private CollectionPolicy() {}

    /** {@return bytes that may be allocated and not returned before a collection is triggered} */
    static long budget() {
        return BUDGET;
    }

    /** Records allocated bytes, and triggers a collection when due. */
    static void allocate(long bytes) {
        uncollected += bytes;
        allocated += bytes;
        boolean urgent = uncollected > URGENT * threshold();
        if (urgent || uncollected > wanted()) {
            CollectionRequests.request(urgent);
        }
    }

    /** Records returned bytes, and the bytes now in use. */
    static void returned(long bytes, long inUse) {
        uncollected = Math.max(0, uncollected - bytes);
        survived = Math.min(survived, inUse); // references come some time after the collection that cleared them
    }

    /**
     * {@return bytes allocated since the last collection beyond which another one is triggered, at limited frequency}
     */
    private static long wanted() {
        if (CollectionRequests.count() == 0 || Collector.isOversized()) {
            return SHRINKING_BUDGET;
        }
        return CollectionRequests.isBrief() ? Math.min(threshold(), Math.max(SMALL_BUDGET, 2 * survived)) : threshold();
    }

    /** {@return the budget: allocations wait at a multiple of it} */
    private static long threshold() {
        return patience * Math.max(BUDGET, Math.min(survived / 8, (LIMIT - survived) / 8));
    }

    /**
     * {@return bytes allocated since the last collection beyond which fresh memory waits for one; more if collections
     * are long}
     */
    private static long due() {
        long due = WAIT_FACTOR * threshold();
        return CollectionRequests.isBrief() ? due : Math.max(due, LIMIT / 8);
    }

    /** {@return whether fresh memory must wait for a collection} */
    static boolean isOverdue() {
        return uncollected > due() && CollectionRequests.isEffective();
    }

    /** {@return whether all allocations must wait for the collection under way} */
    static boolean isAhead() {
        return collecting && allocated - begun > CONCURRENT_BUDGET && CollectionRequests.isEffective();
    }

    /** {@return how far collections are behind, in budgets: 0 when waiting for them has just become due} */
    static double behind() {
        double overdue = (double) (uncollected - due()) / threshold();
        return collecting ? Math.max(overdue, (double) (allocated - begun) / CONCURRENT_BUDGET - 1) : overdue;
    }

    /** Records a collection, and whether the previous one was effective: in the middle of a step little is dropped. */
    static void collected(long inUse) {
        long freed = before - survived;
        patience = freed < expected / 4 ? Math.min(2 * patience, MAX_PATIENCE) : 1;
        GcPressure.collected(uncollected, threshold() / 4 * 3);
        expected = uncollected;
        before = inUse;
        survived = inUse;
        uncollected = 0;
        Collector.noteCollection();
    }

    /** Records that a requested collection begins. */
    static void begin() {
        collecting = true;
        begun = allocated;
    }

    /** Records that it has ended. */
    static void end() {
        collecting = false;
        // a concurrent collector treats what was allocated while it worked as live
        uncollected = Math.max(uncollected, allocated - begun);
    }
}
