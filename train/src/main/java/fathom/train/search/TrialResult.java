package fathom.train.search;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The result of a trial.
 *
 * @param index the number of the trial, from 0
 * @param parameters its hyper-parameters
 * @param budget the number of epochs it was trained for
 * @param scores by name; empty if it failed
 * @param seconds its running time
 * @param failure why it failed; null if it did not
 */
public record TrialResult(
        int index,
        Map<String, Object> parameters,
        int budget,
        Map<String, Double> scores,
        double seconds,
        @Nullable String failure) {
    /** Takes copies of the maps, in their order. */
    public TrialResult {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        scores = Collections.unmodifiableMap(new LinkedHashMap<>(scores));
    }

    /** {@return a score; NaN if the trial failed or does not have it} */
    public double score(String name) {
        return scores.getOrDefault(name, Double.NaN);
    }
}
