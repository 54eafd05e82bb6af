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
 * A matrix product, cut into tasks that run in one thread each.
 *
 * <p>Batch dimensions are merged where the strides allow it, into the rows if they can be. What is left is, per task, a
 * block of rows and columns of one product, or, where products are small, several products of the innermost batch
 * dimension. The inner dimension is never cut: each element is summed by one thread in one order.
 */
final class MatMulPlan extends Plan {
    /** Work of a task, in floating-point operations, worth handing to a thread (some tens of microseconds). */
    private static final double TASK_FLOPS = 4e6;

    /** More tasks than this gain nothing by balance, and each packs its operands again. */
    private static final long MAX_BLOCKS = 64;

    /** But no task is larger than this: a tenth of a second, and far from what 32 bits can count. */
    private static final double HUGE_FLOPS = 1e10;

    /** Fewer tasks than this leave threads without work. */
    private static final long MIN_BLOCKS = 8;

    /** A block of this size stays in the second-level cache; rows of b are read in long pieces. */
    private static final long GOOD_ROWS = 256;

    private static final long GOOD_COLUMNS = 512;
    private static final long MIN_COLUMNS = 64;
    private static final long MIN_ROWS = 128;

    /** Of {@link Scratch}: a task's rows of a, where they are copied. */
    private static final int ROWS_SLOT = ConvPlan.SOURCE_SLOT;

    private final MatMulShape shape;

    /** How the rows of a are copied before they are multiplied; null where they serve as they lie. */
    private final @Nullable ZeroPaddedRows copied;

    private final int elementBytes;
    private final int outBytes;
    private final int biasBytes;
    private final BlockPartition groups;
    private final BlockPartition rows;
    private final BlockPartition columns;
    private final long outer;
    private final long grain;

    /** By whether the task's group, rows and columns are the last, shorter ones: bits 2, 1 and 0. */
    private final @Nullable Prepared[] prepared = new @Nullable Prepared[8];

    private MatMulPlan(MatMulShape shape, Operand[] in, Operand out, boolean grouped) {
        DType biasType = in[in.length - 1].dtype();
        var ended = new ZeroPaddedRows(in[0].dtype(), shape.k());
        this.shape = shape;
        this.copied = shape.a()[1] == 1 && shape.m() > 1 && ended.areNeeded(shape.a()[0]) ? ended : null;
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
            // large, since each block packs its rows of a and its columns of b anew; then, if there are too few,
            // narrower: a block may have few columns, but with few rows the packing of b would show
            long wanted = Math.clamp((long) (each / TASK_FLOPS), 1, Math.max(MAX_BLOCKS, (long) (each / HUGE_FLOPS)));
            if (wanted > 2 && wanted < MIN_BLOCKS) {
                wanted = Long.highestOneBit(wanted - 1) << 1; // of three equal blocks, one thread of two would get two
            }
            long columnBlocks = Math.clamp(shape.n() / GOOD_COLUMNS, 1, wanted);
            long rowBlocks = Math.clamp(shape.m() / GOOD_ROWS, 1, wanted / columnBlocks);
            long enough = Math.min(wanted, MIN_BLOCKS);
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

    /** Returns a plan, or {@link Plan#UNSUPPORTED}. */
    static Plan of(MatMul primitive, Operand[] in, Operand[] out) {
        if (Types.of(in[0].dtype()) < 0
                || Types.of(out[0].dtype()) < 0
                || in[1].dtype() != in[0].dtype()
                || (primitive.bias() && (Types.of(in[2].dtype()) < 0 || !isVector(in[2])))) {
            return UNSUPPORTED;
        }
        if (RowProduct.fits(primitive, in, out)) {
            return UNSUPPORTED; // the CPU backend is nearer to the memory's speed
        }
        var shape = MatMulShape.of(in[0], in[1], out[0], primitive.bias());
        if (shape == null) {
            return UNSUPPORTED;
        }
        // of matrices with one row oneDNN 3.11 takes the step from one to the next for their length
        if (shape.innerBatch() > 1 && shape.k() > 1 && 2.0 * shape.m() * shape.n() * shape.k() < TASK_FLOPS) {
            var plan = tried(shape, in, out[0], true);
            if (plan != UNSUPPORTED) {
                return plan;
            }
        }
        return tried(shape, in, out[0], false);
    }

    private static Plan tried(MatMulShape shape, Operand[] in, Operand out, boolean grouped) {
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
            long[] steps = copied == null ? shape.a() : new long[] {copied.pitch(), 1};
            long next = copied == null ? shape.innerA() : m * copied.pitch();
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

    /** Number of tasks; for tests. */
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
        int which =
                (groups.length(group) == groups.size() ? 0 : 4)
                        + (rows.length(row) == rows.size() ? 0 : 2)
                        + (columns.length(column) == columns.size() ? 0 : 1);
        var chosen = prepared[which];
        if (chosen == null) {
            throw new IllegalStateException("no primitive was prepared for block " + which);
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

    /** {@return where rows of some matrices of a are, copied if need be} */
    private long left(long address, long matrices, long rows) {
        if (copied == null) {
            return address;
        }
        long count = shape.innerA() == 0 ? 1 : matrices;
        long bytes = rows * copied.pitch() * elementBytes;
        long copy = Scratch.address(ROWS_SLOT, count * bytes);
        for (long i = 0; i < count; i++) {
            long from = address + i * shape.innerA() * elementBytes;
            copied.copy(from, shape.a()[0] * elementBytes, rows, copy + i * bytes);
        }
        return copy;
    }
}
