package fathom.cpu.rowproduct;

import fathom.DType;
import fathom.cpu.memory.Half;
import fathom.cpu.memory.Memory;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.warmup.WarmUp;
import fathom.primitive.MatMul;
import fathom.primitive.Operand;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The product of a row and a matrix, {@code [1, K] x [K, N]}, as in linear layers of decoders and in inference on a
 * single example, or of a few rows and a matrix of dense rows.
 *
 * <p>With two operations per element of the matrix, it is bound by memory bandwidth. Tiled products are far from that
 * bound, because they pack panels. Here each element is read once, in memory order: dense rows are scaled and added
 * ({@link Sums}), dense columns give dot products ({@link Dots}). Both accumulate in float32. For several rows, a part
 * of the matrix is read once from memory, and again from the cache.
 *
 * <p>The order of summation is that of the matrix's rows, or depends on the shapes alone.
 */
public final class RowProduct {
    /** Minimum multiply-adds; below, with everything in the L1 cache, a tiled product is as fast. */
    private static final double MIN_WORK = 1 << 18;

    /** Minimum columns per task when rows are added: short pieces of rows are not prefetched. */
    private static final long MIN_COLUMNS = 256;

    /** Minimum columns per task of dot products: some groups of {@link Dots}. */
    private static final long MIN_DOTS = 16;

    /** Maximum columns per task when rows are added: their sums stay in the L1 cache. */
    private static final long MAX_COLUMNS = 4096;

    /** Maximum number of rows; a tiled product of more is as fast. */
    private static final long MAX_ROWS = 4;

    /** As {@link #MAX_ROWS}, of bfloat16, which is converted for each row. */
    private static final long MAX_BFLOAT16_ROWS = 3;

    /** Bytes of the matrix that several rows share in the cache. */
    private static final long SHARED_BYTES = 256 << 10;

    /** Tasks of dot products per thread: enough to balance the load, and few enough for long streams. */
    private static final long TASKS_PER_THREAD = 4;

    /** Minimum multiply-adds per task: less is not worth waking a thread. */
    private static final long TASK_WORK = 1 << 16;

    /** As {@link #TASK_WORK}, of dot products: shorter streams are not prefetched well. */
    private static final long TASK_WORK_OF_DOTS = 1 << 17;

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
        for (int d = 0; d < rank - 2; d++) {
            if (out[0].shape()[d] != 1) {
                return false;
            }
        }
        long rows = out[0].shape()[rank - 2];
        if (rows < 1
                || rows > (in[0].dtype() == DType.BFLOAT16 ? MAX_BFLOAT16_ROWS : MAX_ROWS)
                || rows > 1 && in.length > 2 && in[2].numel() != in[2].shape()[in[2].rank() - 1]) {
            return false;
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
                // dot products of several rows in bfloat16 are faster in tiles
                && (type == DType.FLOAT32 && (denseRows || denseColumns)
                        || type == DType.BFLOAT16 && (denseRows || denseColumns && rows == 1))
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
        int rows = (int) out.shape()[rank - 2];
        var x = new float[rows][];
        for (int r = 0; r < rows; r++) {
            x[r] = floats(in[0], r, k);
        }
        var result = new Result(out, rank - 1, in.length > 2 ? in[2] : null);
        if (b.strides()[rank - 1] == 1) {
            long step = b.strides()[rank - 2] * size;
            long minColumns = Math.max(1, TASK_WORK / k);
            // each column is summed in the order of the rows, so that the columns per task may depend on the threads
            long share = Math.ceilDiv(n, Parallel.threads() == 1 ? 1 : 2L * Parallel.threads());
            long columns =
                    multiple(Math.clamp(share, Math.max(MIN_COLUMNS, minColumns), Math.max(MAX_COLUMNS, minColumns)));
            Parallel.forRange(
                    n,
                    columns,
                    (from, to) -> {
                        var sums = new float[rows][(int) (to - from)];
                        int part = rows == 1 ? k : (int) Math.max(8, SHARED_BYTES / size / (to - from) & -8);
                        for (int i = 0; i < k; i += part) {
                            int end = Math.min(k, i + part);
                            long first = b.address() + from * size + i * step;
                            for (int r = 0; r < rows; r++) {
                                float[] factors = rows == 1 ? x[0] : Arrays.copyOfRange(x[r], i, end);
                                if (isBfloat16) {
                                    Sums.bfloat16(sums[r], factors, first, step);
                                } else {
                                    Sums.float32(sums[r], factors, first, step);
                                }
                            }
                        }
                        for (int r = 0; r < rows; r++) {
                            result.store(sums[r], r, from);
                        }
                    });
        } else {
            long step = b.strides()[rank - 1] * size;
            // each column is a sum of its own, so that the columns per task may depend on the threads
            long share = Math.ceilDiv(n, TASKS_PER_THREAD * Parallel.threads());
            long columns = multiple(Math.max(Math.max(MIN_DOTS, TASK_WORK_OF_DOTS / k), share));
            var factors = new float[rows][];
            for (int r = 0; r < rows; r++) {
                factors[r] = isBfloat16 ? Dots.halves(x[r]) : x[r];
            }
            Parallel.forRange(
                    n,
                    columns,
                    (from, to) -> {
                        long part = rows == 1 ? to - from : Math.max(4, SHARED_BYTES / step & -4);
                        for (long i = from; i < to; i += part) {
                            var sums = new float[(int) Math.min(part, to - i)];
                            for (int r = 0; r < rows; r++) {
                                if (isBfloat16) {
                                    Dots.bfloat16(sums, factors[r], b.address() + i * step, step);
                                } else {
                                    Dots.float32(sums, factors[r], b.address() + i * step, step);
                                }
                                result.store(sums, r, i);
                            }
                        }
                    });
        }
    }

    /** {@return columns, rounded up to a multiple of 16} */
    private static long multiple(long columns) {
        return columns + 15 & -16;
    }

    private static float[] floats(Operand x, int row, int count) {
        int dim = x.rank() - 1;
        int size = x.dtype().size();
        long first = x.address() + row * x.strides()[dim - 1] * size;
        return floats(x.dtype(), first, x.strides()[dim] * size, count);
    }

    /**
     * {@return numbers in memory}
     *
     * @param type float32 or bfloat16
     * @param step the distance of neighbours in bytes
     */
    public static float[] floats(DType type, long first, long step, int count) {
        var values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = load(type, first + i * step);
        }
        return values;
    }

    private static float load(DType type, long address) {
        return type == DType.FLOAT32 ? Memory.getFloat(address) : Float.intBitsToFloat(Memory.getShort(address) << 16);
    }

    /** The destination of the sums, and the bias. */
    private record Result(Operand out, int dim, @Nullable Operand bias) {
        void store(float[] sums, int row, long from) {
            if (bias != null) {
                long step = bias.shape()[bias.rank() - 1] == 1 ? 0 : bias.strides()[bias.rank() - 1];
                for (int i = 0; i < sums.length; i++) {
                    sums[i] += load(bias.dtype(), bias.address() + (from + i) * step * bias.dtype().size());
                }
            }
            int size = out.dtype().size();
            long step = out.strides()[dim] * size;
            long first = out.address() + row * out.strides()[dim - 1] * size + from * step;
            for (int i = 0; i < sums.length; i++) {
                long to = first + i * step;
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
