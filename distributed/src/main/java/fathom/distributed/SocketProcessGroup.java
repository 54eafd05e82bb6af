package fathom.distributed;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A process group over TCP, for processes that no launcher of MPI started: by hand, by a scheduler, or as tasks of a
 * cluster's engine. Where there is MPI, or shared memory between the processes, that is faster.
 *
 * <p>{@link Distributed#init} makes one from the environment variables of PyTorch's launcher, {@code RANK}, {@code
 * WORLD_SIZE}, {@code MASTER_ADDR} and {@code MASTER_PORT}:
 *
 * <pre>{@code
 * RANK=0 WORLD_SIZE=2 MASTER_ADDR=host MASTER_PORT=29500 ./fathom train lenet --distributed
 * }</pre>
 *
 * <p>Reductions are done in two steps, each process for one part of the elements: it receives that part of all others,
 * combines them in the order of the ranks, and sends the result to all. So each element travels twice, as in a ring
 * (Patarasuk and Yuan, Bandwidth Optimal All-reduce Algorithms for Clusters of Workstations, 2009), and all processes
 * receive the same bits. All processes are connected to all: this is for dozens of them, not for thousands.
 *
 * <p>The connections are neither encrypted nor protected but by a number that the processes of a job share: use it in a
 * network of your own.
 */
public final class SocketProcessGroup extends ProcessGroup {
    /** Larger broadcasts go out in parts, which the receivers exchange. */
    private static final long DIRECT_BYTES = 1 << 16;

    private static final long SECOND = 1_000_000_000L;

    /** How long the cause of a failure waits for what is being written to a process. */
    private static final long ABORT_MILLIS = 200;

    private final int rank;

    /** Connections by rank; null for this process. */
    private final @Nullable SocketPeer[] peers;

    private final ExecutorService worker;
    private final ExecutorService messages = Executors.newVirtualThreadPerTaskExecutor();
    private @Nullable DistributedException failure;
    private boolean isClosed;
    private long begun;

    private SocketProcessGroup(int rank, @Nullable SocketPeer[] peers) {
        this.rank = rank;
        this.peers = peers;
        worker = collectivesThread(rank);
    }

    /**
     * Joins a group whose first process waits at a known address; blocks until all have come.
     *
     * @param rank the number of this process, from 0; rank 0 listens at {@code master}
     * @param size the number of processes
     * @param master the address of rank 0
     * @param timeout how long to wait for the others
     * @throws IllegalArgumentException if there is no such rank
     * @throws DistributedException if not all processes came in time, naming those that did not
     */
    public static SocketProcessGroup join(int rank, int size, InetSocketAddress master, Duration timeout) {
        checkRank(rank, size);
        try (var server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(0));
            List<InetSocketAddress> addresses = SocketRendezvous.meet(rank, size, master, server, timeout);
            return connect(rank, addresses, server, SocketRendezvous.job(master, size), timeout);
        } catch (IOException e) {
            throw new DistributedException(
                    String.format(Locale.ROOT, "rank %d of %d cannot join at %s: %s", rank, size, master, e), e);
        }
    }

    /**
     * Connects processes that know each other's addresses; blocks until all are connected.
     *
     * @param rank the number of this process, from 0
     * @param addresses where each process listens, in the order of the ranks
     * @param server listens at this process's address; it is not closed
     * @param job a number that the processes of this job share, and others do not know
     * @param timeout how long to wait for the others
     * @throws IllegalArgumentException if there is no such rank
     * @throws DistributedException if not all processes came in time, naming those that did not
     */
    public static SocketProcessGroup connect(
            int rank, List<InetSocketAddress> addresses, ServerSocketChannel server, long job, Duration timeout) {
        int size = addresses.size();
        checkRank(rank, size);
        var peers = new @Nullable SocketPeer[size];
        var group = new SocketProcessGroup(rank, peers);
        var channels = SocketRendezvous.connect(rank, addresses, server, job, timeout);
        for (int r = 0; r < size; r++) {
            var channel = channels[r];
            if (channel != null) {
                peers[r] = new SocketPeer(r, channel, group::fail);
            }
        }
        for (SocketPeer p : group.others()) {
            p.start();
        }
        if (size > 1 && Distributed.HEARTBEAT_SECONDS > 0) {
            Thread.ofPlatform()
                    .daemon()
                    .name(String.format(Locale.ROOT, "heartbeats of rank %d", rank))
                    .start(group::beat);
        }
        return group;
    }

    private static void checkRank(int rank, int size) {
        if (rank < 0 || rank >= size) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT, "SocketProcessGroup: there is no rank %d among %d processes", rank, size));
        }
    }

    @Override
    public int rank() {
        return rank;
    }

    @Override
    public int size() {
        return peers.length;
    }

    @Override
    public String engine() {
        return "TCP";
    }

    private List<SocketPeer> others() {
        var others = new ArrayList<SocketPeer>();
        for (var p : peers) {
            if (p != null) {
                others.add(p);
            }
        }
        return others;
    }

    private SocketPeer peer(int r) {
        var p = peers[r];
        if (p == null) {
            throw new IllegalArgumentException("rank " + r + " is this process itself");
        }
        return p;
    }

    @Override
    CompletableFuture<Void> submit(Collective operation) {
        try {
            return switch (operation.kind()) {
                case SEND ->
                        CompletableFuture.runAsync(
                                () ->
                                        peer(operation.peer())
                                                .send(
                                                        SocketFrame.message(operation.tag(), operation.in().byteSize()),
                                                        operation.in()),
                                messages);
                case RECEIVE -> peer(operation.peer()).receiveMessage(operation);
                default -> CompletableFuture.runAsync(() -> perform(operation), worker);
            };
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(
                    new DistributedException("the group of rank " + rank + " is closed", e));
        }
    }

    // ---- collective operations, in order, on one thread
    // ---------------------------------------------------------------

    private void perform(Collective c) {
        synchronized (this) {
            if (failure != null) {
                throw failure;
            }
        }
        long number = begun++;
        try {
            switch (c.kind()) {
                case BROADCAST -> broadcast(c, number);
                case ALL_REDUCE -> {
                    List<MemorySegment> parts = parts(c);
                    reduce(c, number, parts, parts.get(rank), true);
                }
                case ALL_GATHER -> {
                    List<MemorySegment> parts = slices(c.out(), c.in().byteSize());
                    copy(c.in(), parts.get(rank));
                    exchange(c, number, r -> c.in(), parts::get);
                }
                case REDUCE_SCATTER -> {
                    List<MemorySegment> parts = slices(c.in(), c.out().byteSize());
                    reduce(c, number, parts, c.out(), false);
                }
                case ALL_TO_ALL -> {
                    List<MemorySegment> from = slices(c.in(), c.in().byteSize() / size());
                    List<MemorySegment> to = slices(c.out(), c.out().byteSize() / size());
                    copy(from.get(rank), to.get(rank));
                    exchange(c, number, from::get, to::get);
                }
                default -> exchange(c, number, r -> MemorySegment.NULL, r -> MemorySegment.NULL);
            }
        } catch (DistributedException e) {
            // the others wait for this process
            abort(e);
            throw failure();
        }
    }

    private synchronized DistributedException failure() {
        return failure == null ? new DistributedException("the group of rank " + rank + " failed") : failure;
    }

    @FunctionalInterface
    private interface ByRank {
        MemorySegment of(int rank);
    }

    /** Sends each other process something, and receives something from each. */
    private void exchange(Collective c, long number, ByRank out, ByRank in) {
        List<CompletableFuture<Void>> arrivals = expect(c, number, in);
        send(c, number, out);
        await(arrivals);
    }

    private List<CompletableFuture<Void>> expect(Collective c, long number, ByRank in) {
        return others().stream().map(p -> p.receive(c, number, in.of(p.rank))).toList();
    }

    /** Sends to all others, beginning with the next, so that not all send to the same one at a time. */
    private void send(Collective c, long number, ByRank out) {
        for (int i = 1; i < size(); i++) {
            SocketPeer p = peer((rank + i) % size());
            MemorySegment memory = out.of(p.rank);
            p.send(SocketFrame.of(c, number, memory.byteSize()), memory);
        }
    }

    private static void await(List<CompletableFuture<Void>> arrivals) {
        arrivals.forEach(ProcessGroup::finish);
    }

    /**
     * Combines part {@code rank} of all processes.
     *
     * @param gather whether the results of all are exchanged: into {@code parts}, of which {@code out} is one
     */
    @SuppressWarnings("MustBeClosedChecker") // left open after a failure, when a thread may still read into it
    private void reduce(Collective c, long number, List<MemorySegment> parts, MemorySegment out, boolean gather) {
        var arena = Arena.ofShared();
        long bytes = out.byteSize();
        MemorySegment received = arena.allocate(Math.max(1, bytes * size()), 64).asSlice(0, bytes * size());
        var all = new ArrayList<>(slices(received, bytes));
        List<CompletableFuture<Void>> given = expect(c, number, all::get);
        List<CompletableFuture<Void>> results = gather ? expect(c, number, parts::get) : List.of();
        send(c, number, parts::get);
        await(given);
        all.set(rank, parts.get(rank));
        Reduction.combine(c.op(), c.dtype(), all, out);
        if (gather) {
            send(c, number, r -> out);
            await(results);
        }
        arena.close();
    }

    private void broadcast(Collective c, long number) {
        int root = c.peer();
        if (c.out().byteSize() <= DIRECT_BYTES || size() == 2) {
            if (rank == root) {
                send(c, number, r -> c.out());
            } else {
                await(List.of(peer(root).receive(c, number, c.out())));
            }
            return;
        }
        List<MemorySegment> parts = parts(c);
        if (rank == root) {
            send(c, number, parts::get);
            send(c, number, r -> parts.get(root));
            return;
        }
        SocketPeer first = peer(root);
        var mine = first.receive(c, number, parts.get(rank));
        var rest = new ArrayList<CompletableFuture<Void>>();
        for (SocketPeer p : others()) {
            rest.add(p.receive(c, number, parts.get(p.rank)));
        }
        await(List.of(mine));
        for (SocketPeer p : others()) {
            if (p != first) {
                p.send(SocketFrame.of(c, number, parts.get(rank).byteSize()), parts.get(rank));
            }
        }
        await(rest);
    }

    private List<MemorySegment> parts(Collective c) {
        return IntStream.range(0, size()).mapToObj(r -> c.outPart(r, size())).toList();
    }

    private List<MemorySegment> slices(MemorySegment memory, long bytes) {
        return IntStream.range(0, size()).mapToObj(r -> memory.asSlice(r * bytes, bytes)).toList();
    }

    private static void copy(MemorySegment from, MemorySegment to) {
        if (from.byteSize() > 0) {
            to.copyFrom(from);
        }
    }

    // ---- failures and the end
    // -----------------------------------------------------------------------------------------

    /** Sends a sign of life each second, and misses those of the others. */
    private void beat() {
        long last = System.nanoTime();
        while (true) {
            try {
                Thread.sleep(1000);
            } catch (InterruptedException e) {
                return;
            }
            synchronized (this) {
                if (failure != null || isClosed) {
                    return;
                }
            }
            long now = System.nanoTime();
            // a process that was itself not running for long knows nothing of the others
            boolean wasAway = now - last > Math.max(3, Distributed.HEARTBEAT_SECONDS / 2) * SECOND;
            last = now;
            for (SocketPeer p : others()) {
                var _ = p.trySend(SocketFrame.control(SocketFrame.Type.HEARTBEAT, 0, 0), new byte[0], 0);
                if (!wasAway && !p.hasLeft() && now - p.heard() > Distributed.HEARTBEAT_SECONDS * SECOND) {
                    abort(
                            new DistributedException(
                                    String.format(
                                            Locale.ROOT,
                                            "rank %d has not answered for %d s: it was stopped, or its machine cannot be reached",
                                            p.rank,
                                            Distributed.HEARTBEAT_SECONDS)));
                }
            }
        }
    }

    /** Tells all processes the cause; their operations under way and to come fail with it. This process goes on. */
    @Override
    public void abort(Throwable cause) {
        fail(DistributedException.of(rank, size(), cause));
    }

    /**
     * Ends all that waits, because of the first failure, and passes it on: so that nobody takes the end of this process
     * for the cause.
     */
    private void fail(DistributedException cause) {
        synchronized (this) {
            if (failure != null || isClosed) {
                return;
            }
            failure = cause;
        }
        byte[] text = String.valueOf(cause.getMessage()).getBytes(StandardCharsets.UTF_8);
        for (SocketPeer p : others()) {
            var _ = p.trySend(SocketFrame.control(SocketFrame.Type.ABORT, 0, text.length), text, ABORT_MILLIS);
        }
        others().forEach(p -> p.end(cause));
    }

    @Override
    public void close() {
        worker.close();
        messages.close();
        boolean failed;
        synchronized (this) {
            if (isClosed) {
                return;
            }
            failed = failure != null;
            isClosed = true;
        }
        if (!failed) {
            farewell();
        }
        others().forEach(SocketPeer::disconnect);
    }

    private void farewell() {
        long end = System.currentTimeMillis() + 1000 * Math.max(1, Distributed.HEARTBEAT_SECONDS);
        try {
            for (SocketPeer p : others()) {
                p.send(SocketFrame.control(SocketFrame.Type.LEAVE, begun, 0), MemorySegment.NULL);
                p.finish();
            }
            for (SocketPeer p : others()) {
                p.join(end - System.currentTimeMillis());
            }
        } catch (IOException | DistributedException e) {
            System.getLogger(SocketProcessGroup.class.getName())
                    .log(System.Logger.Level.DEBUG, "another process has gone already", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
