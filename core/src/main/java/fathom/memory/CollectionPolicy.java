package fathom.memory;

/**
 * When to ask for a collection, and when to wait for one, by the bytes that were handed out since the last one and did
 * not come back. The allocator's lock is held in all methods.
 */
final class CollectionPolicy {
    private static final int MOST_PATIENCE = 4;

    /** Times the threshold beyond which a collection is asked for however soon after the last, and then waited for. */
    private static final int HASTE = 2;

    private static final int WAIT = 3;

    private static final long LIMIT = Limits.held();
    private static final long BUDGET = Limits.uncollected(LIMIT);

    /** A program that holds little is to hold little garbage, where collections are short. */
    private static final long LITTLE = Math.min(BUDGET, 1L << 25);

    /** Bytes handed out before a collection is asked for that makes the Java heap smaller as well. */
    private static final long FIRST = LITTLE / 4;

    /**
     * Bytes handed out while a collection is under way, from which on allocations wait for it even where there is
     * memory. One that works beside the program finds nothing that was dropped after it began, so otherwise each could
     * only reclaim what the program used up during the one before, and what is in use would creep up to the limit.
     */
    private static final long AHEAD = LIMIT / (Collector.isDrivenByGarbage() ? 4 : 8);

    /** Bytes handed out since the last collection and not come back, those of scopes by their share. */
    private static long uncollected;

    /** Bytes ever handed out, counted in the same way. */
    private static long handedOut;

    /** Whether a collection is under way, and what had been handed out when it began. */
    private static boolean collecting;

    private static long begun;

    /** Bytes in use at the last collection; what remained of them; and how many could have come back. */
    private static long before;

    private static long survived;
    private static long expected;

    /** Times the budget that is waited for; more where collections find little. */
    private static int patience = 1;

    private CollectionPolicy() {}

    /** Notes bytes handed out, and asks for a collection where it is time. */
    static void handOut(long bytes) {
        uncollected += bytes;
        handedOut += bytes;
        boolean haste = uncollected > HASTE * threshold();
        if (haste || uncollected > wanted()) {
            CollectionRequests.request(haste);
        }
    }

    /** Notes bytes that came back, and how many are in use now. */
    static void cameBack(long bytes, long inUse) {
        uncollected = Math.max(0, uncollected - bytes);
        survived = Math.min(survived, inUse); // references come some time after the collection that cleared them
    }

    /** {@return bytes handed out since the last collection, beyond which another one is asked for once in a while} */
    private static long wanted() {
        if (CollectionRequests.count() == 0 || Collector.isOversized()) {
            return FIRST;
        }
        return CollectionRequests.isBrief() ? Math.min(threshold(), Math.max(LITTLE, 2 * survived)) : threshold();
    }

    /** {@return bytes handed out since the last collection, a multiple of which allocations wait for} */
    private static long threshold() {
        return patience * Math.max(BUDGET, Math.min(survived / 8, (LIMIT - survived) / 8));
    }

    /**
     * {@return bytes handed out since the last collection from which on fresh memory waits: more where it takes long}
     */
    private static long due() {
        long due = WAIT * threshold();
        return CollectionRequests.isBrief() ? due : Math.max(due, LIMIT / 8);
    }

    /** {@return whether fresh memory is to wait for a collection} */
    static boolean isOverdue() {
        return uncollected > due() && CollectionRequests.isEffective();
    }

    /** {@return whether all memory is to wait for the collection that is under way} */
    static boolean isAhead() {
        return collecting && handedOut - begun > AHEAD && CollectionRequests.isEffective();
    }

    /** {@return how far collections are behind: 0 where waiting for them has just become due} */
    static double behind() {
        double overdue = (double) (uncollected - due()) / threshold();
        return collecting ? Math.max(overdue, (double) (handedOut - begun) / AHEAD - 1) : overdue;
    }

    /** Notes a collection, and whether the one before was worth while: in the middle of a step little is dropped. */
    static void collected(long inUse) {
        long freed = before - survived;
        patience = freed < expected / 4 ? Math.min(2 * patience, MOST_PATIENCE) : 1;
        GcPressure.collected(uncollected, threshold() / 4 * 3);
        expected = uncollected;
        before = inUse;
        survived = inUse;
        uncollected = 0;
        Collector.noteCollection();
    }

    /** Notes that a collection that was asked for begins. */
    static void begin() {
        collecting = true;
        begun = handedOut;
    }

    /** Notes that it has ended. */
    static void end() {
        collecting = false;
        // a concurrent collector takes what was handed out while it worked for live
        uncollected = Math.max(uncollected, handedOut - begun);
    }
}
