package fathom.bench.measure;

import java.util.Arrays;

/**
 * What the turns of a row gave: for each pair of turns, one of each side next to each other in time, the figure of one
 * call. Lower is better.
 *
 * @param fathom Fathom's figures; empty if it was not measured
 * @param libtorch the better opponent's figures, as many; empty if none was measured
 */
public record Pairs(double[] fathom, double[] libtorch) {
    /** Nothing measured. */
    public static final Pairs NONE = new Pairs(new double[0], new double[0]);

    /** {@return Fathom's figure, the median of its turns; NaN without turns} */
    public double fathomMedian() {
        return median(fathom);
    }

    /** {@return libtorch's figure, the median of its turns; NaN without turns} */
    public double libtorchMedian() {
        return median(libtorch);
    }

    private static double median(double[] values) {
        return values.length == 0 ? Double.NaN : Quartiles.of(values).median();
    }

    /** {@return whether both sides were measured} */
    public boolean isComplete() {
        return fathom.length > 0 && libtorch.length == fathom.length;
    }

    /** {@return how many times as good as libtorch's figure Fathom's is, over the pairs} */
    public Quartiles ratio() {
        var ratios = new double[fathom.length];
        Arrays.setAll(ratios, i -> libtorch[i] / fathom[i]);
        return Quartiles.of(ratios);
    }
}
