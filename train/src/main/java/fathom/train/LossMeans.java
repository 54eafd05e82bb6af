package fathom.train;

import java.util.LinkedHashMap;
import java.util.Map;

/** Weighted means of losses over batches. */
final class LossMeans {
    private double sum;
    private double weight;
    private final Map<String, Double> sums = new LinkedHashMap<>();

    LossMeans() {}

    /** Means over the rest of a pass that was interrupted. */
    LossMeans(TrainingState state) {
        sum = state.lossSum;
        weight = state.lossWeight;
        sums.putAll(state.losses);
    }

    void save(TrainingState state) {
        state.lossSum = sum;
        state.lossWeight = weight;
        state.losses = new LinkedHashMap<>(sums);
    }

    /** Adds a batch: the sum of its losses, and its named losses if there are several. */
    void add(double loss, Map<String, Double> losses, double batchWeight) {
        sum += loss * batchWeight;
        weight += batchWeight;
        losses.forEach((name, value) -> sums.merge(name, value * batchWeight, Double::sum));
    }

    /** {@return the mean loss; NaN before the first batch} */
    double mean() {
        return weight == 0 ? Double.NaN : sum / weight;
    }

    /** {@return the means of the named losses} */
    Map<String, Double> means() {
        var means = new LinkedHashMap<String, Double>();
        sums.forEach((name, value) -> means.put(name, weight == 0 ? Double.NaN : value / weight));
        return means;
    }
}
