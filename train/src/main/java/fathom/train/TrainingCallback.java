package fathom.train;

import fathom.nn.Layer;

/** Told how a training goes on. Each method does nothing unless it is written. */
public interface TrainingCallback {
    /** What a callback may look at and ask for. */
    interface Progress {
        /** {@return the network} */
        Layer net();

        /** {@return the epoch that is under way or was just finished, counted from 1} */
        int epoch();

        /** {@return how many updates of the weights there were since the first epoch} */
        long step();

        /** {@return the loss of the last batch} */
        double loss();

        /** Ends the training after this batch, or this epoch, leaving a checkpoint to go on from. */
        void stop();
    }

    /** Before the first batch. */
    default void onStart(Progress progress) {}

    /** Before the first batch of each epoch; not where a training is resumed in the middle of one. */
    default void onEpochStart(Progress progress) {}

    /** After each batch. */
    default void onBatch(Progress progress) {}

    /** After each epoch and its test. */
    default void onEpoch(Progress progress, EpochResult result) {}

    /** After the training, however it ended. */
    default void onEnd(Run run) {}
}
