package fathom.train;

import fathom.Tensor;
import fathom.data.DataLoader;
import fathom.data.Dataset;
import fathom.data.TrainTestData;
import fathom.nn.Layer;
import fathom.nn.loss.Loss;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Trains a network, or any other {@link Task}: the training loop with progress display, metrics, evaluation,
 * checkpoints and plots.
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

    private final Task<?> task;
    private final TrainerOptions options = new TrainerOptions();

    /** A trainer for a classifier, with default options. */
    public Trainer(Layer net) {
        this(net, t -> {});
    }

    /** A trainer for a network with one loss of its output and the targets, with options. */
    public Trainer(Layer net, Consumer<TrainerOptions> options) {
        this.task = new SupervisedTask(net, () -> this.options.loss);
        options.accept(this.options);
    }

    /** A trainer for a task, with default options. */
    public Trainer(Task<?> task) {
        this(task, t -> {});
    }

    /**
     * A trainer for a task, with options.
     *
     * @throws IllegalArgumentException if the options have a loss: a task computes its own
     */
    public Trainer(Task<?> task, Consumer<TrainerOptions> options) {
        this.task = task;
        options.accept(this.options);
        if (this.options.hasLoss()) {
            throw new IllegalArgumentException("loss: a task computes its own losses; remove the trainer's");
        }
    }

    /**
     * Trains on the training data, shuffled, and evaluates on the test data after each epoch.
     *
     * @throws fathom.FathomException if the loss or a weight is NaN or infinite, unless {@link
     *     TrainerOptions#checkFinite} is off
     * @throws java.io.UncheckedIOException if the run's folder cannot be written, or its checkpoint cannot be read
     */
    public Run fit(TrainTestData data, Epochs epochs) {
        return fit(loader(data.train()).shuffle(true), loader(data.test()), epochs);
    }

    private DataLoader loader(Dataset data) {
        return DataLoader.of(data, options.batchSize).workers(options.workers);
    }

    /** Trains without evaluation. Exceptions as for {@link #fit(TrainTestData, Epochs)}. */
    public Run fit(DataLoader train, Epochs epochs) {
        return fit(train, null, epochs);
    }

    /**
     * Trains, and evaluates on {@code test} after each epoch. Exceptions as for {@link #fit(TrainTestData, Epochs)}.
     */
    public Run fit(DataLoader train, @Nullable DataLoader test, Epochs epochs) {
        move();
        return loop(task, train, test, epochs.count()).run();
    }

    private <B> TrainingLoop<B> loop(Task<B> task, DataLoader train, @Nullable DataLoader test, int epochs) {
        return new TrainingLoop<>(task, options, train, test, epochs);
    }

    private void move() {
        if (options.device != null) {
            task.net().to(options.device);
            Loss loss = task instanceof SupervisedTask s ? s.loss().block() : null;
            if (loss != null) {
                loss.to(options.device);
            }
        }
    }

    /**
     * {@return the loss while the learning rate grows from batch to batch: for choosing a rate before training}
     *
     * <p>The network, the random generator and the loader are restored; the optimiser of a later {@link #fit} is a new
     * one.
     *
     * @see <a href="https://arxiv.org/abs/1506.01186">Smith, 2015</a>
     */
    public LearningRateCurve findLearningRate(DataLoader train) {
        return findLearningRate(train, o -> {});
    }

    /** As {@link #findLearningRate(DataLoader)}, with other rates or another number of batches. */
    public LearningRateCurve findLearningRate(DataLoader train, Consumer<LearningRateCurve.Options> options) {
        move();
        var configured = new LearningRateCurve.Options();
        options.accept(configured);
        return LearningRateFinder.run(task, this.options, train, configured);
    }

    /**
     * {@return the mean loss, the metrics and the task's own results on a data set, computed in evaluation mode}
     *
     * <p>A NaN or infinite loss is returned; its likely cause is logged as a warning.
     */
    public Evaluation evaluate(DataLoader data) {
        move();
        return new Evaluator<>(task, options).run(data, line -> LOG.log(System.Logger.Level.WARNING, line));
    }

    /** As {@link #evaluate(DataLoader)}, in batches of {@link TrainerOptions#batchSize}. */
    public Evaluation evaluate(Dataset data) {
        return evaluate(loader(data));
    }

    /** As {@link #evaluate(DataLoader)}; the name of other libraries for the evaluation on validation data. */
    public Evaluation validate(DataLoader data) {
        return evaluate(data);
    }

    /** As {@link #evaluate(Dataset)}. */
    public Evaluation validate(Dataset data) {
        return evaluate(data);
    }

    /**
     * {@return the predictions for a data set, {@code [size, ...]}, in the order of the loader: the outputs of {@link
     * Task#predict} concatenated, computed in evaluation mode and without gradients}
     *
     * <p>A network predicts from the first tensor of each batch, so the data need no targets.
     *
     * @throws IllegalArgumentException if the loader shuffles, so that nobody would know which prediction is whose; if
     *     there is no batch; or if predictions differ in more than dimension 0
     * @throws UnsupportedOperationException if the task does not say how it predicts
     */
    public Tensor predict(DataLoader data) {
        if (data.isShuffled()) {
            throw new IllegalArgumentException(
                    "predict: the loader shuffles, so the predictions would be in a random order; pass one that does not, or the data set");
        }
        move();
        return new Evaluator<>(task, options).predict(data);
    }

    /** As {@link #predict(DataLoader)}, in batches of {@link TrainerOptions#batchSize}. */
    public Tensor predict(Dataset data) {
        return predict(loader(data));
    }
}
