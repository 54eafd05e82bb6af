package fathom.data;

import fathom.FathomException;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Batches prefetched by background threads and returned in order.
 *
 * <p>The threads reference only the {@link Queue}, not this object: when it becomes unreachable, a cleaner closes the
 * queue and they end.
 */
final class PrefetchedBatches implements Batches {
    private static final Cleaner CLEANER = Cleaner.create();
    private static final AtomicLong COUNT = new AtomicLong();

    /** The time that {@link #close} waits for all workers together. */
    private static final Duration PATIENCE = Duration.ofMillis(100);

    /** The queue of the worker that runs on this thread. */
    private static final ThreadLocal<Queue> WORKER = new ThreadLocal<>();

    private final Queue queue;
    private final List<Thread> threads = new ArrayList<>();
    private final Cleaner.Cleanable cleanable;

    PrefetchedBatches(Iterator<long[]> indices, BatchAssembler assembler, long first, int workers, int ahead) {
        queue = new Queue(indices, assembler, first, ahead);
        cleanable = CLEANER.register(this, queue::close);
        long loader = COUNT.incrementAndGet();
        for (int i = 0; i < workers; i++) {
            threads.add(
                    Thread.ofPlatform()
                            .daemon()
                            .priority(Thread.NORM_PRIORITY - 1) // training's kernel threads have priority
                            .name(String.format(Locale.ROOT, "fathom-loader-%d-worker-%d", loader, i))
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

    /**
     * Ends the workers. A worker that is assembling a batch abandons it at the next example. It is waited for only
     * briefly and not interrupted, since an interrupt would close the file channels that it reads from.
     */
    @Override
    public void close() {
        cleanable.clean();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        boolean interrupted = false;
        for (Thread t : threads) {
            try {
                long left = deadline - System.nanoTime();
                if (t != Thread.currentThread() && left > 0) {
                    t.join(Duration.ofNanos(left));
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Called between examples of a batch.
     *
     * @throws CancellationException on a worker's thread, if the batches were closed
     */
    static void checkOpen() {
        Queue queue = WORKER.get();
        if (queue != null && queue.closed) {
            throw new CancellationException("the batches were closed");
        }
    }

    /** Throws any exception unchecked: a data set written in another JVM language may throw checked exceptions. */
    @SuppressWarnings("unchecked")
    static <T extends Throwable> T as(Throwable t) throws T {
        throw (T) t;
    }

    /** The result of a worker: a batch, or the exception that prevented it. */
    private record Made(@Nullable Batch batch, @Nullable Throwable failure) {}

    /** The state shared by the workers and the caller; all fields are guarded by its monitor. */
    private static final class Queue {
        private final Iterator<long[]> indices;
        private final BatchAssembler assembler;
        private final int ahead;
        private final Map<Long, Made> made = new HashMap<>();
        private long nextToMake;
        private long nextToTake;
        private boolean exhausted;
        private volatile boolean closed; // written under the monitor like the others, but read by checkOpen without it

        Queue(Iterator<long[]> indices, BatchAssembler assembler, long first, int ahead) {
            this.indices = indices;
            this.assembler = assembler;
            this.ahead = ahead;
            nextToMake = first;
            nextToTake = first;
        }

        /** The worker's loop: claims the next batch, assembles it and enqueues it, until there is none. */
        void work() {
            WORKER.set(this);
            while (true) {
                long number;
                long[] examples;
                synchronized (this) {
                    while (!closed && !exhausted && nextToMake - nextToTake >= ahead) {
                        try {
                            wait();
                        } catch (InterruptedException e) {
                            put(nextToMake++, new Made(null, e)); // interrupted by other code: report it to the caller
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
                    m = new Made(assembler.assemble(number, examples), null);
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

        /** Waits for the next batch; returns false if there is none. */
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
            throw thrown(number, Objects.requireNonNull(m.failure));
        }

        /** {@return the exception for the caller: the one thrown in the worker, as it would be without workers} */
        private static RuntimeException thrown(long number, Throwable failure) {
            if (failure instanceof InterruptedException) {
                return new FathomException(
                        String.format(
                                Locale.ROOT, "batch %d could not be assembled: its worker was interrupted", number),
                        failure);
            }
            failure.addSuppressed(
                    new FathomException(
                            String.format(Locale.ROOT, "batch %d, assembled by a worker, was requested here", number)));
            return PrefetchedBatches.<RuntimeException>as(failure);
        }

        synchronized void close() {
            closed = true;
            made.clear();
            assembler.close();
            notifyAll();
        }
    }
}
