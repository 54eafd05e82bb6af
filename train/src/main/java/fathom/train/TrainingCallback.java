package fathom.train;

import fathom.io.StateDict;
import fathom.nn.Block;
import fathom.optim.Optimizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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

        /** {@return the number of epochs to train for} */
        int epochs();

        /** {@return the number of finished batches of the current epoch; 0 after an epoch} */
        long batch();

        /** {@return the number of batches of an epoch} */
        long batches();

        /** {@return the finished epochs} */
        List<EpochResult> history();

        /** {@return the run's folder, if there is one} */
        Optional<Path> folder();

        /** {@return the number of updates of the weights since the first epoch} */
        long step();

        /** {@return the loss of the last batch; of several, their sum} */
        double loss();

        /** {@return the named losses of the last batch; empty if there is but one} */
        Map<String, Double> losses();

        /**
         * {@return the Euclidean norm of all gradients in the last update, before clipping; NaN unless a callback
         * {@linkplain #needsGradientNorm needs} it}
         */
        double gradientNorm();

        /**
         * {@return the value of an epoch that selects the best one, negated if lower values are better; NaN if it is
         * not finite}
         */
        double monitored(EpochResult result);

        /**
         * Recomputes the statistics of all batch norms over the training data, with the present weights: for weights
         * that were averaged. Without batch norms nothing happens.
         */
        void updateBatchNorms();

        /** Stops the training after this batch or epoch and writes a checkpoint to resume from. */
        void stop();
    }

    /** Called before the first batch. */
    default void onStart(Progress progress) {}

    /** Called before the first batch of each epoch, but not for an epoch that is resumed in the middle. */
    default void onEpochStart(Progress progress) {}

    /** Called after each batch. */
    default void onBatch(Progress progress) {}

    /**
     * Called after an epoch, before its evaluation: a callback may exchange the weights. The weights of the best epoch
     * are saved as they are then.
     */
    default void onEvaluationStart(Progress progress) {}

    /** Called after the evaluation, with the weights that were evaluated, before the checkpoint is written. */
    default void onEvaluated(Progress progress, EpochResult result) {}

    /** Called thereafter, in reverse order and also if the evaluation failed: restores the weights. */
    default void onEvaluationEnd(Progress progress) {}

    /** Called after each epoch, its evaluation and its checkpoint. */
    default void onEpoch(Progress progress, EpochResult result) {}

    /** Called after the training, whatever ended it. */
    default void onEnd(Run run) {}

    /**
     * {@return the state that resuming needs, part of each checkpoint; by default none} It must contain what {@link
     * #onBatch} and {@link #onEvaluated} have changed; {@link #onEpoch} is called after the checkpoint.
     */
    default StateDict stateDict() {
        return new StateDict();
    }

    /**
     * Restores a state of {@link #stateDict}: called after {@link #onStart} in a resumed run, if the checkpoint has
     * one.
     *
     * @throws IllegalArgumentException if it does not fit
     */
    default void loadStateDict(StateDict state, Progress progress) {}

    /** {@return whether {@link Progress#gradientNorm} is needed, which costs some time; by default no} */
    default boolean needsGradientNorm() {
        return false;
    }
}
