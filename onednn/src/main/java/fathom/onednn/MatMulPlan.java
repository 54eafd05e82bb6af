package fathom.onednn;

import fathom.DType;
import fathom.cpu.memory.ZeroPaddedRows;
import fathom.cpu.parallel.BlockPartition;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.parallel.Scratch;
import fathom.cpu.rowproduct.RowProduct;
import fathom.primitive.MatMul;
import fathom.primitive.Operand;
import org.jspecify.annotations.Nullable;

/**
 * A matrix product, divided into single-threaded tasks.
 *
 * <p>Batch dimensions are merged where the strides allow it, preferably into the rows. A task computes a block of rows
 * and columns of one product or, if products are small, several products along the innermost batch dimension. The inner
 * dimension is never split: one thread sums each element in a fixed order.
 */
final class MatMulPlan extends Plan {
    /** Floating-point operations per task, some tens of microseconds. */
    private static final double TASK_FLOPS = 4e6;

    /** Maximum number of tasks: more do not improve the load balance, and each packs its operands again. */
    private static final long MAX_BLOCKS = 64;

    /** Maximum operations per task: a tenth of a second, and far below the range of 32-bit counters. */
    private static final double MAX_TASK_FLOPS = 1e10;

    /** Minimum number of tasks that keeps all threads busy. */
    private static final long MIN_BLOCKS = 8;

    /** Block size that stays in the L2 cache and reads rows of b in long pieces. */
    private static final long GOOD_ROWS = 256;

    private static final long GOOD_COLUMNS = 512;
    private static final long MIN_COLUMNS = 64;
    private static final long MIN_ROWS = 128;

    /** The {@link Scratch} slot of a task's rows of a, if they are copied. */
    private static final int ROWS_SLOT = ConvPlan.SOURCE_SLOT;

    private final MatMulShape shape;

    /** The zero-padded layout to which rows of a are copied; null if they are read in place. */
    private final @Nullable ZeroPaddedRows padding;

    private final int elementBytes;
    private final int outBytes;
    private final int biasBytes;
    private final BlockPartition groups;
    private final BlockPartition rows;
    private final BlockPartition columns;
    private final long outer;
    private final long grain;

    /** Indexed by whether the task's group, rows and columns are the last, shorter ones: bits 2, 1 and 0. */
    private final @Nullable Prepared[] prepared = new @Nullable Prepared[8];

    private MatMulPlan(MatMulShape shape, Operand[] in, Operand out, boolean grouped) {
        DType biasType = in[in.length - 1].dtype();
        var padded = new ZeroPaddedRows(in[0].dtype(), shape.k());
        this.shape = shape;
        this.padding = shape.a()[1] == 1 && shape.m() > 1 && padded.areNeeded(shape.a()[0]) ? padded : null;
        this.elementBytes = in[0].dtype().size();
        this.outBytes = out.dtype().size();
        this.biasBytes = biasType.size();
        double each = 2.0 * shape.m() * shape.n() * shape.k();
        long inner = shape.innerBatch();
        outer = shape.outerBatch();
        if (grouped) {
            rows = new BlockPartition(shape.m(), shape.m());
            columns = new BlockPartition(shape.n(), shape.n());
            groups = BlockPartition.about(inner, Math.max(1, (long) (inner * each / TASK_FLOPS)), 1);
        } else {
            // large, since each block packs its rows of a and its columns of b; then, if there are too few blocks,
            // narrower: few columns are acceptable, but with few rows packing b would dominate
            long blockCount =
                    Math.clamp((long) (each / TASK_FLOPS), 1, Math.max(MAX_BLOCKS, (long) (each / MAX_TASK_FLOPS)));
            if (blockCount > 2 && blockCount < MIN_BLOCKS) {
                blockCount =
                        Long.highestOneBit(blockCount - 1)
                                << 1; // a power of 2: of three equal blocks, one of two threads would get two
            }
            long columnBlocks = Math.clamp(shape.n() / GOOD_COLUMNS, 1, blockCount);
            long rowBlocks = Math.clamp(shape.m() / GOOD_ROWS, 1, blockCount / columnBlocks);
            long enough = Math.min(blockCount, MIN_BLOCKS);
            columnBlocks = Math.clamp(shape.n() / MIN_COLUMNS, 1, Math.max(columnBlocks, enough / rowBlocks));
            rowBlocks = Math.clamp(shape.m() / MIN_ROWS, 1, Math.max(rowBlocks, enough / columnBlocks));
            columns = BlockPartition.about(shape.n(), columnBlocks, 16);
            rows = BlockPartition.about(shape.m(), rowBlocks, 16);
            groups = new BlockPartition(inner, 1);
        }
        double task = each * groups.size() * rows.size() * columns.size() / (double) (shape.m() * shape.n());
        grain = Math.max(1, (long) (TASK_FLOPS / 2 / task));
        for (int i = 0; i < 8; i++) {
            long g = (i & 4) == 0 ? groups.size() : groups.last();
            long m = (i & 2) == 0 ? rows.size() : rows.last();
            long n = (i & 1) == 0 ? columns.size() : columns.last();
            boolean occurs =
                    ((i & 4) == 0 || g != groups.size())
                            && ((i & 2) == 0 || m != rows.size())
                            && ((i & 1) == 0 || n != columns.size());
            if (occurs) {
                prepared[i] =
                        prepare(g, m, n, Types.of(in[0].dtype()), Types.of(out.dtype()), Types.of(biasType), grouped);
            }
        }
    }

    /** {@return a plan, or {@link Plan#UNSUPPORTED}} */
    static Plan of(MatMul primitive, Operand[] in, Operand[] out) {
        if (Types.of(in[0].dtype()) < 0
                || Types.of(out[0].dtype()) < 0
                || in[1].dtype() != in[0].dtype()
                || (primitive.bias() && (Types.of(in[2].dtype()) < 0 || !isVector(in[2])))) {
            return UNSUPPORTED;
        }
        if (RowProduct.fits(primitive, in, out)) {
            return UNSUPPORTED; // the CPU backend is closer to the memory bandwidth
        }
        var shape = MatMulShape.of(in[0], in[1], out[0], primitive.bias());
        if (shape == null) {
            return UNSUPPORTED;
        }
        // for matrices with one row, oneDNN 3.11 mistakes the batch stride for the length
        if (shape.innerBatch() > 1 && shape.k() > 1 && 2.0 * shape.m() * shape.n() * shape.k() < TASK_FLOPS) {
            var plan = tryPlan(shape, in, out[0], true);
            if (plan != UNSUPPORTED) {
                return plan;
            }
        }
        return tryPlan(shape, in, out[0], false);
    }

    private static Plan tryPlan(MatMulShape shape, Operand[] in, Operand out, boolean grouped) {
        try {
            var plan = new MatMulPlan(shape, in, out, grouped);
            for (var p : plan.prepared) {
                if (p != null && p.isReference()) {
                    plan.release();
                    return UNSUPPORTED;
                }
            }
            return plan;
        } catch (DnnlException e) {
            return UNSUPPORTED;
        }
    }

    private static boolean isVector(Operand bias) {
        return bias.shape().length == 1 && (bias.shape()[0] == 1 || bias.strides()[0] == 1);
    }

    private Prepared prepare(long g, long m, long n, int type, int outType, int biasType, boolean batched) {
        try (var descs = new Descs()) {
            long[] steps = padding == null ? shape.a() : new long[] {padding.pitch(), 1};
            long next = padding == null ? shape.innerA() : m * padding.pitch();
            long a = matrix(descs, type, batched, shape.innerA() == 0 ? 1 : g, m, shape.k(), steps, next);
            long b = matrix(descs, type, batched, shape.innerB() == 0 ? 1 : g, shape.k(), n, shape.b(), shape.innerB());
            long c = matrix(descs, outType, batched, g, m, n, shape.c(), shape.innerC());
            if (!shape.bias()) {
                return Prepared.product(Dnnl.matmul(a, b, 0, c), a, b, c);
            }
            long d =
                    descs.strided(
                            biasType,
                            batched ? new long[] {1, 1, n} : new long[] {1, n},
                            batched ? new long[] {n, n, 1} : new long[] {n, 1});
            return new Prepared(
                    Dnnl.matmul(a, b, d, c),
                    new int[] {Dnnl.ARG_SRC, Dnnl.ARG_WEIGHTS, Dnnl.ARG_DST, Dnnl.ARG_BIAS},
                    new long[] {a, b, c, d});
        }
    }

    private static long matrix(
            Descs descs, int type, boolean batched, long g, long rows, long columns, long[] strides, long step) {
        long[] steps = Descs.steps(rows, columns, strides[0], strides[1]);
        if (!batched) {
            return descs.strided(type, new long[] {rows, columns}, steps);
        }
        long batchStep = g == 1 ? Math.max(rows * steps[0], columns * steps[1]) : step;
        return descs.strided(type, new long[] {g, rows, columns}, new long[] {batchStep, steps[0], steps[1]});
    }

    /** {@return the number of tasks; for tests} */
    long tasks() {
        return outer * groups.count() * rows.count() * columns.count();
    }

    @Override
    void dispose() {
        close(prepared);
    }

    @Override
    void run(Operand[] in, Operand[] out) {
        long a = in[0].address();
        long b = in[1].address();
        long c = out[0].address();
        long bias = shape.bias() ? in[2].address() : 0;
        long tasks = tasks();
        if (tasks == 1) {
            task(0, a, b, c, bias);
        } else {
            Parallel.forRange(
                    tasks,
                    grain,
                    (from, to) -> {
                        for (long t = from; t < to; t++) {
                            task(t, a, b, c, bias);
                        }
                    });
        }
    }

    private void task(long task, long a, long b, long c, long bias) {
        long columnBlocks = columns.count();
        long rowBlocks = rows.count();
        long groupBlocks = groups.count();
        long column = task % columnBlocks;
        long rest = task / columnBlocks;
        long row = rest % rowBlocks;
        rest /= rowBlocks;
        long group = rest % groupBlocks;
        long batch = rest / groupBlocks;

        long m0 = rows.start(row);
        long n0 = columns.start(column);
        long g0 = groups.start(group);
        long atA = shape.offsetA(batch) + g0 * shape.innerA() + m0 * shape.a()[0];
        long atB = shape.offsetB(batch) + g0 * shape.innerB() + n0 * shape.b()[1];
        long atC = shape.offsetC(batch) + g0 * shape.innerC() + m0 * shape.c()[0] + n0 * shape.c()[1];
        int index =
                (groups.length(group) == groups.size() ? 0 : 4)
                        + (rows.length(row) == rows.size() ? 0 : 2)
                        + (columns.length(column) == columns.size() ? 0 : 1);
        var chosen = prepared[index];
        if (chosen == null) {
            throw new IllegalStateException("no primitive was prepared for block " + index);
        }
        long addressA = left(a + atA * elementBytes, groups.length(group), rows.length(row));
        long addressB = b + atB * elementBytes;
        long addressC = c + atC * outBytes;
        if (shape.bias()) {
            chosen.run(addressA, addressB, addressC, bias + n0 * biasBytes);
        } else {
            chosen.run(addressA, addressB, addressC);
        }
    }

    /** {@return the address at which rows of some matrices of a are read, after copying them if necessary} */
    private long left(long address, long matrices, long rows) {
        if (padding == null) {
            return address;
        }
        long count = shape.innerA() == 0 ? 1 : matrices;
        long bytes = rows * padding.pitch() * elementBytes;
        long copy = Scratch.address(ROWS_SLOT, count * bytes);
        for (long i = 0; i < count; i++) {
            long from = address + i * shape.innerA() * elementBytes;
            padding.copy(from, shape.a()[0] * elementBytes, rows, copy + i * bytes);
        }
        return copy;
    }
}
