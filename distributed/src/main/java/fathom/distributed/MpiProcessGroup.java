package fathom.distributed;

import fathom.DType;
import fathom.FathomException;
import fathom.distributed.mpi.MpiAbi;
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
    /** Seconds without a heartbeat after which a process counts as lost. */
    private static final long LOST = Long.getLong("fathom.distributed.heartbeat", 20);

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

    /** Elements of one call: MPI counts in ints. */
    private static final long MOST = 1 << 30;

    private static final int HEARTBEAT_TAG = 1;

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
        private final List<Running> messages = new ArrayList<>();
        private @Nullable Running current;
        private @Nullable MemorySegment leaving;
        private long leavingOf;

        /** The number of collective operations that were started. */
        private long begun;

        private long collectives;
        private long messagesOf;
        private int rank;
        private int size;
        private @Nullable Heartbeats heartbeats;

        /** An operation under way: its parts are started one after the other. */
        private final class Running {
            final Task task;
            final Collective operation;
            final ArrayDeque<Runnable> parts = new ArrayDeque<>();
            final MemorySegment request = mpi.request();
            final long since = System.nanoTime();
            boolean isStarted;

            /** Memory of intermediate results. */
            @Nullable Arena arena;

            Running(Task task, Collective operation) {
                this.task = task;
                this.operation = operation;
            }

            /** {@return whether it is complete} */
            boolean advance() {
                while (true) {
                    if (isStarted && !mpi.isDone(request, flag)) {
                        return false;
                    }
                    Runnable next = parts.poll();
                    if (next == null) {
                        return true;
                    }
                    isStarted = true;
                    next.run();
                }
            }

            void release() {
                if (arena != null) {
                    arena.close();
                }
            }
        }

        void run() {
            try {
                mpi.init();
                rank = mpi.rank();
                size = mpi.size();
                collectives = mpi.duplicateWorld();
                messagesOf = mpi.duplicateWorld();
                leavingOf = mpi.duplicateWorld();
                heartbeats = size > 1 && LOST > 0 ? new Heartbeats(mpi.duplicateWorld()) : null;
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
                var message = new Running(task, operation);
                plan(message);
                messages.add(message);
            } else {
                waiting.add(task);
            }
        }

        /** {@return whether an operation was completed or started} */
        private boolean progress() {
            boolean any = false;
            Running now = current;
            if (now != null && completed(now)) {
                current = null;
                any = true;
            }
            if (current == null) {
                Task next = waiting.poll();
                if (next != null) {
                    begun++;
                    var started = new Running(next, java.util.Objects.requireNonNull(next.operation));
                    plan(started);
                    current = completed(started) ? null : started;
                    any = true;
                }
            }
            any |= messages.removeIf(this::completed);
            return any;
        }

        private boolean completed(Running r) {
            try {
                if (r.advance()) {
                    r.release();
                    r.task.done.complete(null);
                    return true;
                }
            } catch (MpiLibrary.Failure e) {
                r.task.done.completeExceptionally(
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

        // ---- operations as calls of MPI -------------------------------------------------------------------------

        private void plan(Running r) {
            Collective c = r.operation;
            switch (c.kind()) {
                case BARRIER -> r.parts.add(() -> mpi.barrier(collectives, r.request));
                case BROADCAST ->
                        pieces(
                                c.out(),
                                c.dtype(),
                                (address, count) ->
                                        r.parts.add(() ->
                                                mpi.broadcast(
                                                        address,
                                                        count,
                                                        moved(c.dtype()),
                                                        c.peer(),
                                                        collectives,
                                                        r.request)));
                case ALL_REDUCE -> planAllReduce(r, c);
                case ALL_GATHER -> {
                    int count = count(c, c.in());
                    r.parts.add(() ->
                            mpi.allGather(
                                    c.in().address(),
                                    c.out().address(),
                                    count,
                                    moved(c.dtype()),
                                    collectives,
                                    r.request));
                }
                case ALL_TO_ALL -> {
                    int count = count(c, c.in()) / size;
                    r.parts.add(() ->
                            mpi.allToAll(
                                    c.in().address(),
                                    c.out().address(),
                                    count,
                                    moved(c.dtype()),
                                    collectives,
                                    r.request));
                }
                case REDUCE_SCATTER -> planReduceScatter(r, c);
                case SEND -> {
                    int count = count(c, c.in());
                    r.parts.add(() ->
                            mpi.send(
                                    c.in().address(),
                                    count,
                                    moved(c.dtype()),
                                    c.peer(),
                                    c.tag(),
                                    messagesOf,
                                    r.request));
                }
                case RECEIVE -> {
                    int count = count(c, c.out());
                    r.parts.add(() ->
                            mpi.receive(
                                    c.out().address(),
                                    count,
                                    moved(c.dtype()),
                                    c.peer(),
                                    c.tag(),
                                    messagesOf,
                                    r.request));
                }
            }
        }

        private void planAllReduce(Running r, Collective c) {
            if (c.dtype() == DType.BFLOAT16) {
                planBfloat16(r, c);
                return;
            }
            pieces(
                    c.out(),
                    c.dtype(),
                    (address, count) ->
                            r.parts.add(() ->
                                    mpi.allReduce(
                                            address, count, reduced(c.dtype()), op(c.op()), collectives, r.request)));
            if (c.op() == ReduceOp.AVG) {
                after(r, () -> Reduction.divide(c.dtype(), c.out(), size));
            }
        }

        private void planReduceScatter(Running r, Collective c) {
            if (c.dtype() == DType.BFLOAT16) {
                long part = c.out().byteSize();
                MemorySegment all = scratch(r, part * size);
                int count = bytes(c, part);
                r.parts.add(() ->
                        mpi.allToAll(c.in().address(), all.address(), count, MpiAbi.Type.BYTE, collectives, r.request));
                after(r, () -> Reduction.combine(c.op(), c.dtype(), parts(all, part), c.out()));
                return;
            }
            int count = count(c, c.out());
            r.parts.add(() ->
                    mpi.reduceScatter(
                            c.in().address(),
                            c.out().address(),
                            count,
                            reduced(c.dtype()),
                            op(c.op()),
                            collectives,
                            r.request));
            if (c.op() == ReduceOp.AVG) {
                after(r, () -> Reduction.divide(c.dtype(), c.out(), size));
            }
        }

        /**
         * MPI knows no bfloat16: each process receives its part of the elements of all, sums them in float32, and the
         * rounded sums are gathered. As many bytes are sent as by a ring.
         */
        private void planBfloat16(Running r, Collective c) {
            long n = c.out().byteSize() / 2;
            long part = 2 * Math.ceilDiv(n, (long) size);
            MemorySegment mine = scratch(r, part * size);
            MemorySegment all = scratch(r, part * size);
            int count = bytes(c, part);
            mine.copyFrom(c.out());
            r.parts.add(
                    () -> mpi.allToAll(mine.address(), all.address(), count, MpiAbi.Type.BYTE, collectives, r.request));
            MemorySegment sums = scratch(r, part);
            r.parts.add(() -> {
                Reduction.combine(c.op(), c.dtype(), parts(all, part), sums);
                mpi.allGather(sums.address(), mine.address(), count, MpiAbi.Type.BYTE, collectives, r.request);
            });
            after(r, () -> c.out().copyFrom(mine.asSlice(0, c.out().byteSize())));
        }

        private List<MemorySegment> parts(MemorySegment all, long part) {
            var parts = new ArrayList<MemorySegment>();
            for (int i = 0; i < size; i++) {
                parts.add(all.asSlice(i * part, part));
            }
            return parts;
        }

        /** {@return memory that is freed when the operation is complete} */
        @SuppressWarnings("MustBeClosed") // closed by the operation that owns it
        private MemorySegment scratch(Running r, long bytes) {
            Arena arena = r.arena;
            if (arena == null) {
                arena = Arena.ofConfined();
                r.arena = arena;
            }
            return arena.allocate(Math.max(64, bytes), 64).asSlice(0, bytes);
        }

        /** Adds an action after the last call of MPI, when it is complete. */
        private void after(Running r, Runnable action) {
            r.parts.add(() -> {
                action.run();
                r.isStarted = false; // there is nothing to wait for
            });
        }

        /** A call for a piece of memory. */
        @FunctionalInterface
        private interface Piece {
            void of(long address, int count);
        }

        private void pieces(MemorySegment memory, DType dtype, Piece call) {
            long n = memory.byteSize() / dtype.size();
            for (long at = 0; at < n; at += MOST) {
                call.of(
                        memory.address() + at * dtype.size(),
                        Math.multiplyExact((int) Math.min(MOST, n - at), factor(dtype)));
            }
        }

        /** {@return how many units of {@link #moved} an element is} */
        private static int factor(DType dtype) {
            return switch (dtype) {
                case BFLOAT16, FLOAT16, INT16 -> 2;
                default -> 1;
            };
        }

        private int count(Collective c, MemorySegment memory) {
            return bytes(c, memory.byteSize() / c.dtype().size() * factor(c.dtype()));
        }

        private int bytes(Collective c, long count) {
            if (count > Integer.MAX_VALUE) {
                throw new MpiTooLong(c + ": MPI counts in 32 bits; divide the tensor");
            }
            return (int) count;
        }

        /** The type as which elements are moved. */
        private static MpiAbi.Type moved(DType dtype) {
            return switch (dtype) {
                case FLOAT32, INT32 -> MpiAbi.Type.INT32;
                case FLOAT64, INT64 -> MpiAbi.Type.INT64;
                default -> MpiAbi.Type.BYTE;
            };
        }

        private static MpiAbi.Type reduced(DType dtype) {
            return switch (dtype) {
                case FLOAT32 -> MpiAbi.Type.FLOAT;
                case FLOAT64 -> MpiAbi.Type.DOUBLE;
                case INT64 -> MpiAbi.Type.INT64;
                case INT32 -> MpiAbi.Type.INT32;
                case UINT8, BOOL -> MpiAbi.Type.UINT8;
                default -> throw new IllegalStateException("no reduction of " + dtype);
            };
        }

        private long op(ReduceOp op) {
            return switch (op) {
                case SUM, AVG -> mpi.abi().sum();
                case MAX -> mpi.abi().max();
                case MIN -> mpi.abi().min();
            };
        }

        // ---- the end --------------------------------------------------------------------------------------------

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

        /** Heartbeats: each process sends one to rank 0 each second, and rank 0 one to each. */
        private final class Heartbeats {
            /** Added to the number of operations by a process that is about to leave. */
            private static final long LEAVING = 1L << 62;

            private final long communicator;
            private final List<Peer> peers = new ArrayList<>();
            private long lastSent;
            private long lastSeen;

            private final class Peer {
                final int rank;
                final MemorySegment in = Arena.global().allocate(ValueLayout.JAVA_LONG);
                final MemorySegment out = Arena.global().allocate(ValueLayout.JAVA_LONG);
                final MemorySegment receiving = mpi.request();
                final MemorySegment sending = mpi.request();
                boolean isSending;
                boolean hasLeft;
                long heard = System.nanoTime();
                long progress;

                Peer(int rank) {
                    this.rank = rank;
                    receive();
                }

                void receive() {
                    mpi.receive(in.address(), 1, MpiAbi.Type.INT64, rank, HEARTBEAT_TAG, communicator, receiving);
                }

                void send(long value) {
                    if (isSending && !mpi.isDone(sending, flag)) {
                        return; // the last is still under way
                    }
                    out.set(ValueLayout.JAVA_LONG, 0, value);
                    mpi.send(out.address(), 1, MpiAbi.Type.INT64, rank, HEARTBEAT_TAG, communicator, sending);
                    isSending = true;
                }
            }

            Heartbeats(long communicator) {
                this.communicator = communicator;
                for (int r = 0; r < size; r++) {
                    if (rank == 0 ? r > 0 : r == 0) {
                        peers.add(new Peer(r));
                    }
                }
            }

            void beat() {
                long now = System.nanoTime();
                if (now - lastSeen < SECOND / 4) {
                    return;
                }
                lastSeen = now;
                // a process that was itself not running for long knows nothing of the others
                boolean wasAway = lastSent != 0 && now - lastSent > Math.max(3, LOST / 2) * SECOND;
                boolean due = now - lastSent >= SECOND;
                for (Peer p : peers) {
                    if (wasAway) {
                        p.heard = now;
                    }
                    while (!p.hasLeft && mpi.isDone(p.receiving, flag)) {
                        p.heard = now;
                        p.progress = p.in.get(ValueLayout.JAVA_LONG, 0);
                        p.hasLeft = p.progress < 0;
                        if (!p.hasLeft) {
                            p.receive();
                        }
                    }
                    if (!p.hasLeft && now - p.heard > LOST * SECOND) {
                        MpiProcessGroup.Loop.this.end(
                                new DistributedException(
                                        String.format(
                                                Locale.ROOT,
                                                "rank %d has not answered for %d s: it was stopped, or its machine cannot be reached",
                                                p.rank,
                                                LOST)));
                    }
                    if (due) {
                        p.send(submitted.get() | (isClosing ? LEAVING : 0));
                    }
                }
                if (due) {
                    lastSent = now;
                }
            }

            /**
             * {@return the process that leaves without having taken part in operation number {@code count}; null if
             * there is none}
             */
            @Nullable String left(long count) {
                for (Peer p : peers) {
                    if ((p.progress & LEAVING) != 0 && (p.progress & ~LEAVING) < count) {
                        return String.format(
                                Locale.ROOT,
                                "rank %d closed its group after %d operations, this is number %d",
                                p.rank,
                                p.progress & ~LEAVING,
                                count);
                    }
                }
                return null;
            }

            /** {@return the processes that have begun fewer operations than this one} */
            String behind() {
                var behind = new ArrayList<String>();
                for (Peer p : peers) {
                    if ((p.progress & ~LEAVING) < submitted.get()) {
                        behind.add(
                                String.format(
                                        Locale.ROOT,
                                        "rank %d has begun %d operations, this one %d",
                                        p.rank,
                                        p.progress & ~LEAVING,
                                        submitted.get()));
                    }
                }
                return behind.isEmpty() ? "" : ": " + String.join(", ", behind);
            }

            /** Says farewell, and receives that of the others, so that no request is left. */
            void end() {
                for (Peer p : peers) {
                    while (p.isSending && !mpi.isDone(p.sending, flag)) {
                        Thread.onSpinWait();
                    }
                    p.send(-1);
                }
                long begin = System.nanoTime();
                for (Peer p : peers) {
                    while (!p.hasLeft && System.nanoTime() - begin < LOST * SECOND) {
                        if (mpi.isDone(p.receiving, flag)) {
                            p.hasLeft = p.in.get(ValueLayout.JAVA_LONG, 0) < 0;
                            if (!p.hasLeft) {
                                p.receive();
                            }
                        }
                    }
                    while (!mpi.isDone(p.sending, flag)) {
                        Thread.onSpinWait();
                    }
                }
            }
        }
    }

    /** More elements than MPI counts. */
    private static final class MpiTooLong extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        MpiTooLong(String message) {
            super(message);
        }
    }
}
