package fathom.train;

import fathom.nn.Block;
import fathom.optim.Optimizer;
import java.util.List;
import java.util.Map;

/** Callback methods of a training run. Each does nothing unless overridden. */
public interface TrainingCallback {
    /** The state of the training that a callback may read, and its requests. */
    interface Progress {
        /** {@return the network; of several, a block whose children they are} */
        Block net();

        /** {@return the optimisers: one, or one for each phase of a {@link PhasedTask}} */
        List<Optimizer> optimizers();

        /** {@return the current or just finished epoch, counted from 1} */
        int epoch();

        /** {@return the number of updates of the weights since the first epoch} */
        long step();

        /** {@return the loss of the last batch; of several, their sum} */
        double loss();

        /** {@return the named losses of the last batch; empty if there is but one} */
        Map<String, Double> losses();

        /** Stops the training after this batch or epoch and writes a checkpoint to resume from. */
        void stop();
    }

    /** Called before the first batch. */
    default void onStart(Progress progress) {}

    /** Called before the first batch of each epoch, but not for an epoch that is resumed in the middle. */
    default void onEpochStart(Progress progress) {}

    /** Called after each batch. */
    default void onBatch(Progress progress) {}

    /** Called after each epoch and its evaluation. */
    default void onEpoch(Progress progress, EpochResult result) {}

    /** Called after the training, whatever ended it. */
    default void onEnd(Run run) {}
}
