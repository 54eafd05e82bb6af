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
 * Batches made ahead of time by background threads, and given out in order.
 *
 * <p>The threads know the {@link Queue} only, not this object: when it is forgotten, a cleaner closes the queue and
 * they end.
 */
final class PrefetchedBatches implements Batches {
    private static final Cleaner CLEANER = Cleaner.create();
    private static final AtomicLong COUNT = new AtomicLong();

    /** How long {@link #close} waits for the workers, all together. */
    private static final Duration PATIENCE = Duration.ofMillis(100);

    /** What the worker that runs on this thread works for. */
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
                            .priority(Thread.NORM_PRIORITY - 1) // leaves the threads of kernels to the training
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
     * Ends the workers. One that is making a batch gives it up at the next example and ends by itself; it is not waited
     * for longer than a moment, nor interrupted, since an interrupt would close the file channels that it reads from.
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
     * @throws CancellationException on a worker's thread, if its batches were closed
     */
    static void checkOpen() {
        Queue queue = WORKER.get();
        if (queue != null && queue.closed) {
            throw new CancellationException("the batches were closed");
        }
    }

    /** Throws anything: what a data set throws may be checked, if it is written in another language. */
    @SuppressWarnings("unchecked")
    static <T extends Throwable> T as(Throwable t) throws T {
        throw (T) t;
    }

    /** What a worker made: a batch, or the reason why there is none. */
    private record Made(@Nullable Batch batch, @Nullable Throwable failure) {}

    /** What the workers and the caller share; all fields are guarded by its monitor. */
    private static final class Queue {
        private final Iterator<long[]> indices;
        private final BatchAssembler assembler;
        private final int ahead;
        private final Map<Long, Made> made = new HashMap<>();
        private long nextToMake;
        private long nextToTake;
        private boolean exhausted;
        private volatile boolean closed; // written under the monitor, like the others; read by checkOpen without

        Queue(Iterator<long[]> indices, BatchAssembler assembler, long first, int ahead) {
            this.indices = indices;
            this.assembler = assembler;
            this.ahead = ahead;
            nextToMake = first;
            nextToTake = first;
        }

        /** The life of a worker: claims the next batch, makes it, puts it down, until there is none. */
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
            throw thrown(number, Objects.requireNonNull(m.failure));
        }

        /** {@return what the caller is thrown: what was thrown in the worker, as it would be without workers} */
        private static RuntimeException thrown(long number, Throwable failure) {
            if (failure instanceof InterruptedException) {
                return new FathomException(
                        String.format(Locale.ROOT, "batch %d could not be made: its worker was interrupted", number),
                        failure);
            }
            failure.addSuppressed(
                    new FathomException(String.format(Locale.ROOT, "batch %d of a worker was asked for here", number)));
            return PrefetchedBatches.<RuntimeException>as(failure);
        }

        synchronized void close() {
            closed = true;
            made.clear();
            notifyAll();
        }
    }
}
