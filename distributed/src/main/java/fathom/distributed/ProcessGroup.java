package fathom.distributed;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Processes that compute together, and the collective operations between them: PyTorch's {@code torch.distributed}.
 * {@link Distributed#group()} has all processes that {@code mpirun} started; a {@link LocalProcessGroup} consists of
 * threads of one process.
 *
 * {@snippet :
 * try (ProcessGroup group = Distributed.init()) {
 *     Tensor x = full(group.rank() + 1, FLOAT32, 3);
 *     group.allReduce(x, ProcessGroup.ReduceOp.SUM);
 *     IO.println(x);
 * }
 * }
 *
 * <p>All processes must call the same operations in the same order, with tensors of the same shape and type. Each
 * operation has a form that returns at once, whose name ends in {@code Async}. Messages ({@link #send}, {@link #recv})
 * are matched by their tags, whatever the order.
 *
 * <p>Types: float32, float64, bfloat16 (sums are formed in float32 and rounded once), int64, int32, uint8; bool for
 * {@code MIN}, which is "and", and {@code MAX}, which is "or". {@code AVG} needs a floating type. Operations that only
 * move elements take every type. Tensors may be on any device; those that the host cannot address are copied.
 *
 * <p>All processes receive the same bits from a reduction, and the same as in another run of as many processes.
 */
public abstract class ProcessGroup implements AutoCloseable {
    /** How a reduction combines the elements of the processes. */
    public enum ReduceOp {
        /** The sum. */
        SUM,
        /** The mean; of floating types only. */
        AVG,
        /** The maximum. */
        MAX,
        /** The minimum. */
        MIN
    }

    /** For implementations in this package. */
    ProcessGroup() {}

    /** {@return the number of this process, from 0} */
    public abstract int rank();

    /** {@return the number of processes} */
    public abstract int size();

    /** {@return the communication engine, for messages: {@code Open MPI v4.1.4}} */
    public abstract String engine();

    /** {@return a thread that performs the collective operations of a rank, in order} */
    static ExecutorService collectivesThread(int rank) {
        return Executors.newSingleThreadExecutor(
                Thread.ofPlatform()
                        .daemon()
                        .name(String.format(Locale.ROOT, "collectives of rank %d", rank))
                        .factory());
    }

    /** Starts an operation. The memory must stay valid until it is complete. */
    abstract CompletableFuture<Void> submit(Collective operation);

    /**
     * Ends the job on all processes, since this one cannot go on. Under MPI this process is ended too.
     *
     * @param cause the first cause, which is printed with this rank
     */
    public abstract void abort(Throwable cause);

    /** Leaves the group; all processes must do so. */
    @Override
    public abstract void close();

    // ---- collectives on tensors -------------------------------------------------------------------------------------

    /**
     * Replaces a tensor's elements by those of rank {@code root}.
     *
     * @throws IllegalArgumentException if there is no such rank
     * @throws DistributedException if the operation fails on any process
     */
    public final void broadcast(Tensor tensor, int root) {
        broadcastAsync(tensor, root).await();
    }

    /** As {@link #broadcast}; returns at once. */
    public final Work broadcastAsync(Tensor tensor, int root) {
        checkRank("broadcast", root);
        return inPlace(Collective.Kind.BROADCAST, tensor, ReduceOp.SUM, root);
    }

    /**
     * Replaces each element of a tensor by the sum, mean, maximum or minimum of those of all processes.
     *
     * @throws IllegalArgumentException if the type does not allow the operation
     * @throws DistributedException if the operation fails on any process
     */
    public final void allReduce(Tensor tensor, ReduceOp op) {
        allReduceAsync(tensor, op).await();
    }

    /** As {@link #allReduce}; returns at once. */
    public final Work allReduceAsync(Tensor tensor, ReduceOp op) {
        Reduction.check("allReduce", tensor.dtype(), op);
        return inPlace(Collective.Kind.ALL_REDUCE, tensor, op, 0);
    }

    /**
     * {@return the tensors of all processes, in the order of their ranks: {@code [...]} becomes {@code [size, ...]}}
     *
     * @throws DistributedException if the operation fails on any process
     */
    public final Tensor allGather(Tensor tensor) {
        var shape = new long[tensor.dim() + 1];
        shape[0] = size();
        System.arraycopy(tensor.shape().dims(), 0, shape, 1, tensor.dim());
        Tensor out = empty(tensor, shape);
        allGatherAsync(out, tensor).await();
        return out;
    }

    /**
     * Gathers the tensors of all processes into {@code out}; returns at once.
     *
     * @param out contiguous, with {@link #size()} times the elements of {@code in}
     */
    public final Work allGatherAsync(Tensor out, Tensor in) {
        checkElements("allGather", out, in, size(), 1);
        return between(Collective.Kind.ALL_GATHER, out, in, ReduceOp.SUM);
    }

    /**
     * Reduces tensors, and leaves each process one part: {@code [size * n, ...]} becomes {@code [n, ...]}, the part
     * with the number of the process.
     *
     * @throws IllegalArgumentException if dimension 0 is not a multiple of the number of processes
     * @throws DistributedException if the operation fails on any process
     */
    public final Tensor reduceScatter(Tensor tensor, ReduceOp op) {
        long[] shape = divided("reduceScatter", tensor);
        shape[0] /= size();
        Tensor out = empty(tensor, shape);
        reduceScatterAsync(out, tensor, op).await();
        return out;
    }

    /**
     * As {@link #reduceScatter(Tensor, ReduceOp)}, into {@code out}; returns at once.
     *
     * @param in with {@link #size()} times the elements of {@code out}
     * @param out contiguous
     */
    public final Work reduceScatterAsync(Tensor out, Tensor in, ReduceOp op) {
        Reduction.check("reduceScatter", in.dtype(), op);
        checkElements("reduceScatter", out, in, 1, size());
        return between(Collective.Kind.REDUCE_SCATTER, out, in, op);
    }

    /**
     * {@return the parts that the processes have for this one: part {@code r} of the result is part {@code rank()} of
     * the tensor of rank {@code r}}
     *
     * @param tensor {@code [size * n, ...]}
     * @throws IllegalArgumentException if dimension 0 is not a multiple of the number of processes
     * @throws DistributedException if the operation fails on any process
     */
    public final Tensor allToAll(Tensor tensor) {
        Tensor out = empty(tensor, divided("allToAll", tensor));
        allToAllAsync(out, tensor).await();
        return out;
    }

    /** As {@link #allToAll(Tensor)}, into {@code out}, of the same number of elements; returns at once. */
    public final Work allToAllAsync(Tensor out, Tensor in) {
        checkElements("allToAll", out, in, 1, 1);
        if (in.numel() % size() != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "allToAll: a tensor of shape %s cannot be divided among %d processes",
                            in.shape(),
                            size()));
        }
        return between(Collective.Kind.ALL_TO_ALL, out, in, ReduceOp.SUM);
    }

    /** Waits until all processes have come here. */
    public final void barrier() {
        MemorySegment none = MemorySegment.NULL;
        finish(submit(new Collective(Collective.Kind.BARRIER, none, none, DType.UINT8, ReduceOp.SUM, 0, 0)));
    }

    /** Sends a tensor to another process, as message 0; returns when its memory may be used again. */
    public final void send(Tensor tensor, int to) {
        sendAsync(tensor, to, 0).await();
    }

    /**
     * Sends a tensor; returns at once.
     *
     * @param tag distinguishes the messages between two processes, from 0 to 32767
     */
    public final Work sendAsync(Tensor tensor, int to, int tag) {
        checkPeer("send", to, tag);
        var staged = Staged.of(tensor, true);
        return staged.work(
                this, m -> new Collective(Collective.Kind.SEND, m, m, tensor.dtype(), ReduceOp.SUM, to, tag), false);
    }

    /** Receives message 0 of another process into a tensor of the same type and number of elements. */
    public final void recv(Tensor tensor, int from) {
        recvAsync(tensor, from, 0).await();
    }

    /** Receives a message; returns at once. */
    public final Work recvAsync(Tensor tensor, int from, int tag) {
        checkPeer("recv", from, tag);
        var staged = Staged.of(tensor, false);
        return staged.work(
                this,
                m -> new Collective(Collective.Kind.RECEIVE, m, m, tensor.dtype(), ReduceOp.SUM, from, tag),
                true);
    }

    // ---- collectives on numbers of Java -----------------------------------------------------------------------------

    /**
     * Replaces each number by the sum, mean, maximum or minimum of those of all processes: for results and agreements
     * outside of tensors.
     */
    public final void allReduce(double[] numbers, ReduceOp op) {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(Math.max(1, 8L * numbers.length), 64).asSlice(0, 8L * numbers.length);
            MemorySegment.copy(numbers, 0, memory, java.lang.foreign.ValueLayout.JAVA_DOUBLE, 0, numbers.length);
            finish(submit(new Collective(Collective.Kind.ALL_REDUCE, memory, memory, DType.FLOAT64, op, 0, 0)));
            MemorySegment.copy(memory, java.lang.foreign.ValueLayout.JAVA_DOUBLE, 0, numbers, 0, numbers.length);
        }
    }

    /** {@return the sum of a number over all processes} */
    public final double sum(double number) {
        double[] all = {number};
        allReduce(all, ReduceOp.SUM);
        return all[0];
    }

    /** {@return the bytes of each process, which may be of different lengths, in the order of the ranks} */
    public final List<byte[]> allGather(byte[] bytes) {
        var lengths = new double[size()];
        lengths[rank()] = bytes.length;
        allReduce(lengths, ReduceOp.SUM);
        long most = 0;
        for (double length : lengths) {
            most = Math.max(most, (long) length);
        }
        var all = new ArrayList<byte[]>();
        try (Arena arena = Arena.ofShared()) {
            MemorySegment in = arena.allocate(Math.max(1, most), 64).asSlice(0, most);
            MemorySegment out = arena.allocate(Math.max(1, most * size()), 64).asSlice(0, most * size());
            MemorySegment.copy(MemorySegment.ofArray(bytes), 0, in, 0, bytes.length);
            if (most > 0) {
                finish(submit(new Collective(Collective.Kind.ALL_GATHER, in, out, DType.UINT8, ReduceOp.SUM, 0, 0)));
            }
            for (int r = 0; r < size(); r++) {
                all.add(out.asSlice(r * most, (long) lengths[r]).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE));
            }
        }
        return all;
    }

    /** {@return the bytes of rank {@code root}; those of the other processes are not used} */
    public final byte[] broadcast(byte[] bytes, int root) {
        checkRank("broadcast", root);
        double[] length = {rank() == root ? bytes.length : 0};
        allReduce(length, ReduceOp.MAX);
        long n = (long) length[0];
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(Math.max(1, n), 64).asSlice(0, n);
            if (rank() == root) {
                memory.copyFrom(MemorySegment.ofArray(bytes));
            }
            finish(
                    submit(
                            new Collective(
                                    Collective.Kind.BROADCAST, memory, memory, DType.UINT8, ReduceOp.SUM, root, 0)));
            return memory.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
        }
    }

    /**
     * Starts an all-reduce in memory of native code, in place; for code of this module's own that keeps buffers. The
     * memory must stay valid until the work is complete.
     *
     * @param memory native memory of contiguous elements, aligned to their size
     */
    public final Work allReduceAsync(MemorySegment memory, DType dtype, ReduceOp op) {
        Reduction.check("allReduce", dtype, op);
        return new Work(submit(new Collective(Collective.Kind.ALL_REDUCE, memory, memory, dtype, op, 0, 0)), () -> {});
    }

    /** As {@link #broadcastAsync(Tensor, int)}, in memory of native code. */
    public final Work broadcastAsync(MemorySegment memory, DType dtype, int root) {
        checkRank("broadcast", root);
        return new Work(
                submit(new Collective(Collective.Kind.BROADCAST, memory, memory, dtype, ReduceOp.SUM, root, 0)),
                () -> {});
    }

    /** As {@link #allGatherAsync(Tensor, Tensor)}, in memory of native code. */
    public final Work allGatherAsync(MemorySegment out, MemorySegment in, DType dtype) {
        return new Work(
                submit(new Collective(Collective.Kind.ALL_GATHER, in, out, dtype, ReduceOp.SUM, 0, 0)), () -> {});
    }

    /** As {@link #reduceScatterAsync(Tensor, Tensor, ReduceOp)}, in memory of native code. */
    public final Work reduceScatterAsync(MemorySegment out, MemorySegment in, DType dtype, ReduceOp op) {
        Reduction.check("reduceScatter", dtype, op);
        return new Work(submit(new Collective(Collective.Kind.REDUCE_SCATTER, in, out, dtype, op, 0, 0)), () -> {});
    }

    static void finish(CompletableFuture<Void> done) {
        new Work(done, () -> {}).await();
    }

    // ---- arguments --------------------------------------------------------------------------------------------------

    private Work inPlace(Collective.Kind kind, Tensor tensor, ReduceOp op, int peer) {
        return Staged.of(tensor, true).work(this, m -> new Collective(kind, m, m, tensor.dtype(), op, peer, 0), true);
    }

    private Work between(Collective.Kind kind, Tensor out, Tensor in, ReduceOp op) {
        if (!out.isContiguous()) {
            throw new IllegalArgumentException(
                    "%s: the result, of shape %s, must be contiguous".formatted(kind.method, out.shape()));
        }
        var given = Staged.of(in, true);
        return Staged.of(out, false)
                .work(this, m -> new Collective(kind, given.memory(), m, in.dtype(), op, 0, 0), true, given);
    }

    private static Tensor empty(Tensor like, long[] shape) {
        return Tensors.empty(like.dtype(), like.device(), shape);
    }

    private long[] divided(String method, Tensor tensor) {
        if (tensor.dim() == 0 || tensor.size(0) % size() != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: dimension 0 of a tensor of shape %s is not a multiple of the %d processes",
                            method,
                            tensor.shape(),
                            size()));
        }
        return tensor.shape().dims();
    }

    private void checkElements(String method, Tensor out, Tensor in, long ofIn, long ofOut) {
        if (out.dtype() != in.dtype() || out.numel() * ofOut != in.numel() * ofIn) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: from a tensor of shape %s and type %s the result cannot be of shape %s and type %s among %d processes",
                            method,
                            in.shape(),
                            in.dtype(),
                            out.shape(),
                            out.dtype(),
                            size()));
        }
    }

    final void checkRank(String method, int rank) {
        if (rank < 0 || rank >= size()) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s: there is no rank %d among %d processes", method, rank, size()));
        }
    }

    private void checkPeer(String method, int rank, int tag) {
        checkRank(method, rank);
        if (rank == rank()) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s: rank %d is this process itself", method, rank));
        }
        if (tag < 0 || tag > 32767) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s: expected a tag from 0 to 32767, got %d", method, tag));
        }
    }
}
