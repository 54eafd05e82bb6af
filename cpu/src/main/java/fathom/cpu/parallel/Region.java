package fathom.cpu.parallel;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One parallel loop: threads claim its chunks one by one and count them as they end. Each thread begins with a share of
 * its own, the same part of every range, and then helps the others: what it wrote in one loop it mostly reads in the
 * next, from its own caches. Where chunks went to whichever thread came first, training LeNet on two cores took as long
 * as on one.
 */
final class Region {
    /** How long the caller spins for the last chunks, in nanoseconds. */
    private static final long SPIN_NANOS = 1_000_000;

    /** Elements between counters of different threads, which are not to share a cache line. */
    private static final int PADDING = 16;

    private final long n;
    private final long grain;
    private volatile RangeBody body;
    private final long chunks;

    /** The next chunk of each share, {@link #PADDING} elements apart. */
    private final AtomicLongArray next;

    private final int shares;
    private final AtomicLong done = new AtomicLong();
    private volatile @Nullable Throwable failure;
    private volatile @Nullable Thread waiter;

    /**
     * A loop over {@code n} indices.
     *
     * @param threads the number of threads that may run it
     */
    Region(long n, long grain, RangeBody body, int threads) {
        this.n = n;
        this.grain = grain;
        this.body = body;
        this.chunks = (n - 1) / grain + 1;
        shares = (int) Math.min(threads, chunks);
        next = new AtomicLongArray(shares * PADDING);
        for (int i = 0; i < shares; i++) {
            next.setPlain(i * PADDING, begin(i));
        }
    }

    /** {@return the first chunk of a share} */
    private long begin(int share) {
        return chunks / shares * share + chunks % shares * share / shares; // without an overflow
    }

    long chunks() {
        return chunks;
    }

    /**
     * Claims and runs chunks until none is left.
     *
     * @param thread 0 for the caller, from 1 on for the others
     */
    void work(int thread) {
        long ended = 0;
        for (int i = 0; i < shares; i++) {
            ended += share((thread + i) % shares);
        }
        if (ended > 0 && done.addAndGet(ended) == chunks) {
            var sleeper = waiter;
            if (sleeper != null) {
                LockSupport.unpark(sleeper);
            }
        }
    }

    /** {@return the number of chunks that this thread ran of a share} */
    private long share(int share) {
        int counter = share * PADDING;
        long end = share == shares - 1 ? chunks : begin(share + 1);
        long ended = 0;
        for (long chunk; next.get(counter) < end && (chunk = next.getAndIncrement(counter)) < end; ended++) {
            if (failure != null) {
                continue;
            }
            try {
                long from = chunk * grain;
                NotInlined.run(body, from, chunk == chunks - 1 ? n : from + grain);
            } catch (Throwable t) {
                failure = t;
            }
        }
        return ended;
    }

    /** Waits until every chunk has ended, then rethrows a chunk's exception, if any. */
    void await() {
        if (done.get() < chunks && !Spin.until(() -> done.get() >= chunks, SPIN_NANOS)) {
            waiter = Thread.currentThread();
            while (done.get() < chunks) {
                LockSupport.park(this);
            }
        }
        body = (_, _) -> {}; // the team references its last loop: do not keep the caller's objects alive
        var thrown = failure;
        if (thrown instanceof RuntimeException e) {
            throw e;
        }
        if (thrown instanceof Error e) {
            throw e;
        }
        if (thrown != null) {
            throw new IllegalStateException(thrown); // a sneakily thrown checked exception
        }
    }
}
