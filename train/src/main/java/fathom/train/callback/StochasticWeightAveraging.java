package fathom.train.callback;

import fathom.io.StateDict;
import fathom.optim.Optimizer;
import fathom.optim.ParameterGroup;
import fathom.train.EpochResult;
import fathom.train.Run;
import fathom.train.TrainingCallback;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Stochastic weight averaging (SWA): from an epoch on, the learning rate stays high and the weights after each epoch
 * are averaged. After the training the network has the averaged weights, and its batch norms the statistics of the
 * training data under them; the run's folder has them as {@code swa.safetensors}.
 *
 * {@snippet :
 * new Trainer(net, t -> t.callbacks(new StochasticWeightAveraging(8, 0.05))).fit(data, Epochs.of(10));
 * }
 *
 * <p>The results of the epochs are those of the weights before averaging; {@code trainer.evaluate(test)} tells those of
 * the average. The rate is that of PyTorch's {@code SWALR} with cosine annealing; it overrides a schedule that counts
 * epochs, and cannot be combined with one that counts batches.
 *
 * @see <a href="https://arxiv.org/abs/1803.05407">Izmailov et al., 2018</a>
 */
public final class StochasticWeightAveraging implements TrainingCallback {
    private final int from;
    private final double lr;
    private final int annealEpochs;
    private @Nullable WeightAverage average;
    private double lrBefore = Double.NaN;
    private @Nullable Progress progress;

    /**
     * Averages without annealing: the rate changes at once.
     *
     * @param from the first epoch that is averaged, counted from 1
     * @param lr the learning rate from then on
     */
    public StochasticWeightAveraging(int from, double lr) {
        this(from, lr, 0);
    }

    /**
     * Averages with annealing.
     *
     * @param from the first epoch that is averaged, counted from 1
     * @param lr the learning rate
     * @param annealEpochs the number of epochs in which the rate falls, or rises, to it
     */
    public StochasticWeightAveraging(int from, double lr, int annealEpochs) {
        if (from < 1 || !(lr > 0) || annealEpochs < 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "SWA: expected an epoch from 1 on, a positive learning rate and no negative number of epochs, got %d, %s and %d",
                            from,
                            lr,
                            annealEpochs));
        }
        this.from = from;
        this.lr = lr;
        this.annealEpochs = annealEpochs;
    }

    /**
     * {@return the average of the current or last training}
     *
     * @throws IllegalStateException before the first training
     */
    public WeightAverage average() {
        if (average == null) {
            throw new IllegalStateException("SWA: there is no average before a training");
        }
        return average;
    }

    @Override
    public StateDict stateDict() {
        StateDict state = average().state();
        state.metadata().put("lr", Double.toString(lrBefore));
        return state;
    }

    @Override
    public void loadStateDict(StateDict state, Progress progress) {
        average().restore(state);
        try {
            lrBefore = Double.parseDouble(state.metadata().getOrDefault("lr", ""));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("SWA: the checkpoint has no learning rate", e);
        }
    }

    @Override
    public void onStart(Progress progress) {
        this.progress = progress;
        average = WeightAverage.equal(progress.net());
        lrBefore = Double.NaN;
    }

    @Override
    public void onEpochStart(Progress progress) {
        if (progress.epoch() < from) {
            return;
        }
        Optimizer optimizer = progress.optimizers().getFirst();
        if (Double.isNaN(lrBefore)) {
            lrBefore = optimizer.lr();
        }
        double done = annealEpochs == 0 ? 1 : Math.min(1, (double) (progress.epoch() - from) / annealEpochs);
        double share = (1 - Math.cos(Math.PI * done)) / 2;
        double rate = lrBefore + share * (lr - lrBefore);
        for (Optimizer o : progress.optimizers()) {
            for (ParameterGroup group : o.groups()) {
                group.setLr(rate);
            }
        }
    }

    /** Before the checkpoint of the epoch is written, which then has the average. */
    @Override
    public void onEvaluated(Progress progress, EpochResult result) {
        if (result.epoch() >= from) {
            average().update();
        }
    }

    @Override
    public void onEnd(Run run) {
        Progress training = progress;
        progress = null;
        if (training == null || run.ending() == Run.Ending.INTERRUPTED || average().updates() == 0) {
            return;
        }
        average().copyToNetwork();
        training.updateBatchNorms();
        training.folder()
                .ifPresent(folder -> {
                    try {
                        training.net().stateDict().save(folder.resolve("swa.safetensors"));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }
}
