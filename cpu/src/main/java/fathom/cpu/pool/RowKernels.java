package fathom.cpu.pool;

import fathom.DType;
import fathom.cpu.memory.VectorTemplate;
import java.lang.invoke.MethodHandles;

/**
 * Vector kernels of pooling for one element type, by rows of windows. Images lie channels last; addresses and steps are
 * in bytes.
 *
 * <p>Nothing is masked in memory: what a masked access does where it is out of bounds (calls, in code that may be
 * compiled before that is known never to happen) keeps a loop's vectors out of registers, which makes it three times
 * slower, and not all processors have it for all types. Of a pixel with more channels than lanes the last vector
 * overlaps the one before; of one with fewer, its only vector hangs over into what follows, which must be there and, in
 * a result, be written next.
 */
interface RowKernels {
    /** {@return the kernels of float, double or (maxima only) bfloat16} */
    static RowKernels of(DType type) {
        return switch (type) {
            case FLOAT32 -> Defined.FLOATS;
            case FLOAT64 -> Defined.DOUBLES;
            case BFLOAT16 -> Defined.BFLOATS;
            default -> throw new IllegalArgumentException("no vector kernels of pooling for " + type);
        };
    }

    /**
     * Writes the maxima of a row's first windows and their places. The place of a maximum is that of the first NaN, or
     * else of the first of the greatest elements.
     *
     * @param x the image
     * @param width of the image
     * @param firstRow first row of the windows, clipped
     * @param lastRow where their rows end
     * @param dilation from one row to the next
     * @param windows how many
     * @param y where the first maximum goes
     * @param places where its place goes
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
            long places,
            long placesStep);

    /** Writes the sum of rows, one or more, to a line. */
    void add(long x, long rowStep, int rows, int length, long line);

    /**
     * Writes the averages of a row of windows, without gaps.
     *
     * @param line sums of rows, with a vector's length of room after it
     * @param columns windows, of which each has a pixel at least
     * @param runs ends of runs of windows that are alike but for their equidistant places
     * @param factors by which sums are multiplied or, if {@code divide} is set, divided
     */
    void average(long line, int channels, Axis columns, int[] runs, double[] factors, boolean divide, long y);

    /**
     * Writes rows of gradients of averages over disjoint windows, each element its window's gradient divided.
     *
     * @param g a row of the result's gradient
     * @param sharing which element each one's gradient is
     * @param row of the result
     */
    void share(long g, Sharing sharing, int row, long x, long rowStep, int rows, int length);

    /**
     * Adds to all positions of a window its gradient divided, for a row's first windows, which may overlap. What a
     * vector hangs over has a zero added.
     *
     * @param g the gradient of the row's first window
     * @param windows how many
     * @param x the image
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

    /** Made when they are asked for: there may be no Vector API. */
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
