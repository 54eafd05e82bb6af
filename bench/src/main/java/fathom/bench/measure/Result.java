package fathom.bench.measure;

import fathom.bench.work.Row;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came of a row.
 *
 * @param row which
 * @param pairs the figures of Fathom and of the better opponent: seconds of a call, or bytes
 * @param opponent the name of the better opponent; null if none was measured
 * @param opponents the figures of all opponents, by name
 * @param share of the ceiling that Fathom reaches; null if the row has none or Fathom was not measured
 * @param error what went wrong with either side; null if nothing did
 */
public record Result(
        Row row,
        Pairs pairs,
        @Nullable String opponent,
        Map<String, double[]> opponents,
        Ceilings.@Nullable Share share,
        @Nullable String error) {
    /** {@return a row that could not be measured} */
    static Result failed(Row row, @Nullable String error) {
        return new Result(row, Pairs.NONE, null, Map.of(), null, error);
    }

    /**
     * {@return a row's figures beside those of its better opponent, which is the one with the lower median}
     *
     * @param fathom Fathom's turns; empty if it was not measured
     * @param opponents the turns of each opponent that was measured
     */
    public static Result of(
            Row row,
            double[] fathom,
            Map<String, double[]> opponents,
            Ceilings.@Nullable Share share,
            @Nullable String error) {
        String best = null;
        double[] theirs = {};
        double least = Double.NaN;
        for (var entry : opponents.entrySet()) {
            double median = Quartiles.of(entry.getValue()).median();
            if (best == null || median < least) {
                best = entry.getKey();
                theirs = entry.getValue();
                least = median;
            }
        }
        return new Result(row, new Pairs(fathom, theirs), best, opponents, share, error);
    }
}
