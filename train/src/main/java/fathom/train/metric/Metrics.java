package fathom.train.metric;

import fathom.Tensor;
import fathom.Tensors;
import fathom.plot.Colormap;
import fathom.plot.Plot;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.BinaryOperator;

/**
 * The usual metrics. Outputs of classifiers are logits {@code [N, classes, ...]}, their targets int64 {@code [N, ...]}.
 * If a maximum score is NaN or infinite, the predicted class is undefined and the metric is NaN.
 */
public final class Metrics {
    private Metrics() {}

    /** {@return the accuracy: the fraction of examples whose class has the maximum score; printed as {@code acc}} */
    public static Metric accuracy() {
        return new Average("acc", true, Metrics::hits);
    }

    private static double hits(Tensor output, Tensor target) {
        check("accuracy", output, target);
        return isUndefined(output) ? Double.NaN : output.argmax(1).eq(target).sum().item();
    }

    private static boolean isUndefined(Tensor scores) {
        if (!scores.dtype().isFloating() || scores.numel() == 0) {
            return false;
        }
        // rows are checked one by one only if some score is minus infinity, as for masked classes
        return !Double.isFinite(scores.amax().item())
                || scores.amin().item() == Double.NEGATIVE_INFINITY
                        && scores.amax(1).amin().item() == Double.NEGATIVE_INFINITY;
    }

    /**
     * {@return the top-k accuracy: the fraction of examples whose class is among the {@code k} highest scores}
     *
     * @throws IllegalArgumentException if k is less than 1
     */
    public static Metric topK(int k) {
        if (k < 1) {
            throw new IllegalArgumentException("topK: expected at least 1, got " + k);
        }
        return new Average(
                "top" + k,
                true,
                (output, target) -> {
                    check("topK", output, target);
                    if (k > output.size(1)) {
                        throw new IllegalArgumentException(
                                String.format(
                                        Locale.ROOT, "topK: there are only %d classes, not %d", output.size(1), k));
                    }
                    // the rank is the number of classes with greater scores; ties do not count against the class
                    Tensor own = output.gather(1, target.unsqueeze(1));
                    return isUndefined(output) ? Double.NaN : output.gt(own).sum(1).lt(k).sum().item();
                });
    }

    /**
     * {@return the mean of a loss over the examples: to report a loss other than the training loss}
     *
     * @param name the printed name
     * @param loss a function from output and target to the mean over the batch
     */
    public static Metric mean(String name, BinaryOperator<Tensor> loss) {
        return new Average(name, false, (output, target) -> loss.apply(output, target).item() * output.size(0));
    }

    /** {@return the mean squared error; printed as {@code mse}} */
    public static Metric meanSquaredError() {
        return mean("mse", (output, target) -> output.sub(target.reshape(output.shape().dims())).pow(2).mean());
    }

    private static void check(String name, Tensor output, Tensor target) {
        if (output.dim() < 2 || target.dim() != output.dim() - 1 || target.size(0) != output.size(0)) {
            throw new IllegalArgumentException(
                    "%s: expected scores [N, classes, ...] and classes [N, ...], got %s and %s"
                            .formatted(name, output.shape(), target.shape()));
        }
    }

    @FunctionalInterface
    private interface Count {
        double of(Tensor output, Tensor target);
    }

    /** The mean of a count or loss over the targets. */
    private record Average(String name, boolean higherIsBetter, Count count) implements Metric {
        @Override
        public Tally start() {
            return new Tally() {
                private double sum;
                private double n;

                @Override
                public void add(Tensor output, Tensor target) {
                    sum += count.of(output, target);
                    n += higherIsBetter ? target.numel() : output.size(0);
                }

                @Override
                public double value() {
                    return n == 0 ? Double.NaN : sum / n;
                }

                @Override
                public double[] state() {
                    return new double[] {sum, n};
                }

                @Override
                public void restore(double[] state) {
                    sum = state[0];
                    n = state[1];
                }
            };
        }
    }

    /**
     * {@return a confusion matrix; its printed value is the balanced accuracy, the mean recall over classes}
     *
     * @param classes the number of classes
     */
    public static ConfusionMatrix confusionMatrix(int classes) {
        return new ConfusionMatrix(classes);
    }

    /**
     * The confusion matrix: how often each class (row) was predicted as each (column). As a metric its value is the
     * balanced accuracy. Batches with NaN or infinite maximum scores are not counted, and make the value NaN.
     */
    public static final class ConfusionMatrix implements Metric {
        private final int classes;
        private volatile Tensor last;

        ConfusionMatrix(int classes) {
            if (classes < 2) {
                throw new IllegalArgumentException("confusionMatrix: expected at least 2 classes, got " + classes);
            }
            this.classes = classes;
            this.last = Tensors.zeros(Tensors.INT64, classes, classes).keep();
        }

        @Override
        public String name() {
            return "balanced acc";
        }

        @Override
        public boolean higherIsBetter() {
            return true;
        }

        /** {@return int64 {@code [classes, classes]}: the counts of the last pass, finished or in progress} */
        public Tensor matrix() {
            return last;
        }

        /**
         * {@return the counts as a picture: a row for each class, a column for what it was taken for}
         *
         * @param names the classes' names, as many as there are classes
         */
        public Plot plot(List<String> names) {
            int side = 180 + 44 * Math.clamp(classes, 4, 40);
            return Plot.heatmap(
                            matrix(),
                            h ->
                                    h.numbers()
                                            .rows(names)
                                            .columns(names)
                                            .colors(Colormap.BLUES)
                                            .xLabel("predicted")
                                            .yLabel("actual"))
                    .size(side + 60, side);
        }

        @Override
        public Tally start() {
            return new Counts();
        }

        private final class Counts implements Tally {
            private final long[][] counts = new long[classes][classes];

            /** The number of batches skipped because their predictions are undefined. */
            private double unknown;

            @Override
            public void add(Tensor output, Tensor target) {
                check("confusionMatrix", output, target);
                if (isUndefined(output)) {
                    unknown++;
                    return;
                }
                long[] predicted = output.argmax(1).toLongArray();
                long[] actual = target.toLongArray();
                for (int i = 0; i < actual.length; i++) {
                    Objects.checkIndex(actual[i], classes);
                    Objects.checkIndex(predicted[i], classes);
                    counts[(int) actual[i]][(int) predicted[i]]++;
                }
            }

            @Override
            public double value() {
                last = Tensors.tensor(counts).keep();
                double sum = 0;
                int seen = 0;
                for (int c = 0; c < classes; c++) {
                    long all = java.util.Arrays.stream(counts[c]).sum();
                    if (all > 0) {
                        sum += (double) counts[c][c] / all;
                        seen++;
                    }
                }
                return seen == 0 || unknown > 0 ? Double.NaN : sum / seen;
            }

            @Override
            public double[] state() {
                double[] state = java.util.Arrays.copyOf(flat(), classes * classes + 1);
                state[classes * classes] = unknown;
                return state;
            }

            private double[] flat() {
                return java.util.Arrays.stream(counts)
                        .flatMapToLong(java.util.Arrays::stream)
                        .asDoubleStream()
                        .toArray();
            }

            @Override
            public void restore(double[] state) {
                for (int i = 0; i < classes * classes; i++) {
                    counts[i / classes][i % classes] = (long) state[i];
                }
                unknown = state[classes * classes];
            }
        }
    }
}
