package fathom.train.callback;

import fathom.io.StateDict;
import fathom.train.EpochResult;
import fathom.train.TrainingCallback;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps an exponential moving average of the weights (EMA), updated after each step of the optimiser. The evaluation
 * after each epoch, and {@code best.safetensors}, use the averaged weights; the run's folder also has the last ones as
 * {@code ema.safetensors}. Training itself goes on with the network's own.
 *
 * {@snippet :
 * var ema = new ExponentialMovingAverage(0.999);
 * new Trainer(net, t -> t.callbacks(ema)).fit(data, Epochs.of(10));
 * ema.average().copyToNetwork();
 * }
 */
public final class ExponentialMovingAverage implements TrainingCallback {
    private final double decay;
    private @Nullable WeightAverage average;
    private long step;
    private boolean isExchanged;

    /**
     * An average with a decay per step.
     *
     * @param decay close to 1: the average covers about the last {@code 1 / (1 - decay)} steps
     * @throws IllegalArgumentException unless in [0, 1]
     */
    public ExponentialMovingAverage(double decay) {
        if (!(decay >= 0 && decay <= 1)) {
            throw new IllegalArgumentException("EMA: expected a decay from 0 to 1, got " + decay);
        }
        this.decay = decay;
    }

    /**
     * {@return the average of the current or last training}
     *
     * @throws IllegalStateException before the first training
     */
    public WeightAverage average() {
        if (average == null) {
            throw new IllegalStateException("EMA: there is no average before a training");
        }
        return average;
    }

    @Override
    public StateDict stateDict() {
        return average().state();
    }

    @Override
    public void loadStateDict(StateDict state, Progress progress) {
        average().restore(state);
    }

    @Override
    public void onStart(Progress progress) {
        average = WeightAverage.exponential(progress.net(), decay);
        step = progress.step();
    }

    @Override
    public void onBatch(Progress progress) {
        if (progress.step() > step) {
            step = progress.step();
            average().update();
        }
    }

    @Override
    public void onEvaluationStart(Progress progress) {
        average().exchange();
        isExchanged = true;
    }

    @Override
    public void onEvaluationEnd(Progress progress) {
        if (isExchanged) {
            isExchanged = false;
            average().exchange();
        }
    }

    @Override
    public void onEpoch(Progress progress, EpochResult result) {
        progress.folder()
                .ifPresent(folder -> {
                    try {
                        average().stateDict().save(folder.resolve("ema.safetensors"));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }
}
