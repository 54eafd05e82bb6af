package fathom.train;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The results of evaluating a network on a data set.
 *
 * @param loss the mean loss
 * @param metrics the metrics by name, in order
 * @param examples the number of examples
 */
public record Evaluation(double loss, Map<String, Double> metrics, long examples) {
    /** Takes a copy of the map, in its order. */
    public Evaluation {
        metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    }

    @Override
    public String toString() {
        var text = new StringBuilder(EpochResult.format("loss", loss));
        metrics.forEach((name, value) -> text.append(", ").append(EpochResult.format(name, value)));
        return text.toString();
    }
}
