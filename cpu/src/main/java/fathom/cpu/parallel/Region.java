package fathom.cpu.parallel;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One parallel loop: threads claim its chunks one by one and count them as they end. */
final class Region {
    /** How long the caller spins for the last chunks, in nanoseconds. */
    private static final long SPIN_NANOS = 1_000_000;

    private final long n;
    private final long grain;
    private volatile RangeBody body;
    private final long chunks;
    private final AtomicLong next = new AtomicLong();
    private final AtomicLong done = new AtomicLong();
    private volatile @Nullable Throwable failure;
    private volatile @Nullable Thread waiter;

    Region(long n, long grain, RangeBody body) {
        this.n = n;
        this.grain = grain;
        this.body = body;
        this.chunks = (n - 1) / grain + 1;
    }

    long chunks() {
        return chunks;
    }

    /** Claims and runs chunks until none is left. */
    void work() {
        long ended = 0;
        for (long chunk; (chunk = next.getAndIncrement()) < chunks; ended++) {
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
        if (ended > 0 && done.addAndGet(ended) == chunks) {
            var sleeper = waiter;
            if (sleeper != null) {
                LockSupport.unpark(sleeper);
            }
        }
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
