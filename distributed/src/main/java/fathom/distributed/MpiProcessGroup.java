package fathom.distributed;

import fathom.FathomException;
import fathom.distributed.mpi.MpiLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The processes of an MPI job. One thread calls MPI, so that the library needs no locks and every wait can be ended: it
 * starts non-blocking operations in the order in which they were submitted, and polls for their completion. Meanwhile
 * the threads that compute go on.
 *
 * <p>The same thread exchanges a heartbeat with the other processes each second, all with rank 0. A process that was
 * stopped, or whose machine is gone, is noticed by their absence, and the job is aborted on all processes.
 */
final class MpiProcessGroup extends ProcessGroup {
    /** Seconds after which an operation that other processes do not join is given up. */
    private static final long TIMEOUT = Long.getLong("fathom.distributed.timeout", 1800);

    private static final long SECOND = 1_000_000_000L;

    /** Nanoseconds for which the thread polls without pausing, when a thread waits for an operation under way. */
    private static final long BUSY = 200_000;

    /**
     * Nanoseconds between looks at an operation that no thread waits for yet. A thread that polled all the time would
     * take half of a core from those that compute.
     */
    private static final long PAUSE = 30_000;

    private final LinkedBlockingQueue<Task> queue = new LinkedBlockingQueue<>();
    private final AtomicLong submitted = new AtomicLong();
    private final AtomicInteger waiters = new AtomicInteger();
    private final Thread thread;
    private final CompletableFuture<Identity> identity = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Identity self;
    private volatile @Nullable Throwable abortCause;
    private volatile boolean isClosing;

    private record Identity(int rank, int size, String engine) {}

    private record Task(@Nullable Collective operation, CompletableFuture<Void> done) {}

    /** The end of an operation; the threads that wait for one are counted. */
    private final class Completion extends CompletableFuture<Void> {
        @Override
        public Void get() throws InterruptedException, ExecutionException {
            if (isDone()) {
                return super.get();
            }
            waiters.incrementAndGet();
            LockSupport.unpark(thread);
            try {
                return super.get();
            } finally {
                waiters.decrementAndGet();
            }
        }
    }

    MpiProcessGroup() {
        thread = Thread.ofPlatform().name("fathom-mpi").daemon().stackSize(16L << 20).unstarted(() -> new Loop().run());
        thread.start();
        try {
            self = identity.join();
        } catch (java.util.concurrent.CompletionException e) {
            throw e.getCause() instanceof RuntimeException r
                    ? r
                    : new DistributedException("MPI could not be started: " + e.getCause(), e.getCause());
        }
    }

    @Override
    public int rank() {
        return self.rank;
    }

    @Override
    public int size() {
        return self.size;
    }

    @Override
    public String engine() {
        return self.engine;
    }

    @Override
    CompletableFuture<Void> submit(Collective operation) {
        var done = new Completion();
        if (isClosing) {
            done.completeExceptionally(new DistributedException(operation + ": the process group is closed"));
            return done;
        }
        if (!operation.kind().isMessage()) {
            submitted.incrementAndGet();
        }
        queue.add(new Task(operation, done));
        return done;
    }

    @Override
    public void abort(Throwable cause) {
        abortCause = cause;
        LockSupport.unpark(thread);
        queue.add(new Task(null, new CompletableFuture<>()));
        try {
            // MPI_Abort does not return; where MPI itself hangs, this process must end nevertheless
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(1);
    }

    @Override
    public void close() {
        if (isClosing) {
            return;
        }
        isClosing = true;
        queue.add(new Task(null, new CompletableFuture<>()));
        ended.join();
    }

    /** The thread that calls MPI. */
    private final class Loop {
        private final MpiLibrary mpi = MpiLibrary.load();
        private final MemorySegment flag = Arena.global().allocate(ValueLayout.JAVA_INT);
        private final ArrayDeque<Task> waiting = new ArrayDeque<>();
        private final List<MpiOperation> messages = new ArrayList<>();
        private @Nullable MpiOperation current;
        private @Nullable MemorySegment leaving;
        private long leavingOf;

        /** The number of collective operations that were started. */
        private long begun;

        private @Nullable MpiPlans plans;
        private int rank;
        private int size;
        private @Nullable MpiHeartbeats heartbeats;

        void run() {
            try {
                mpi.init();
                rank = mpi.rank();
                size = mpi.size();
                plans = new MpiPlans(mpi, size, mpi.duplicateWorld(), mpi.duplicateWorld());
                leavingOf = mpi.duplicateWorld();
                heartbeats =
                        size > 1 && Distributed.HEARTBEAT_SECONDS > 0
                                ? new MpiHeartbeats(
                                        mpi, mpi.duplicateWorld(), flag, submitted::get, () -> isClosing, this::end)
                                : null;
                identity.complete(new Identity(rank, size, mpi.version()));
            } catch (Throwable e) {
                identity.completeExceptionally(e);
                ended.complete(null);
                return;
            }
            try {
                loop();
                mpi.finish();
                ended.complete(null);
            } catch (Throwable e) {
                end(e);
            }
        }

        private void loop() throws InterruptedException {
            long busySince = System.nanoTime();
            while (true) {
                Throwable cause = abortCause;
                if (cause != null) {
                    end(cause);
                }
                boolean idle = current == null && messages.isEmpty();
                Task task =
                        idle && waiting.isEmpty() && leaving == null
                                ? queue.poll(250, TimeUnit.MILLISECONDS)
                                : queue.poll();
                if (task != null) {
                    accept(task);
                    busySince = System.nanoTime();
                }
                if (progress()) {
                    busySince = System.nanoTime();
                }
                if (heartbeats != null) {
                    heartbeats.beat();
                }
                if (isClosing && current == null && waiting.isEmpty() && messages.isEmpty() && queue.isEmpty()) {
                    if (leaving == null) {
                        leaving = mpi.request();
                        mpi.barrier(leavingOf, leaving);
                    }
                    // a process that is ahead must not leave while others still need it
                    if (mpi.isDone(leaving, flag)) {
                        if (heartbeats != null) {
                            heartbeats.end();
                        }
                        return;
                    }
                    LockSupport.parkNanos(1_000_000);
                }
                if (current != null || !messages.isEmpty()) {
                    if (waiters.get() == 0) {
                        LockSupport.parkNanos(PAUSE);
                    } else if (System.nanoTime() - busySince < BUSY) {
                        Thread.onSpinWait();
                    } else {
                        Thread.yield();
                    }
                }
            }
        }

        private void accept(Task task) {
            Collective operation = task.operation;
            if (operation == null) {
                return;
            }
            if (operation.kind().isMessage()) {
                var message = new MpiOperation(operation, task.done, mpi.request());
                java.util.Objects.requireNonNull(plans).plan(message);
                messages.add(message);
            } else {
                waiting.add(task);
            }
        }

        /** {@return whether an operation was completed or started} */
        private boolean progress() {
            boolean any = false;
            MpiOperation now = current;
            if (now != null && completed(now)) {
                current = null;
                any = true;
            }
            if (current == null) {
                Task next = waiting.poll();
                if (next != null) {
                    begun++;
                    var started =
                            new MpiOperation(
                                    java.util.Objects.requireNonNull(next.operation), next.done, mpi.request());
                    java.util.Objects.requireNonNull(plans).plan(started);
                    current = completed(started) ? null : started;
                    any = true;
                }
            }
            any |= messages.removeIf(this::completed);
            return any;
        }

        private boolean completed(MpiOperation r) {
            try {
                if (r.advance(mpi, flag)) {
                    r.release();
                    r.done.complete(null);
                    return true;
                }
            } catch (MpiLibrary.Failure e) {
                r.done.completeExceptionally(
                        new DistributedException(
                                String.format(
                                        Locale.ROOT,
                                        "rank %d of %d: %s failed: %s",
                                        rank,
                                        size,
                                        r.operation,
                                        e.getMessage()),
                                e));
                return true;
            }
            String left = heartbeats == null || r.operation.kind().isMessage() ? null : heartbeats.left(begun);
            if (left != null) {
                end(new DistributedException("%s waits for a process that has left: %s".formatted(r.operation, left)));
            }
            if (System.nanoTime() - r.since > TIMEOUT * SECOND) {
                end(
                        new DistributedException(
                                String.format(
                                        Locale.ROOT,
                                        "%s has waited for %d s for the other processes%s; -Dfathom.distributed.timeout=SECONDS waits longer",
                                        r.operation,
                                        TIMEOUT,
                                        heartbeats == null ? "" : heartbeats.behind())));
            }
            return false;
        }

        /** Ends the job on all processes. */
        private void end(Throwable cause) {
            System.err.printf(
                    Locale.ROOT,
                    "fathom: rank %d of %d ends the job: %s%n",
                    rank,
                    size,
                    cause instanceof FathomException ? cause.getMessage() : cause.toString());
            System.err.flush();
            try {
                // the launcher forwards the line before it ends the processes
                Thread.sleep(300);
                mpi.abort(1);
            } catch (InterruptedException e) {
                mpi.abort(1);
            } finally {
                Runtime.getRuntime().halt(1);
            }
        }
    }
}
