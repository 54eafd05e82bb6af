package fathom.cpu.pool;

import fathom.DType;
import fathom.cpu.memory.VectorTemplate;
import java.lang.invoke.MethodHandles;

/**
 * Vector kernels of pooling for one element type; they process rows of windows. Images are channels last; steps are
 * strides in bytes.
 *
 * <p>No memory access is masked: the out-of-bounds path of a masked access contains calls, which, if compiled, keep the
 * loop's vectors out of registers and make it three times slower; and not all processors support masks for all types.
 * If a pixel has more channels than lanes, its last vector overlaps the one before; if it has fewer, its only vector
 * extends into the following elements, which must exist and, in a result, are written afterwards.
 */
interface RowKernels {
    /** {@return the kernels for float, double or (maxima only) bfloat16} */
    static RowKernels of(DType type) {
        return switch (type) {
            case FLOAT32 -> Defined.FLOATS;
            case FLOAT64 -> Defined.DOUBLES;
            case BFLOAT16 -> Defined.BFLOATS;
            default -> throw new IllegalArgumentException("no vector kernels of pooling for " + type);
        };
    }

    /**
     * Writes the maxima of a row's first windows and their indices. The index is that of the first NaN or, if there is
     * none, of the first maximum.
     *
     * @param x address of the image
     * @param width width of the image
     * @param firstRow first row of the windows, clipped
     * @param lastRow exclusive end of their rows
     * @param dilation row dilation
     * @param windows number of windows
     * @param y address of the first maximum
     * @param indices address of its index
     */
    void max(
            long x,
            long rowStep,
            long columnStep,
            int width,
            int channels,
            int firstRow,
            int lastRow,
            int dilation,
            Axis columns,
            int windows,
            long y,
            long yStep,
            long indices,
            long placesStep);

    /** Writes the sum of one or more rows to a line. */
    void add(long x, long rowStep, int rows, int length, long line);

    /**
     * Writes the averages of a row of windows, densely.
     *
     * @param line sums of rows, followed by a vector of padding
     * @param columns the windows, none of which is empty
     * @param runs ends of runs of uniform, equidistant windows
     * @param factors factors of the sums, or divisors if {@code divide} is set
     */
    void average(long line, int channels, Axis columns, int[] runs, double[] factors, boolean divide, long y);

    /**
     * Writes rows of gradients of averages over disjoint windows: each element is its window's gradient divided by the
     * window's divisor.
     *
     * @param g address of a row of the result's gradient
     * @param sharing the lane rearrangement
     * @param row index of the row in the result
     */
    void share(long g, Sharing sharing, int row, long x, long rowStep, int rows, int length);

    /**
     * Adds each window's gradient, divided, to all its positions, for a row's first windows, which may overlap.
     * Elements beyond a pixel's channels have zero added.
     *
     * @param g address of the gradient of the row's first window
     * @param windows number of windows
     * @param x address of the image
     */
    void spread(
            long g,
            long gStep,
            int channels,
            int firstRow,
            int lastRow,
            int dilation,
            Axis columns,
            int windows,
            double[] divisors,
            long x,
            long rowStep,
            long columnStep);

    /** Initialised lazily, since the Vector API may be missing. */
    final class Defined {
        static final RowKernels FLOATS = define(DType.FLOAT32);
        static final RowKernels DOUBLES = define(DType.FLOAT64);
        static final RowKernels BFLOATS = define(DType.BFLOAT16);

        private Defined() {}

        private static RowKernels define(DType type) {
            return VectorTemplate.define(MethodHandles.lookup(), RowKernels.class, VectorRows.class, type);
        }
    }
}
