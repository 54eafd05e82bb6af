package fathom.train;

import fathom.Tensor;
import fathom.Tensors;
import java.util.Locale;
import java.util.Objects;
import java.util.function.BinaryOperator;

/**
 * The usual metrics. Outputs of classifiers are scores {@code [N, classes, ...]}, their targets int64 {@code [N, ...]}.
 * Where the greatest score is NaN or infinite it tells nothing of the class, and the metric is NaN.
 */
public final class Metrics {
    private Metrics() {}

    /** {@return the share of examples whose greatest score is that of their class; printed as {@code acc}} */
    public static Metric accuracy() {
        return new Share("acc", true, Metrics::hits);
    }

    private static double hits(Tensor output, Tensor target) {
        check("accuracy", output, target);
        return tellNothing(output) ? Double.NaN : output.argmax(1).eq(target).sum().item();
    }

    private static boolean tellNothing(Tensor scores) {
        if (!scores.dtype().isFloating() || scores.numel() == 0) {
            return false;
        }
        // rows are looked at only where some score is minus infinity, as where classes are masked
        return !Double.isFinite(scores.amax().item())
                || scores.amin().item() == Double.NEGATIVE_INFINITY
                        && scores.amax(1).amin().item() == Double.NEGATIVE_INFINITY;
    }

    /**
     * {@return the share of examples whose class is among the {@code k} with the greatest scores}
     *
     * @throws IllegalArgumentException if k is less than 1
     */
    public static Metric topK(int k) {
        if (k < 1) {
            throw new IllegalArgumentException("topK: wants at least 1, not " + k);
        }
        return new Share(
                "top" + k,
                true,
                (output, target) -> {
                    check("topK", output, target);
                    if (k > output.size(1)) {
                        throw new IllegalArgumentException(
                                String.format(
                                        Locale.ROOT, "topK: there are only %d classes, not %d", output.size(1), k));
                    }
                    // as many classes with greater scores as there are places above it; equal scores do not count
                    // against it
                    Tensor own = output.gather(1, target.unsqueeze(1));
                    return tellNothing(output) ? Double.NaN : output.gt(own).sum(1).lt(k).sum().item();
                });
    }

    /**
     * {@return the mean of a loss over the examples: for a second measure beside the one that is trained by}
     *
     * @param name what it is printed as
     * @param loss from output and target to a mean over the batch
     */
    public static Metric mean(String name, BinaryOperator<Tensor> loss) {
        return new Share(name, false, (output, target) -> loss.apply(output, target).item() * output.size(0));
    }

    /** {@return the mean squared error; printed as {@code mse}} */
    public static Metric meanSquaredError() {
        return mean("mse", (output, target) -> output.sub(target.reshape(output.shape().dims())).pow(2).mean());
    }

    private static void check(String name, Tensor output, Tensor target) {
        if (output.dim() < 2 || target.dim() != output.dim() - 1 || target.size(0) != output.size(0)) {
            throw new IllegalArgumentException(
                    "%s: wants scores [N, classes, ...] and classes [N, ...], not %s and %s"
                            .formatted(name, output.shape(), target.shape()));
        }
    }

    @FunctionalInterface
    private interface Count {
        double of(Tensor output, Tensor target);
    }

    /** A sum over targets, divided by their number. */
    private record Share(String name, boolean higherIsBetter, Count count) implements Metric {
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
     * {@return how often each class was taken for each; the value printed is the mean over classes of the share found}
     *
     * @param classes their number
     */
    public static ConfusionMatrix confusionMatrix(int classes) {
        return new ConfusionMatrix(classes);
    }

    /**
     * How often each class (row) was taken for each (column). As a metric its value is the balanced accuracy. Batches
     * with greatest scores that are NaN or infinite do not count, and make it NaN.
     */
    public static final class ConfusionMatrix implements Metric {
        private final int classes;
        private volatile Tensor last;

        ConfusionMatrix(int classes) {
            if (classes < 2) {
                throw new IllegalArgumentException("confusionMatrix: wants at least 2 classes, not " + classes);
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

        /** {@return int64 {@code [classes, classes]}: the counts of the pass that was last finished or is under way} */
        public Tensor matrix() {
            return last;
        }

        @Override
        public Tally start() {
            return new Counts();
        }

        private final class Counts implements Tally {
            private final long[][] counts = new long[classes][classes];

            /** Batches left out, because their scores tell nothing. */
            private double unknown;

            @Override
            public void add(Tensor output, Tensor target) {
                check("confusionMatrix", output, target);
                if (tellNothing(output)) {
                    unknown++;
                    return;
                }
                long[] taken = output.argmax(1).toLongArray();
                long[] is = target.toLongArray();
                for (int i = 0; i < is.length; i++) {
                    Objects.checkIndex(is[i], classes);
                    Objects.checkIndex(taken[i], classes);
                    counts[(int) is[i]][(int) taken[i]]++;
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
