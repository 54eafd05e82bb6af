package fathom.train.metric;

import fathom.Tensor;

/** A metric computed over a pass through the data, such as accuracy. {@link Metrics} has the usual ones. */
public interface Metric {
    /** {@return the name, as printed after "train" and "test": {@code acc}} */
    String name();

    /** {@return whether higher values are better, as for accuracy; otherwise lower ones are, as for an error} */
    boolean higherIsBetter();

    /** {@return a new accumulator for one pass} */
    Tally start();

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

        /** Restores a {@link #state}. */
        void restore(double[] state);
    }
}
