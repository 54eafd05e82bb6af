package fathom.bench.measure;

import fathom.bench.measure.Baseline.Library;
import fathom.bench.work.Row;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The result of a row.
 *
 * @param row the row
 * @param pairs the measurements of Fathom and of the better baseline: seconds per call, or bytes
 * @param baseline the name of the better baseline; null if none was measured
 * @param baselines the measurements of all baselines, by name
 * @param share the fraction of the peak that Fathom reaches; null if the row has none or Fathom was not measured
 * @param beside the measurements of Fathom and of each library that is compared in addition
 * @param error the error of a side; null if there was none
 */
public record Result(
        Row row,
        Pairs pairs,
        @Nullable String baseline,
        Map<String, double[]> baselines,
        Map<Library, Pairs> beside,
        Ceilings.@Nullable Share share,
        @Nullable String error) {
    /** {@return a row that could not be measured} */
    static Result failed(Row row, @Nullable String error) {
        return new Result(row, Pairs.NONE, null, Map.of(), Map.of(), null, error);
    }

    /**
     * {@return a row's result, compared with its better baseline, the one with the lower median}
     *
     * @param fathom Fathom's turns; empty if it was not measured
     * @param baselines the turns of each baseline that was measured
     */
    public static Result of(
            Row row,
            double[] fathom,
            Map<String, double[]> baselines,
            Ceilings.@Nullable Share share,
            @Nullable String error) {
        String best = null;
        double[] theirs = {};
        double least = Double.NaN;
        for (var entry : baselines.entrySet()) {
            double median = Quartiles.of(entry.getValue()).median();
            if (best == null || median < least) {
                best = entry.getKey();
                theirs = entry.getValue();
                least = median;
            }
        }
        return new Result(row, new Pairs(fathom, theirs), best, baselines, Map.of(), share, error);
    }

    /** {@return this result, with those of libraries that are compared in addition} */
    public Result beside(Map<Library, Pairs> others) {
        return new Result(row, pairs, baseline, baselines, others, share, error);
    }
}
