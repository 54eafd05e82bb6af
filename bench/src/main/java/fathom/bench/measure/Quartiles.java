package fathom.bench.measure;

import java.util.Arrays;

/**
 * A sample's middle and its spread.
 *
 * @param low a quarter of the values lies below
 * @param median half of the values lies below
 * @param high three quarters of the values lie below
 */
public record Quartiles(double low, double median, double high) {
    /**
     * {@return the quartiles of the values, interpolated between neighbours}
     *
     * @throws IllegalArgumentException if there is no value
     */
    public static Quartiles of(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("quartiles: no value");
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
