package fathom.train;

import fathom.Tensor;

/** Something measured over a pass through the data, such as the accuracy. {@link Metrics} has the usual ones. */
public interface Metric {
    /** {@return its name, as printed after "train" and "test": {@code acc}} */
    String name();

    /** {@return whether more is better, as for an accuracy; otherwise less is, as for an error} */
    boolean higherIsBetter();

    /** {@return the measure of nothing yet} */
    Tally start();

    /** What a pass through the data has measured so far. */
    interface Tally {
        /**
         * Takes a batch into account. Called without recording gradients.
         *
         * @param output what the network made of the batch
         * @param target what it should have made
         */
        void add(Tensor output, Tensor target);

        /** {@return the measure of all batches so far; NaN before the first} */
        double value();

        /** {@return numbers to go on from, for checkpoints} */
        double[] state();

        /** Goes on from {@link #state}. */
        void restore(double[] state);
    }
}
