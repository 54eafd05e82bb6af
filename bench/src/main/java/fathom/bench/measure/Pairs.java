package fathom.bench.measure;

import java.util.Arrays;

/**
 * The measurements of a row: for each pair of turns, one of each side adjacent in time, the value per call. Lower is
 * better.
 *
 * @param fathom Fathom's values; empty if it was not measured
 * @param baseline the better baseline's values, equally many; empty if none was measured
 */
public record Pairs(double[] fathom, double[] baseline) {
    /** Nothing measured. */
    public static final Pairs NONE = new Pairs(new double[0], new double[0]);

    /** {@return the median of Fathom's turns; NaN without turns} */
    public double fathomMedian() {
        return median(fathom);
    }

    /** {@return the median of the baseline's turns; NaN without turns} */
    public double baselineMedian() {
        return median(baseline);
    }

    private static double median(double[] values) {
        return values.length == 0 ? Double.NaN : Quartiles.of(values).median();
    }

    /** {@return whether both sides were measured} */
    public boolean isComplete() {
        return fathom.length > 0 && baseline.length == fathom.length;
    }

    /** {@return the quartiles of the speed-up over the baseline, over all pairs} */
    public Quartiles ratio() {
        var ratios = new double[fathom.length];
        Arrays.setAll(ratios, i -> baseline[i] / fathom[i]);
        return Quartiles.of(ratios);
    }
}
