package fathom.data;

import fathom.FathomException;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Batches made ahead of time by background threads, and given out in order.
 *
 * <p>The threads know the {@link Queue} only, not this object: when it is forgotten, a cleaner closes the queue and
 * they end.
 */
final class PrefetchedBatches implements Batches {
    private static final Cleaner CLEANER = Cleaner.create();
    private static final AtomicLong COUNT = new AtomicLong();

    /** How long {@link #close} waits for a worker to be done with its batch. */
    private static final long PATIENCE_MILLIS = 10_000;

    private final Queue queue;
    private final List<Thread> threads = new ArrayList<>();
    private final Cleaner.Cleanable cleanable;

    PrefetchedBatches(Iterator<long[]> indices, BatchMaker maker, long first, int workers, int ahead) {
        queue = new Queue(indices, maker, first, ahead);
        cleanable = CLEANER.register(this, queue::close);
        long loader = COUNT.incrementAndGet();
        for (int i = 0; i < workers; i++) {
            threads.add(
                    Thread.ofPlatform()
                            .daemon()
                            .priority(Thread.NORM_PRIORITY - 1) // leaves the threads of kernels to the training
                            .name("fathom-loader-%d-worker-%d".formatted(loader, i))
                            .start(queue::work));
        }
    }

    @Override
    public boolean hasNext() {
        try {
            return queue.awaitNext();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public Batch next() {
        try {
            if (!queue.awaitNext()) {
                throw new NoSuchElementException();
            }
            return queue.take();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Ends the workers and waits until they are done with the batches they are making; the others are dropped. */
    @Override
    public void close() {
        cleanable.clean();
        boolean interrupted = false;
        for (Thread t : threads) {
            try {
                if (t != Thread.currentThread()) {
                    t.join(PATIENCE_MILLIS);
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** What a worker made: a batch, or the reason why there is none. */
    private record Made(@Nullable Batch batch, @Nullable Throwable failure) {}

    /** What the workers and the caller share; all fields are guarded by its monitor. */
    private static final class Queue {
        private final Iterator<long[]> indices;
        private final BatchMaker maker;
        private final int ahead;
        private final Map<Long, Made> made = new HashMap<>();
        private long nextToMake;
        private long nextToTake;
        private boolean exhausted;
        private boolean closed;

        Queue(Iterator<long[]> indices, BatchMaker maker, long first, int ahead) {
            this.indices = indices;
            this.maker = maker;
            this.ahead = ahead;
            nextToMake = first;
            nextToTake = first;
        }

        /** The life of a worker: claims the next batch, makes it, puts it down, until there is none. */
        void work() {
            while (true) {
                long number;
                long[] examples;
                synchronized (this) {
                    while (!closed && !exhausted && nextToMake - nextToTake >= ahead) {
                        try {
                            wait();
                        } catch (InterruptedException e) {
                            put(nextToMake++, new Made(null, e)); // somebody else ends this thread: not in silence
                            return;
                        }
                    }
                    if (closed || exhausted) {
                        notifyAll();
                        return;
                    }
                    number = nextToMake++;
                    try {
                        if (!indices.hasNext()) {
                            nextToMake--;
                            exhausted = true;
                            notifyAll();
                            return;
                        }
                        examples = indices.next();
                    } catch (Throwable t) {
                        put(number, new Made(null, t));
                        return;
                    }
                }
                Made m;
                try {
                    m = new Made(maker.make(number, examples), null);
                } catch (Throwable t) {
                    m = new Made(null, t);
                }
                put(number, m);
            }
        }

        private synchronized void put(long number, Made m) {
            if (!closed) {
                made.put(number, m);
                exhausted |= m.failure != null;
                notifyAll();
            }
        }

        /** Waits for the next batch; false if there is none. */
        synchronized boolean awaitNext() {
            while (!closed && !made.containsKey(nextToTake)) {
                if (exhausted && nextToTake >= nextToMake) {
                    return false;
                }
                try {
                    wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new FathomException("interrupted while waiting for batch " + nextToTake, e);
                }
            }
            return !closed;
        }

        synchronized Batch take() {
            long number = nextToTake++;
            Made m = made.remove(number);
            notifyAll();
            if (m == null) {
                throw new IllegalStateException("this iteration is used by several threads at once");
            }
            if (m.batch != null) {
                return m.batch;
            }
            close();
            throw new FathomException("batch %d could not be made: %s".formatted(number, m.failure), m.failure);
        }

        synchronized void close() {
            closed = true;
            made.clear();
            notifyAll();
        }
    }
}
