package fathom.bench.measure;

import java.util.Arrays;

/**
 * The quartiles of a sample.
 *
 * @param low the first quartile
 * @param median the median
 * @param high the third quartile
 */
public record Quartiles(double low, double median, double high) {
    /**
     * {@return the quartiles of the values, interpolated between neighbours}
     *
     * @throws IllegalArgumentException if there is no value
     */
    public static Quartiles of(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("quartiles: expected at least one value, got none");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return new Quartiles(at(sorted, 0.25), at(sorted, 0.5), at(sorted, 0.75));
    }

    private static double at(double[] sorted, double share) {
        double place = share * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
