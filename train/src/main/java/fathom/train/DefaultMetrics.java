package fathom.train;

import fathom.Tensor;
import fathom.nn.loss.BCEWithLogitsLoss;
import fathom.nn.loss.CrossEntropyLoss;
import fathom.nn.loss.MultiMarginLoss;
import fathom.nn.loss.NLLLoss;
import fathom.train.metric.Metric;
import fathom.train.metric.Metrics;
import java.util.List;
import java.util.function.BiPredicate;

/** The metrics of a trainer that was given none: they follow the loss. */
final class DefaultMetrics {
    private static final Metric ACCURACY = new Accuracy(DefaultMetrics::areClasses);
    private static final Metric BINARY_ACCURACY = new Accuracy(DefaultMetrics::areBinary);

    private DefaultMetrics() {}

    /**
     * {@return accuracy for the losses of classifiers, and for a function; none for other losses. It is omitted where
     * outputs and targets are not those of a classifier, but for instance probabilities of classes}
     */
    static List<Metric> of(SupervisedTask.LossFunction loss) {
        return switch (loss.block()) {
            case CrossEntropyLoss _, NLLLoss _, MultiMarginLoss _ -> List.of(ACCURACY);
            case BCEWithLogitsLoss _ -> List.of(BINARY_ACCURACY);
            case null -> List.of(ACCURACY);
            default -> List.of();
        };
    }

    private static boolean areClasses(Tensor output, Tensor target) {
        return output.dim() >= 2
                && target.dim() == output.dim() - 1
                && target.size(0) == output.size(0)
                && output.dtype().isFloating()
                && !target.dtype().isFloating();
    }

    /** {@return whether there is one logit for each example, and each target is 0 or 1} */
    private static boolean areBinary(Tensor output, Tensor target) {
        return output.dim() >= 1
                && output.numel() == output.size(0)
                && target.shape().equals(output.shape())
                && target.mul(target).equal(target);
    }

    /** A metric that may not apply to a task's outputs; its tally's value is omitted then. */
    interface Conditional extends Metric.Tally {
        /** {@return whether the outputs and targets so far are of the kind that it measures} */
        boolean applies();
    }

    /** Accuracy where it applies. */
    private static final class Accuracy implements Metric {
        private final Metric accuracy = Metrics.accuracy();
        private final BiPredicate<Tensor, Tensor> isApplicable;

        Accuracy(BiPredicate<Tensor, Tensor> isApplicable) {
            this.isApplicable = isApplicable;
        }

        @Override
        public String name() {
            return accuracy.name();
        }

        @Override
        public String toString() {
            return name();
        }

        @Override
        public boolean higherIsBetter() {
            return accuracy.higherIsBetter();
        }

        @Override
        public Tally start() {
            Tally tally = accuracy.start();
            return new Conditional() {
                private boolean applies = true;

                @Override
                public boolean applies() {
                    return applies;
                }

                @Override
                public void add(Tensor output, Tensor target) {
                    applies = applies && isApplicable.test(output, target);
                    if (applies) {
                        tally.add(output, target);
                    }
                }

                @Override
                public double value() {
                    return tally.value();
                }

                @Override
                public double[] state() {
                    return applies ? tally.state() : new double[0];
                }

                @Override
                public void restore(double[] state) {
                    applies = state.length > 0;
                    if (applies) {
                        tally.restore(state);
                    }
                }

                @Override
                public void merge(double[] state) {
                    applies = applies && state.length > 0;
                    if (applies) {
                        tally.merge(state);
                    }
                }
            };
        }
    }
}
