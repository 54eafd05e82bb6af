package fathom.distributed;

import fathom.DType;
import fathom.distributed.ProcessGroup.ReduceOp;
import fathom.distributed.mpi.MpiAbi;
import fathom.distributed.mpi.MpiLibrary;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** How collectives and messages become calls of MPI. */
final class MpiPlans {
    /** Elements of one call: MPI counts in ints. */
    private static final long MOST = 1 << 30;

    private final MpiLibrary mpi;
    private final int size;
    private final long collectives;
    private final long messages;

    /**
     * @param size the number of processes
     * @param collectives the communicator of collectives
     * @param messages the communicator of messages
     */
    MpiPlans(MpiLibrary mpi, int size, long collectives, long messages) {
        this.mpi = mpi;
        this.size = size;
        this.collectives = collectives;
        this.messages = messages;
    }

    /** Adds an operation's calls to it. */
    void plan(MpiOperation r) {
        Collective c = r.operation;
        switch (c.kind()) {
            case BARRIER -> r.add(() -> mpi.barrier(collectives, r.request));
            case BROADCAST ->
                    pieces(
                            c.out(),
                            c.dtype(),
                            (address, count) ->
                                    r.add(() ->
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
                r.add(() ->
                        mpi.allGather(
                                c.in().address(), c.out().address(), count, moved(c.dtype()), collectives, r.request));
            }
            case ALL_TO_ALL -> {
                int count = count(c, c.in()) / size;
                r.add(() ->
                        mpi.allToAll(
                                c.in().address(), c.out().address(), count, moved(c.dtype()), collectives, r.request));
            }
            case REDUCE_SCATTER -> planReduceScatter(r, c);
            case SEND -> {
                int count = count(c, c.in());
                r.add(() ->
                        mpi.send(c.in().address(), count, moved(c.dtype()), c.peer(), c.tag(), messages, r.request));
            }
            case RECEIVE -> {
                int count = count(c, c.out());
                r.add(() ->
                        mpi.receive(
                                c.out().address(), count, moved(c.dtype()), c.peer(), c.tag(), messages, r.request));
            }
        }
    }

    private void planAllReduce(MpiOperation r, Collective c) {
        if (c.dtype() == DType.BFLOAT16) {
            planBfloat16(r, c);
            return;
        }
        pieces(
                c.out(),
                c.dtype(),
                (address, count) ->
                        r.add(() ->
                                mpi.allReduce(address, count, reduced(c.dtype()), op(c.op()), collectives, r.request)));
        if (c.op() == ReduceOp.AVG) {
            r.after(() -> Reduction.divide(c.dtype(), c.out(), size));
        }
    }

    private void planReduceScatter(MpiOperation r, Collective c) {
        if (c.dtype() == DType.BFLOAT16) {
            long part = c.out().byteSize();
            MemorySegment all = r.scratch(part * size);
            int count = bytes(c, part);
            r.add(() -> mpi.allToAll(c.in().address(), all.address(), count, MpiAbi.Type.BYTE, collectives, r.request));
            r.after(() -> Reduction.combine(c.op(), c.dtype(), parts(all, part), c.out()));
            return;
        }
        int count = count(c, c.out());
        r.add(() ->
                mpi.reduceScatter(
                        c.in().address(),
                        c.out().address(),
                        count,
                        reduced(c.dtype()),
                        op(c.op()),
                        collectives,
                        r.request));
        if (c.op() == ReduceOp.AVG) {
            r.after(() -> Reduction.divide(c.dtype(), c.out(), size));
        }
    }

    /**
     * MPI knows no bfloat16: each process receives its part of the elements of all, sums them in float32, and the
     * rounded sums are gathered. As many bytes are sent as by a ring.
     */
    private void planBfloat16(MpiOperation r, Collective c) {
        long n = c.out().byteSize() / 2;
        long part = 2 * Math.ceilDiv(n, (long) size);
        MemorySegment mine = r.scratch(part * size);
        MemorySegment all = r.scratch(part * size);
        int count = bytes(c, part);
        mine.copyFrom(c.out());
        r.add(() -> mpi.allToAll(mine.address(), all.address(), count, MpiAbi.Type.BYTE, collectives, r.request));
        MemorySegment sums = r.scratch(part);
        r.add(() -> {
            Reduction.combine(c.op(), c.dtype(), parts(all, part), sums);
            mpi.allGather(sums.address(), mine.address(), count, MpiAbi.Type.BYTE, collectives, r.request);
        });
        r.after(() -> c.out().copyFrom(mine.asSlice(0, c.out().byteSize())));
    }

    private List<MemorySegment> parts(MemorySegment all, long part) {
        var parts = new ArrayList<MemorySegment>();
        for (int i = 0; i < size; i++) {
            parts.add(all.asSlice(i * part, part));
        }
        return parts;
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
            throw new IllegalArgumentException(c + ": MPI counts in 32 bits; divide the tensor");
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
}
