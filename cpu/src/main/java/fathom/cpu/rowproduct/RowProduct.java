package fathom.cpu.rowproduct;

import fathom.DType;
import fathom.cpu.memory.Half;
import fathom.cpu.memory.Memory;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.warmup.WarmUp;
import fathom.primitive.MatMul;
import fathom.primitive.Operand;
import org.jspecify.annotations.Nullable;

/**
 * The product of a row and a matrix, {@code [1, K] x [K, N]}, as in linear layers of decoders and in inference on a
 * single example.
 *
 * <p>With two operations per element of the matrix, it is bound by memory bandwidth. Tiled products are far from that
 * bound, because they pack panels. Here each element is read once, in memory order: dense rows are scaled and added
 * ({@link Sums}), dense columns give dot products ({@link Dots}). Both accumulate in float32.
 *
 * <p>The order of summation depends on the shapes alone.
 */
public final class RowProduct {
    /** Minimum multiply-adds; below, with everything in the L1 cache, a tiled product is as fast. */
    private static final double MIN_WORK = 1 << 18;

    /** Minimum columns per task when rows are added: short pieces of rows are not prefetched. */
    private static final long MIN_COLUMNS = 256;

    /** Minimum columns per task of dot products: some groups of {@link Dots}. */
    private static final long MIN_DOTS = 16;

    /** Maximum number of tasks per product, enough to balance the load. */
    private static final long MAX_TASKS = 16;

    /** Minimum multiply-adds per task: less is not worth waking a thread. */
    private static final long TASK_WORK = 1 << 16;

    private RowProduct() {}

    /**
     * {@return whether a product has this form and is faster here than as a tiled product}
     *
     * @param primitive the product
     * @param in row, matrix and, optionally, bias
     * @param out the result
     */
    public static boolean fits(MatMul primitive, Operand[] in, Operand[] out) {
        int rank = out[0].rank();
        if (!WarmUp.HAS_COMPILER || rank < 2 || in[0].rank() != rank || in[1].rank() != rank) {
            return false;
        }
        for (int d = 0; d < rank - 1; d++) {
            if (out[0].shape()[d] != 1) {
                return false;
            }
        }
        DType type = in[0].dtype();
        long k = in[1].shape()[rank - 2];
        long n = in[1].shape()[rank - 1];
        boolean denseRows = in[1].strides()[rank - 1] == 1 && in[1].strides()[rank - 2] >= n;
        boolean denseColumns = in[1].strides()[rank - 2] == 1 && in[1].strides()[rank - 1] >= k;
        return (double) n * k >= MIN_WORK
                && n >= 16
                && k >= 16
                && k <= Integer.MAX_VALUE / 2
                && in[1].dtype() == type
                // tiled products are as fast for dot products in float32
                && (type == DType.FLOAT32 && denseRows || type == DType.BFLOAT16 && (denseRows || denseColumns))
                && (out[0].dtype() == type || out[0].dtype() == DType.FLOAT32)
                && (in.length < 3 || in[2].dtype() == type || in[2].dtype() == DType.FLOAT32);
    }

    /** Computes a product that {@linkplain #fits fits}. */
    public static void run(Operand[] in, Operand out) {
        int rank = out.rank();
        Operand b = in[1];
        int k = (int) b.shape()[rank - 2];
        long n = b.shape()[rank - 1];
        boolean isBfloat16 = b.dtype() == DType.BFLOAT16;
        int size = b.dtype().size();
        float[] x = floats(in[0], rank - 1, k);
        var result = new Result(out, rank - 1, in.length > 2 ? in[2] : null);
        long minColumns = Math.max(1, TASK_WORK / k);
        if (b.strides()[rank - 1] == 1) {
            long step = b.strides()[rank - 2] * size;
            long columns = pieces(n, Math.max(MIN_COLUMNS, minColumns));
            Parallel.forRange(
                    n,
                    columns,
                    (from, to) -> {
                        var sums = new float[(int) (to - from)];
                        long first = b.address() + from * size;
                        if (isBfloat16) {
                            Sums.bfloat16(sums, x, first, step);
                        } else {
                            Sums.float32(sums, x, first, step);
                        }
                        result.store(sums, from);
                    });
        } else {
            long step = b.strides()[rank - 1] * size;
            long columns = pieces(n, Math.max(MIN_DOTS, minColumns));
            float[] halves = Dots.halves(x);
            Parallel.forRange(
                    n,
                    columns,
                    (from, to) -> {
                        var sums = new float[(int) (to - from)];
                        Dots.bfloat16(sums, halves, k, b.address() + from * step, step);
                        result.store(sums, from);
                    });
        }
    }

    /** {@return the columns per task, a multiple of 16} */
    private static long pieces(long n, long minColumns) {
        long columns = Math.max(minColumns, Math.ceilDiv(n, MAX_TASKS));
        return columns + 15 & -16;
    }

    private static float[] floats(Operand row, int dim, int count) {
        var values = new float[count];
        long step = row.strides()[dim] * row.dtype().size();
        for (int i = 0; i < count; i++) {
            values[i] = load(row.dtype(), row.address() + i * step);
        }
        return values;
    }

    private static float load(DType type, long address) {
        return type == DType.FLOAT32 ? Memory.getFloat(address) : Float.intBitsToFloat(Memory.getShort(address) << 16);
    }

    /** The destination of the sums, and the bias. */
    private record Result(Operand out, int dim, @Nullable Operand bias) {
        void store(float[] sums, long from) {
            if (bias != null) {
                long step = bias.shape()[bias.rank() - 1] == 1 ? 0 : bias.strides()[bias.rank() - 1];
                for (int i = 0; i < sums.length; i++) {
                    sums[i] += load(bias.dtype(), bias.address() + (from + i) * step * bias.dtype().size());
                }
            }
            long step = out.strides()[dim];
            for (int i = 0; i < sums.length; i++) {
                long to = out.address() + (from + i) * step * out.dtype().size();
                if (out.dtype() == DType.FLOAT32) {
                    Memory.setFloat(to, sums[i]);
                } else {
                    Memory.setShort(to, Half.toBfloat16(sums[i]));
                }
            }
        }
    }

    /** {@return numbers for warming up the vector code} */
    static float[] exercise(int count) {
        var values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (i * 37 % 101 - 50) / 16f;
        }
        return values;
    }
}
