package fathom.train;

import fathom.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The results of a training step or of the evaluation of a batch.
 *
 * @param loss the sum of all losses
 * @param losses the losses and shown values by name; empty if there is but one, {@code loss}
 * @param weight the weight of the batch in means
 * @param output the output for metrics; null if there is none
 * @param target the targets
 */
record StepResult(
        double loss, Map<String, Double> losses, double weight, @Nullable Tensor output, @Nullable Tensor target) {

    /**
     * The meaning of the tensors that a step returns. Java code does not run for each batch, so it must be the same for
     * all.
     *
     * @param phases the names of the losses and shown values of each phase
     * @param hasWeight whether the weight of the batch follows
     * @param hasOutput whether the output follows
     * @param target the position of the target among the arguments of the step; -1 if it follows the output
     */
    record Layout(List<Values> phases, boolean hasWeight, boolean hasOutput, int target) {
        /** Names, in order; the sum of the losses comes first if there are several. */
        record Values(List<String> losses, List<String> shown) {
            boolean hasSum() {
                return losses.size() > 1;
            }
        }

        /** {@return whether the only value is the loss, which needs no name} */
        private boolean isSingle() {
            return phases.size() == 1
                    && phases.getFirst().shown().isEmpty()
                    && phases.getFirst().losses().equals(List.of(Losses.LOSS));
        }

        /** {@return the results of a step that returned {@code tensors} for {@code arguments}} */
        StepResult read(List<Tensor> tensors, List<Tensor> arguments, double examples) {
            int at = 0;
            double loss = 0;
            Map<String, Double> named = isSingle() ? Map.of() : new LinkedHashMap<>();
            for (Values phase : phases) {
                if (phase.hasSum()) {
                    loss += tensors.get(at++).item();
                }
                for (String name : phase.losses()) {
                    double value = tensors.get(at++).item();
                    loss += phase.hasSum() ? 0 : value;
                    if (!name.equals(Losses.LOSS)) {
                        named.put(name, value);
                    }
                }
                for (String name : phase.shown()) {
                    named.put(name, tensors.get(at++).item());
                }
            }
            double weight = hasWeight ? tensors.get(at++).item() : examples;
            Tensor output = hasOutput ? tensors.get(at++) : null;
            Tensor to = !hasOutput ? null : target < 0 ? tensors.get(at) : arguments.get(target);
            return new StepResult(loss, named, weight, output, to);
        }
    }

    /** Collects the results of the phases of a step. */
    static final class Collector {
        private final List<Tensor> tensors = new ArrayList<>();
        private final List<Layout.Values> phases = new ArrayList<>();
        private @Nullable Tensor weight;
        private @Nullable Tensor output;
        private @Nullable Tensor target;

        /**
         * Adds a phase.
         *
         * @param sum the sum of its losses
         */
        void add(Losses losses, Tensor sum) {
            var values = new Layout.Values(List.copyOf(losses.losses().keySet()), List.copyOf(losses.shown().keySet()));
            for (Layout.Values before : phases) {
                for (String name : values.losses()) {
                    if (before.losses().contains(name)) {
                        throw new IllegalArgumentException("Losses: two phases have a loss named " + name);
                    }
                }
            }
            phases.add(values);
            if (values.hasSum()) {
                tensors.add(sum.detach());
            }
            losses.losses().values().forEach(l -> tensors.add(l.detach()));
            tensors.addAll(losses.shown().values());
            weight = losses.weight() == null ? weight : losses.weight();
            if (losses.output() != null) {
                output = losses.output();
                target = losses.target();
            }
        }

        /** {@return the meaning of {@link #tensors}, which are completed} */
        Layout layout(List<Tensor> arguments) {
            if (weight != null) {
                tensors.add(weight);
            }
            int argument = -1;
            if (output != null && target != null) {
                tensors.add(output.detach());
                for (int i = 0; i < arguments.size(); i++) {
                    argument = arguments.get(i) == target ? i : argument;
                }
                if (argument < 0) {
                    tensors.add(target.detach());
                }
            }
            return new Layout(List.copyOf(phases), weight != null, output != null, argument);
        }

        List<Tensor> tensors() {
            return tensors;
        }
    }

    /** Weighted means of losses over batches. */
    static final class Means {
        private double sum;
        private double weight;
        private final Map<String, Double> sums = new LinkedHashMap<>();

        Means() {}

        /** Means over the rest of a pass that was interrupted. */
        Means(TrainingState state) {
            sum = state.lossSum;
            weight = state.lossWeight;
            sums.putAll(state.losses);
        }

        void save(TrainingState state) {
            state.lossSum = sum;
            state.lossWeight = weight;
            state.losses = new LinkedHashMap<>(sums);
        }

        void clear() {
            sum = 0;
            weight = 0;
            sums.clear();
        }

        /** Adds the batches of another process. */
        void merge(Means other) {
            sum += other.sum;
            weight += other.weight;
            other.sums.forEach((name, value) -> sums.merge(name, value, Double::sum));
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
}
