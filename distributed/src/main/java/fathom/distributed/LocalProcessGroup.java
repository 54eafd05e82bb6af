package fathom.distributed;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A process group of threads in one process, each with a group object of its own: for devices of one machine, and to
 * test programs for several processes without starting any.
 *
 * {@snippet :
 * LocalProcessGroup.run(2, group -> {
 *     Tensor x = full(group.rank() + 1, FLOAT32, 3);
 *     group.allReduce(x, ProcessGroup.ReduceOp.SUM);      // 3, 3, 3 on both
 * });
 * }
 */
public final class LocalProcessGroup extends ProcessGroup {
    private final int rank;
    private final Meeting meeting;
    private final ExecutorService worker;
    private final ExecutorService messages = Executors.newVirtualThreadPerTaskExecutor();

    private LocalProcessGroup(int rank, Meeting meeting) {
        this.rank = rank;
        this.meeting = meeting;
        worker = collectivesThread(rank);
    }

    /**
     * {@return the members of a new group, one for each thread}
     *
     * @throws IllegalArgumentException if {@code size} is less than 1
     */
    public static List<ProcessGroup> of(int size) {
        if (size < 1) {
            throw new IllegalArgumentException("LocalProcessGroup: expected at least 1 process, got " + size);
        }
        var meeting = new Meeting(size);
        var members = new ArrayList<ProcessGroup>();
        for (int r = 0; r < size; r++) {
            members.add(new LocalProcessGroup(r, meeting));
        }
        return List.copyOf(members);
    }

    /**
     * Runs {@code body} on as many threads, each with its member of a new group, and waits for all.
     *
     * @throws DistributedException if a body threw an exception, naming the rank that failed first; that exception is
     *     the cause
     */
    public static void run(int size, Consumer<ProcessGroup> body) {
        List<ProcessGroup> members = of(size);
        var threads = new ArrayList<Thread>();
        for (ProcessGroup member : members) {
            threads.add(
                    Thread.ofPlatform()
                            .name(String.format(Locale.ROOT, "rank %d", member.rank()))
                            .start(() -> {
                                try (member) {
                                    body.accept(member);
                                } catch (Throwable e) {
                                    member.abort(e);
                                }
                            }));
        }
        try {
            for (Thread t : threads) {
                t.join();
            }
        } catch (InterruptedException e) {
            members.getFirst().abort(e);
            Thread.currentThread().interrupt();
        }
        DistributedException failure = ((LocalProcessGroup) members.getFirst()).meeting.failure();
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public int rank() {
        return rank;
    }

    @Override
    public int size() {
        return meeting.size;
    }

    @Override
    public String engine() {
        return "threads";
    }

    @Override
    CompletableFuture<Void> submit(Collective operation) {
        if (operation.kind().isMessage()) {
            return CompletableFuture.runAsync(() -> meeting.message(rank, operation), messages);
        }
        return CompletableFuture.runAsync(() -> meeting.perform(rank, operation), worker);
    }

    @Override
    public void abort(Throwable cause) {
        meeting.fail(rank, cause);
    }

    @Override
    public void close() {
        worker.shutdown();
        messages.shutdown();
    }

    /** Where the threads of a group meet: each operation needs all of them. */
    private static final class Meeting {
        private final int size;
        private final @Nullable Collective[] present;
        private int arrived;
        private long round;
        private @Nullable DistributedException failure;

        /** Messages under way, by sender, receiver and tag. */
        private final Map<List<Integer>, Queue<Sent>> mail = new HashMap<>();

        private record Sent(MemorySegment memory, CompletableFuture<Void> taken) {}

        Meeting(int size) {
            this.size = size;
            present = new Collective[size];
        }

        synchronized @Nullable DistributedException failure() {
            return failure;
        }

        synchronized void fail(int rank, Throwable cause) {
            if (failure == null) {
                failure = DistributedException.of(rank, size, cause);
            }
            notifyAll();
        }

        private synchronized void checkFailure() {
            if (failure != null) {
                throw failure;
            }
        }

        /** Waits until all threads have come here. */
        private synchronized void meet() {
            checkFailure();
            long mine = round;
            if (++arrived == size) {
                arrived = 0;
                round++;
                notifyAll();
                return;
            }
            while (round == mine) {
                checkFailure();
                await();
            }
        }

        private void await() {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new DistributedException("interrupted in a collective operation", e);
            }
        }

        void perform(int rank, Collective mine) {
            synchronized (this) {
                present[rank] = mine;
            }
            meet();
            List<Collective> all = agreed(rank);
            switch (mine.kind()) {
                case BROADCAST -> {
                    if (rank != mine.peer()) {
                        mine.out().copyFrom(all.get(mine.peer()).out());
                    }
                }
                case ALL_REDUCE -> {
                    List<MemorySegment> parts = all.stream().map(c -> c.outPart(rank, size)).toList();
                    Reduction.combine(mine.op(), mine.dtype(), parts, parts.get(rank));
                    meet();
                    for (int r = 0; r < size; r++) {
                        if (r != rank) {
                            mine.outPart(r, size).copyFrom(all.get(r).outPart(r, size));
                        }
                    }
                }
                case ALL_GATHER -> {
                    long bytes = mine.in().byteSize();
                    for (int r = 0; r < size; r++) {
                        mine.out().asSlice(r * bytes, bytes).copyFrom(all.get(r).in());
                    }
                }
                case REDUCE_SCATTER -> {
                    long bytes = mine.out().byteSize();
                    Reduction.combine(
                            mine.op(),
                            mine.dtype(),
                            all.stream().map(c -> c.in().asSlice(rank * bytes, bytes)).toList(),
                            mine.out());
                }
                case ALL_TO_ALL -> {
                    long bytes = mine.out().byteSize() / size;
                    for (int r = 0; r < size; r++) {
                        mine.out().asSlice(r * bytes, bytes).copyFrom(all.get(r).in().asSlice(rank * bytes, bytes));
                    }
                }
                default -> {}
            }
            meet(); // nobody's memory is still being read
        }

        /** {@return the operations of all threads, which must be the same} */
        private List<Collective> agreed(int rank) {
            List<Collective> all;
            synchronized (this) {
                all = new ArrayList<>(Arrays.asList(present).stream().map(java.util.Objects::requireNonNull).toList());
            }
            Collective first = all.getFirst();
            for (int r = 1; r < size; r++) {
                Collective c = all.get(r);
                if (c.kind() != first.kind()
                        || c.dtype() != first.dtype()
                        || c.op() != first.op()
                        || c.peer() != first.peer()
                        || c.in().byteSize() != first.in().byteSize()
                        || c.out().byteSize() != first.out().byteSize()) {
                    var failure =
                            new DistributedException(
                                    String.format(
                                            Locale.ROOT,
                                            "the processes do not agree: rank 0 calls %s, rank %d %s",
                                            first,
                                            r,
                                            c));
                    fail(rank, failure);
                    throw failure;
                }
            }
            return all;
        }

        void message(int rank, Collective mine) {
            if (mine.kind() == Collective.Kind.SEND) {
                var sent = new Sent(mine.in(), new CompletableFuture<>());
                synchronized (this) {
                    checkFailure();
                    mail.computeIfAbsent(List.of(rank, mine.peer(), mine.tag()), k -> new ArrayDeque<>()).add(sent);
                    notifyAll();
                    while (!sent.taken.isDone()) {
                        checkFailure();
                        await();
                    }
                }
                sent.taken.join();
                return;
            }
            synchronized (this) {
                List<Integer> key = List.of(mine.peer(), rank, mine.tag());
                Queue<Sent> box = mail.get(key);
                while (box == null || box.isEmpty()) {
                    checkFailure();
                    await();
                    box = mail.get(key);
                }
                Sent sent = box.remove();
                notifyAll();
                if (sent.memory.byteSize() != mine.out().byteSize()) {
                    var failure =
                            new DistributedException(
                                    String.format(
                                            Locale.ROOT,
                                            "rank %d: %s received a message of %,d bytes",
                                            rank,
                                            mine,
                                            sent.memory.byteSize()));
                    sent.taken.completeExceptionally(failure);
                    throw failure;
                }
                mine.out().copyFrom(sent.memory);
                sent.taken.complete(null);
            }
        }
    }
}
