package fathom.train.metric;

import fathom.Tensor;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;

/**
 * A metric that is a function of sums over the batches.
 *
 * @param sums the number of sums
 * @param batch adds a batch to the sums
 * @param value the metric from the sums
 */
record SumMetric(String name, boolean higherIsBetter, int sums, Batch batch, ToDoubleFunction<double[]> value)
        implements Metric {
    /** Adds a batch to the sums. */
    @FunctionalInterface
    interface Batch {
        void add(double[] sums, Tensor output, Tensor target);
    }

    /** The sum of the values and their number, of a batch. */
    record Part(double sum, double count) {}

    /** The sum and the number of values of a batch. */
    @FunctionalInterface
    interface Values {
        Part of(Tensor output, Tensor target);
    }

    /** {@return the mean of values} */
    static SumMetric mean(String name, boolean higherIsBetter, Values values) {
        return mean(name, higherIsBetter, values, mean -> mean);
    }

    /** {@return a function of the mean of values} */
    static SumMetric mean(String name, boolean higherIsBetter, Values values, DoubleUnaryOperator of) {
        return new SumMetric(
                name,
                higherIsBetter,
                2,
                (sums, output, target) -> {
                    Part part = values.of(output, target);
                    sums[0] += part.sum();
                    sums[1] += part.count();
                },
                sums -> sums[1] == 0 ? Double.NaN : of.applyAsDouble(sums[0] / sums[1]));
    }

    @Override
    public Tally start() {
        return new Sums();
    }

    private final class Sums implements Tally {
        private final double[] sum = new double[sums];

        @Override
        public void add(Tensor output, Tensor target) {
            batch.add(sum, output, target);
        }

        @Override
        public double value() {
            return value.applyAsDouble(sum);
        }

        @Override
        public double[] state() {
            return sum.clone();
        }

        @Override
        public void restore(double[] state) {
            States.checkLength(name, state, sums);
            System.arraycopy(state, 0, sum, 0, sums);
        }

        @Override
        public void merge(double[] state) {
            States.checkLength(name, state, sums);
            for (int i = 0; i < sums; i++) {
                sum[i] += state[i];
            }
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
