package fathom.train.metric;

import fathom.Autograd;
import fathom.Tensor;

/** A metric computed over a pass through the data, such as accuracy. {@link Metrics} has the usual ones. */
public interface Metric {
    /** {@return the name, as printed after "train" and "test": {@code acc}} */
    String name();

    /** {@return whether higher values are better, as for accuracy; otherwise lower ones are, as for an error} */
    boolean higherIsBetter();

    /** {@return a new accumulator for one pass} */
    Tally start();

    /**
     * {@return the metric of one batch, or of a whole data set at once}
     *
     * {@snippet :
     * double f1 = Metrics.f1().of(net.call(x), y);
     * }
     *
     * @param output as for {@link Tally#add}
     * @param target as for {@link Tally#add}
     */
    default double of(Tensor output, Tensor target) {
        Tally tally = start();
        try (var _ = Autograd.noGrad()) {
            tally.add(output, target);
        }
        return tally.value();
    }

    /** The accumulator of a metric over one pass through the data. */
    interface Tally {
        /**
         * Adds a batch. Called without recording gradients.
         *
         * @param output the network's output for the batch
         * @param target the targets
         */
        void add(Tensor output, Tensor target);

        /** {@return the metric over all batches so far; NaN before the first} */
        double value();

        /** {@return the accumulator's state, for checkpoints} */
        double[] state();

        /**
         * Replaces the accumulator's state by a {@link #state}.
         *
         * @throws IllegalArgumentException if it is not one of this metric
         */
        void restore(double[] state);

        /**
         * Adds the batches of another accumulator of the same metric, given by its {@link #state}: those of another
         * thread or process.
         *
         * @throws IllegalArgumentException if it is not a state of this metric
         * @throws UnsupportedOperationException if the metric cannot be merged; those of {@link Metrics} can
         */
        default void merge(double[] state) {
            throw new UnsupportedOperationException("%s cannot be merged".formatted(getClass().getName()));
        }
    }
}
