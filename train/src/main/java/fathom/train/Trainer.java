package fathom.train;

import fathom.data.DataLoader;
import fathom.data.TrainTestData;
import fathom.nn.Layer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Trains a network: the training loop with progress display, metrics, evaluation, checkpoints and plots.
 *
 * {@snippet :
 * var run = new Trainer(net, t -> t
 *         .loss(new CrossEntropyLoss())
 *         .optimizer(p -> new SGD(p, 0.9))
 *         .checkpoints(Path.of("runs/lenet")))
 *     .fit(data, Epochs.of(10));
 * IO.println(run.last());      // loss 0.469, train acc 0.823, test acc 0.779
 * }
 *
 * <p>Ctrl-C stops the training after the current batch and writes a checkpoint, from which {@code resume(true)}
 * continues with bit for bit the results of an uninterrupted training.
 *
 * @see <a href="https://d2l.ai/chapter_convolutional-neural-networks/lenet.html">Dive into Deep Learning, LeNet</a>
 */
public final class Trainer {
    private static final System.Logger LOG = System.getLogger(Trainer.class.getName());

    private final Layer net;
    private final TrainerOptions options = new TrainerOptions();

    /** A trainer for a classifier, with default options. */
    public Trainer(Layer net) {
        this(net, t -> {});
    }

    /** A trainer with options. */
    public Trainer(Layer net, Consumer<TrainerOptions> options) {
        this.net = net;
        options.accept(this.options);
    }

    /**
     * Trains on the training data, shuffled, and evaluates on the test data after each epoch.
     *
     * @throws fathom.FathomException if the loss or a weight is NaN or infinite, unless {@link
     *     TrainerOptions#checkFinite} is off
     * @throws java.io.UncheckedIOException if the run's folder cannot be written, or its checkpoint cannot be read
     */
    public Run fit(TrainTestData data, Epochs epochs) {
        return fit(
                DataLoader.of(data.train(), options.batchSize).shuffle(true).workers(options.workers),
                DataLoader.of(data.test(), options.batchSize).workers(options.workers),
                epochs);
    }

    /** Trains without evaluation. Exceptions as for {@link #fit(TrainTestData, Epochs)}. */
    public Run fit(DataLoader train, Epochs epochs) {
        return fit(train, null, epochs);
    }

    /**
     * Trains, and evaluates on {@code test} after each epoch. Exceptions as for {@link #fit(TrainTestData, Epochs)}.
     */
    public Run fit(DataLoader train, @Nullable DataLoader test, Epochs epochs) {
        return new TrainingLoop(net, options, train, test, epochs.count()).run();
    }

    /**
     * {@return the mean loss and the metrics on a data set, computed in evaluation mode}
     *
     * <p>A NaN or infinite loss is returned; its likely cause is logged as a warning.
     */
    public Evaluation evaluate(DataLoader data) {
        if (options.device != null) {
            net.to(options.device);
        }
        return new Evaluator(
                        net,
                        options.loss,
                        options.metrics,
                        options.precision,
                        options.device,
                        line -> LOG.log(System.Logger.Level.WARNING, line))
                .run(data);
    }
}
