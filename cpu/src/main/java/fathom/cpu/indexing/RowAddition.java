package fathom.cpu.indexing;

import fathom.DType;
import fathom.cpu.codegen.Mem;
import fathom.cpu.kernels.DenseKernel;
import fathom.cpu.memory.Memory;
import fathom.cpu.memory.VectorApi;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.warmup.WarmUp;
import fathom.ir.Exprs;
import fathom.ir.Kernel;
import fathom.primitive.Operand;
import java.lang.foreign.Arena;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * {@code indexAdd} where what follows the dimension is contiguous, so that rows are added to rows. Rows of one target
 * are added in order, whatever the number of threads: either each thread has a range of targets, and the rows are first
 * sorted into these ranges by counting, or, if rows are long, each has a range of columns.
 */
final class RowAddition {
    /** Rows from so many elements on are divided by columns, which balances any indices. */
    private static final long LONG_ROW = 1024;

    /** Elements of a long row per chunk of the parallel loop. */
    private static final long CHUNK = 256;

    /** Target ranges that threads process in parallel. */
    private static final int RANGES = 16;

    /** Minimum number of elements worth sorting rows into ranges. */
    private static final long MIN_SORTED = 1 << 18;

    /** Rows with fewer elements are no faster than their columns, one after the other. */
    private static final long MIN_WIDTH = 8;

    /** Minimum number of repetitions of the index that are divided among threads instead of its targets. */
    private static final long MIN_BLOCKS = 8;

    private static final int LANES = VectorApi.lanes(Float.BYTES);
    private static final long WARM_UP_THRESHOLD = 50_000;
    private static final int WARM_UP_ROWS = 24;
    private static final long COMPILED_NANOS = 4_000;
    private static final WarmUp VECTORS = new WarmUp(WARM_UP_THRESHOLD, RowAddition::exercise);

    private final DType type;
    private final long width;
    private final long targets;
    private final long outStep;
    private final long srcStep;
    private final long index;
    private final long indexStep;
    private final int rows;
    private final boolean vectors;
    private final @Nullable DenseKernel kernel;

    private RowAddition(Operand index, Operand src, Operand out, int dim, long width) {
        type = out.dtype();
        this.width = width;
        targets = Lines.extent(out, dim);
        outStep = Lines.step(out, dim);
        srcStep = Lines.step(src, dim);
        this.index = index.address();
        indexStep = Lines.step(index, 0);
        rows = (int) Lines.extent(src, dim);
        boolean isFloat32 = type == DType.FLOAT32;
        vectors = isFloat32 && width >= LANES && VECTORS.isDone(src.numel());
        kernel =
                isFloat32 || width < LANES
                        ? null
                        : new DenseKernel(Kernel.of(Exprs.add(Exprs.input(0, type), Exprs.input(1, type))));
    }

    /** {@return whether it was done: not if rows are short or not contiguous} */
    static boolean run(Operand index, Operand src, Operand out, int dim) {
        if (out.rank() == 0 || src.numel() == 0 || src.shape()[dim] > Integer.MAX_VALUE) {
            return false;
        }
        int rank = out.rank();
        long width = 1;
        for (int d = rank - 1; d > dim; d--) {
            if (src.shape()[d] != 1 && (src.strides()[d] != width || out.strides()[d] != width)) {
                return false;
            }
            width *= src.shape()[d];
        }
        if (width < MIN_WIDTH) {
            return false;
        }
        var addition = new RowAddition(index, src, out, dim, width);
        long blocks = src.numel() / width / addition.rows;
        long[] outer = Arrays.copyOf(src.shape(), dim);
        var all = new Lines(outer, -1, outermost(src, dim), outermost(out, dim));
        if (blocks >= MIN_BLOCKS) {
            all.forEachParallel(addition.rows * width, at -> addition.all(at[1], at[0]));
        } else {
            all.forEach(at -> addition.block(at[1], at[0]));
        }
        return true;
    }

    private static Operand outermost(Operand o, int dim) {
        return new Operand(o.dtype(), o.address(), Arrays.copyOf(o.shape(), dim), Arrays.copyOf(o.strides(), dim));
    }

    /** Adds all rows once, on several threads. */
    private void block(long out, long src) {
        if (width >= LONG_ROW) {
            int size = type.size();
            Parallel.forRange(
                    width, CHUNK, (from, to) -> add(out + from * size, src + from * size, to - from, null, 0, rows));
        } else if (width < LANES || rows * width < MIN_SORTED || targets < RANGES || Parallel.threads() == 1) {
            all(out, src);
        } else {
            long range = Math.ceilDiv(targets, RANGES);
            var starts = new int[RANGES + 1];
            int[] order = sorted(range, starts);
            Parallel.forRange(
                    RANGES, 1, (first, end) -> add(out, src, width, order, starts[(int) first], starts[(int) end]));
        }
    }

    private void all(long out, long src) {
        add(out, src, width, null, 0, rows);
    }

    /** {@return the rows by range of their targets, in order within a range} */
    private int[] sorted(long range, int[] starts) {
        var ranges = new byte[rows];
        for (int i = 0; i < rows; i++) {
            int number = (int) (Mem.i64(index + i * indexStep) / range);
            ranges[i] = (byte) number;
            starts[number + 1]++;
        }
        for (int r = 0; r < RANGES; r++) {
            starts[r + 1] += starts[r];
        }
        int[] next = starts.clone();
        var order = new int[rows];
        for (int i = 0; i < rows; i++) {
            order[next[ranges[i]]++] = i;
        }
        return order;
    }

    /** Adds rows one after the other: those at some indices of {@code order}, or of these numbers themselves. */
    private void add(long out, long src, long columns, int @Nullable [] order, int from, int to) {
        DenseKernel.Call call = kernel == null ? null : kernel.call();
        for (int i = from; i < to; i++) {
            int row = order == null ? i : order[i];
            long at = out + Mem.i64(index + row * indexStep) * outStep;
            long addend = src + row * srcStep;
            if (call != null) {
                call.run(columns, at, addend, at);
            } else if (vectors && columns >= LANES) {
                VectorRowAddition.add(at, addend, columns);
            } else {
                plain(type, at, addend, columns);
            }
        }
    }

    private static void plain(DType type, long at, long addend, long columns) {
        int size = type.size();
        if (type == DType.FLOAT32) {
            for (int j = 0; j < columns; j++) {
                Memory.setFloat(at + 4L * j, Memory.getFloat(at + 4L * j) + Memory.getFloat(addend + 4L * j));
            }
            return;
        }
        for (long j = 0; j < columns * size; j += size) {
            if (type.isFloating()) {
                Cells.set(type, at + j, Cells.getDouble(type, at + j) + Cells.getDouble(type, addend + j));
            } else {
                Cells.set(type, at + j, Cells.getLong(type, at + j) + Cells.getLong(type, addend + j));
            }
        }
    }

    private static boolean exercise() {
        try (var arena = Arena.ofConfined()) {
            int width = 6 * LANES + 3;
            long from = arena.allocate(4L * width * WARM_UP_ROWS, 64).address();
            long to = arena.allocate(4L * width * WARM_UP_ROWS, 64).address();
            Runnable all =
                    () -> {
                        for (int i = 0; i < WARM_UP_ROWS; i++) {
                            VectorRowAddition.add(to + 4L * width * i, from + 4L * width * i, width);
                        }
                    };
            return WarmUp.untilCompiled(all, all, COMPILED_NANOS);
        }
    }
}
