package fathom.train;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How good a network is on some data.
 *
 * @param loss the mean loss
 * @param metrics by name, in order
 * @param examples their number
 */
public record Evaluation(double loss, Map<String, Double> metrics, long examples) {
    /** Takes a copy of the map, in its order. */
    public Evaluation {
        metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    }

    @Override
    public String toString() {
        var text = new StringBuilder(String.format(Locale.ROOT, "loss %.3f", loss));
        metrics.forEach((name, value) -> text.append(String.format(Locale.ROOT, ", %s %.3f", name, value)));
        return text.toString();
    }
}
