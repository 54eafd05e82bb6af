package fathom.primitive.window;

import fathom.primitive.indexing.SparseRows;
import java.util.Arrays;

/**
 * The resampling weights of one axis: output position {@code o} is a weighted sum of a few input positions. Positions
 * are those of PyTorch's {@code interpolate}.
 *
 * @param filter the contributing positions and their weights
 * @param in the size of the input
 * @param out the size of the output
 * @param step input positions per output position
 * @param alignCorners whether the first and last positions coincide; else the outer edges of both do
 */
public record ResampleAxis(Filter filter, long in, long out, double step, boolean alignCorners) {
    private static final double CUBIC = -0.75;

    /** Pillow's coefficient, which PyTorch uses for antialiasing. */
    private static final double SMOOTH_CUBIC = -0.5;

    /** The interpolation filters. */
    public enum Filter {
        /** The position rounded down. */
        NEAREST,
        /** The position whose centre is nearest. */
        NEAREST_EXACT,
        /** The two nearest positions, weighted linearly. */
        LINEAR,
        /** The four nearest positions, by cubic convolution. */
        CUBIC,
        /** The mean over each of {@code out} nearly equal regions. */
        AREA,
        /** A triangle filter, widened to the step when downsampling. */
        SMOOTH_LINEAR,
        /** Cubic convolution, widened to the step when downsampling. */
        SMOOTH_CUBIC
    }

    /** {@return the weights of the input positions, one row per output position} */
    public SparseRows weights() {
        var rows = new SparseRows.Builder(Math.toIntExact(out), Math.toIntExact(in));
        for (int o = 0; o < out; o++) {
            switch (filter) {
                case NEAREST -> rows.add(nearest(o * step), 1);
                case NEAREST_EXACT -> rows.add(nearest((o + 0.5) * step), 1);
                case LINEAR -> linear(rows, alignCorners ? o * step : Math.max(0, centre(o)));
                case CUBIC -> cubic(rows, alignCorners ? o * step : centre(o));
                case AREA -> area(rows, o);
                case SMOOTH_LINEAR -> smooth(rows, o, 1);
                case SMOOTH_CUBIC -> smooth(rows, o, 2);
            }
            rows.end();
        }
        return rows.build();
    }

    private double centre(int o) {
        return (o + 0.5) * step - 0.5;
    }

    private int nearest(double at) {
        return (int) Math.min((long) Math.floor((float) at), in - 1); // PyTorch rounds to float32 before it rounds down
    }

    private void linear(SparseRows.Builder rows, double at) {
        int low = (int) Math.min((long) at, in - 1);
        double fraction = Math.clamp(at - low, 0, 1);
        rows.add(low, 1 - fraction);
        rows.add((int) Math.min(low + 1L, in - 1), fraction);
    }

    private void cubic(SparseRows.Builder rows, double at) {
        int low = (int) Math.min((long) Math.floor(at), in - 1);
        double fraction = Math.clamp(at - low, 0, 1);
        for (int k = -1; k <= 2; k++) {
            rows.add((int) Math.clamp(low + (long) k, 0, in - 1), convolution(k - fraction, CUBIC));
        }
    }

    /** The cubic convolution kernel (Keys, 1981) at distance {@code x}. */
    private static double convolution(double x, double a) {
        double d = Math.abs(x);
        if (d < 1) {
            return ((a + 2) * d - (a + 3)) * d * d + 1;
        }
        return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
    }

    private void area(SparseRows.Builder rows, int o) {
        var part = new PoolAxis.Adaptive(in, out);
        long first = part.start(o);
        long end = part.end(o);
        for (long i = first; i < end; i++) {
            rows.add((int) i, 1.0 / (end - first));
        }
    }

    private void smooth(SparseRows.Builder rows, int o, double radius) {
        double stretch = Math.max(1, step);
        double support = radius * stretch;
        double centre = (o + 0.5) * step;
        int first = (int) Math.max(0, (long) (centre - support + 0.5));
        int end = (int) Math.min(in, (long) (centre + support + 0.5));
        var weights = new double[Math.max(0, end - first)];
        for (int i = 0; i < weights.length; i++) {
            double x = (i + first - centre + 0.5) / stretch;
            weights[i] = radius == 1 ? Math.max(0, 1 - Math.abs(x)) : convolution(x, SMOOTH_CUBIC);
        }
        double sum = Arrays.stream(weights).sum();
        for (int i = 0; i < weights.length; i++) {
            rows.add(first + i, sum == 0 ? weights[i] : weights[i] / sum);
        }
    }
}
