package fathom.train;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.train.metric.Metric;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The metrics of one pass through a data set. */
final class MetricTallies {
    private final List<Metric> metrics;
    private final List<Metric.Tally> tallies = new ArrayList<>();

    private MetricTallies(List<Metric> metrics) {
        this.metrics = metrics;
        clear();
    }

    /** Begins anew. */
    void clear() {
        tallies.clear();
        metrics.forEach(m -> tallies.add(m.start()));
    }

    static MetricTallies start(List<Metric> metrics) {
        return new MetricTallies(metrics);
    }

    /**
     * {@return the metrics of a pass that was interrupted}
     *
     * @param states as {@link #states} returned them
     * @throws IllegalArgumentException if they are not states of these metrics
     */
    static MetricTallies restore(List<Metric> metrics, List<double[]> states) {
        if (states.size() != metrics.size()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "resume: the checkpoint is within an epoch, with the state of %d metrics; this trainer has %d",
                            states.size(),
                            metrics.size()));
        }
        var restored = new MetricTallies(metrics);
        for (int i = 0; i < metrics.size(); i++) {
            try {
                restored.tallies.get(i).restore(states.get(i));
            } catch (RuntimeException e) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "resume: the metric %s cannot restore the %d numbers that the checkpoint has for it: %s",
                                metrics.get(i).name(),
                                states.get(i).length,
                                e.getMessage()),
                        e);
            }
        }
        return restored;
    }

    /** Adds a batch; without output and target only if there are no metrics. */
    void add(@Nullable Tensor output, @Nullable Tensor target) {
        if (tallies.isEmpty()) {
            return;
        }
        if (output == null || target == null) {
            throw new IllegalArgumentException(
                    "the metric %s needs an output and targets: return Losses.of(...).output(output, target) from the task's step"
                            .formatted(metrics.getFirst().name()));
        }
        // metrics accumulate, so bfloat16 is converted to float32
        Tensor scores = output.dtype() == DType.BFLOAT16 ? output.to(DType.FLOAT32) : output;
        try (var _ = Autograd.noGrad()) {
            tallies.forEach(t -> t.add(scores, target));
        }
    }

    /** {@return the values by name, without those of metrics that do not apply} */
    Map<String, Double> values() {
        var values = new LinkedHashMap<String, Double>();
        for (int i = 0; i < tallies.size(); i++) {
            if (!(tallies.get(i) instanceof DefaultMetrics.Conditional c) || c.applies()) {
                values.put(metrics.get(i).name(), tallies.get(i).value());
            }
        }
        return values;
    }

    /**
     * Adds the batches of another process.
     *
     * @param states as its {@link #states} returned them
     */
    void merge(List<double[]> states) {
        for (int i = 0; i < tallies.size(); i++) {
            tallies.get(i).merge(states.get(i));
        }
    }

    /** {@return the states of the accumulators, for checkpoints} */
    List<double[]> states() {
        return new ArrayList<>(tallies.stream().map(Metric.Tally::state).toList());
    }
}
