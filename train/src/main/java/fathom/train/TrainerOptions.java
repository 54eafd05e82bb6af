package fathom.train;

import fathom.Device;
import fathom.Precision;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.loss.Loss;
import fathom.optim.Adam;
import fathom.optim.LRScheduler;
import fathom.optim.Optimizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How a {@link Trainer} trains. What is not set has the defaults named here. */
public final class TrainerOptions {
    BinaryOperator<Tensor> loss = Tensors::crossEntropy;
    String lossName = "CrossEntropyLoss";
    @Nullable Loss lossBlock;
    Function<List<Tensor>, ? extends Optimizer> optimizer = p -> new Adam(p, 1e-3);
    @Nullable Function<Optimizer, ? extends LRScheduler> schedule;
    boolean scheduleBatches;
    @Nullable Double lr;
    List<Metric> metrics = List.of(Metrics.accuracy());
    boolean checkFinite = true;
    double clipNorm;
    double clipValue;
    int accumulate = 1;
    int patience;
    double minDelta;
    @Nullable Path folder;
    boolean resume;
    boolean overwrite;
    final List<TrainingCallback> callbacks = new ArrayList<>();
    @Nullable Long seed;
    boolean progress = true;
    boolean eager;
    int batchSize = 256;
    int workers = 1;
    Precision precision = Precision.FLOAT32;
    @Nullable Device device;
    final Map<String, Object> config = new LinkedHashMap<>();

    TrainerOptions() {}

    /** What is made small. Default: cross entropy. */
    public TrainerOptions loss(Loss loss) {
        this.loss = loss::forward;
        this.lossName = loss.getClass().getSimpleName();
        this.lossBlock = loss;
        return this;
    }

    /** What is made small, as a function from the network's output and the targets to the mean over the batch. */
    public TrainerOptions loss(BinaryOperator<Tensor> loss) {
        this.loss = Objects.requireNonNull(loss);
        this.lossName = "function";
        this.lossBlock = null;
        return this;
    }

    /** Makes the optimiser of the parameters. Default: Adam with a learning rate of 0.001. */
    public TrainerOptions optimizer(Function<List<Tensor>, ? extends Optimizer> optimizer) {
        this.optimizer = Objects.requireNonNull(optimizer);
        return this;
    }

    /**
     * The learning rate of all groups from the first update on, in place of the optimiser's; where a run is resumed, in
     * place of the one in its checkpoint. A schedule goes on from it ({@link LRScheduler#setLr}).
     */
    public TrainerOptions lr(double lr) {
        this.lr = positive("lr", lr);
        return this;
    }

    /**
     * Makes a schedule of the learning rate that goes on after each epoch; {@code ReduceLROnPlateau} is given the mean
     * loss on the test data, or on the training data where there is none. Default: the rate stays.
     */
    public TrainerOptions schedule(Function<Optimizer, ? extends LRScheduler> schedule) {
        this.schedule = Objects.requireNonNull(schedule);
        this.scheduleBatches = false;
        return this;
    }

    /**
     * As {@link #schedule}, but the schedule goes on after each update of the weights, as {@code OneCycleLR} wants it.
     */
    public TrainerOptions scheduleBatches(Function<Optimizer, ? extends LRScheduler> schedule) {
        this.schedule = Objects.requireNonNull(schedule);
        this.scheduleBatches = true;
        return this;
    }

    /**
     * The metrics to report; the first selects the best checkpoint, for which NaN and infinity never count. Default:
     * the accuracy.
     */
    public TrainerOptions metrics(Metric... metrics) {
        this.metrics = List.of(metrics);
        return this;
    }

    /**
     * Whether to end the training with an exception when the loss, or after an epoch a weight, is NaN or infinite;
     * checkpoints are of before then. Otherwise the training goes on, and results show it. Default: yes.
     */
    public TrainerOptions checkFinite(boolean check) {
        this.checkFinite = check;
        return this;
    }

    /** Scales gradients down where their common norm is greater. Default: no. */
    public TrainerOptions clipNorm(double most) {
        this.clipNorm = positive("clipNorm", most);
        return this;
    }

    /** Holds each gradient within {@code -most} and {@code most}. Default: no. */
    public TrainerOptions clipValue(double most) {
        this.clipValue = positive("clipValue", most);
        return this;
    }

    /** How many batches' gradients make one update of the weights, as if they were one batch. Default: 1. */
    public TrainerOptions accumulate(int batches) {
        if (batches < 1) {
            throw new IllegalArgumentException("accumulate: wants at least 1 batch, not " + batches);
        }
        this.accumulate = batches;
        return this;
    }

    /**
     * Ends the training when this many epochs in a row brought no improvement. One whose measure is NaN or infinite
     * brings none. Default: never.
     */
    public TrainerOptions earlyStopping(int patience) {
        return earlyStopping(patience, 0);
    }

    /** As {@link #earlyStopping(int)}; an improvement of no more than {@code minDelta} is none. */
    public TrainerOptions earlyStopping(int patience, double minDelta) {
        if (patience < 1 || !(minDelta >= 0)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "earlyStopping: wants a patience of at least 1 epoch and no negative delta, not %d and %s",
                            patience,
                            minDelta));
        }
        this.patience = patience;
        this.minDelta = minDelta;
        return this;
    }

    /**
     * The run's folder: after each epoch and when interrupted it gets a checkpoint, the weights, those of the best
     * epoch, metrics as CSV, curves as PNG and SVG, and the settings as JSON. One training at a time may use it.
     * Default: none, nothing is written.
     */
    public TrainerOptions checkpoints(Path folder) {
        this.folder = Objects.requireNonNull(folder);
        return this;
    }

    /**
     * Whether to go on from the checkpoint in the run's folder; where there is no earlier run the training begins.
     * Default: no, and a folder that holds a run is refused.
     */
    public TrainerOptions resume(boolean resume) {
        this.resume = resume;
        return this;
    }

    /**
     * Whether to delete what an earlier run left in the run's folder, unless it is resumed. Default: no, such a folder
     * is refused.
     */
    public TrainerOptions overwrite(boolean overwrite) {
        this.overwrite = overwrite;
        return this;
    }

    /** Who is told how it goes. */
    public TrainerOptions callbacks(TrainingCallback... callbacks) {
        this.callbacks.addAll(List.of(callbacks));
        return this;
    }

    /**
     * The seed of every random number drawn in this run: the order of examples, dropout, random transforms. The run has
     * a {@link fathom.Generator} of its own then, so that it is the same whatever other threads draw. Default: it draws
     * from the generator that the thread draws from, as it stands. The network's first weights were drawn before: for
     * those call {@link Tensors#manualSeed}, or {@linkplain fathom.Generator#open open} a generator.
     */
    public TrainerOptions seed(long seed) {
        this.seed = seed;
        return this;
    }

    /**
     * Whether each step runs eagerly, as written, rather than {@linkplain fathom.Captured captured} where that is
     * possible: for debugging, and for networks that depend on what captured steps cannot see. Both give the same
     * numbers to the bit. Default: no.
     */
    public TrainerOptions eager(boolean eager) {
        this.eager = eager;
        return this;
    }

    /**
     * Whether to show progress on standard error: a line per epoch (about twenty lines where there are more than fifty
     * epochs), and a bar on terminals. Default: yes.
     */
    public TrainerOptions progress(boolean show) {
        this.progress = show;
        return this;
    }

    /** Examples per batch, where the trainer is given data sets rather than loaders. Default: 256. */
    public TrainerOptions batchSize(int batchSize) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batchSize: must be at least 1, not " + batchSize);
        }
        this.batchSize = batchSize;
        return this;
    }

    /**
     * The type of numbers that the network and the loss compute with, in training and in tests. Default: FLOAT32.
     *
     * @throws UnsupportedOperationException if this machine would be slower for it, saying why
     */
    public TrainerOptions precision(Precision precision) {
        precision
                .refusal()
                .ifPresent(why -> {
                    throw new UnsupportedOperationException("precision %s: %s".formatted(precision, why));
                });
        this.precision = precision;
        return this;
    }

    /**
     * The device to train on: the network is moved there, and each batch is copied to it. Default: everything stays
     * where it is.
     */
    public TrainerOptions device(Device device) {
        this.device = device;
        return this;
    }

    /** Adds something to the settings that the run's folder keeps. */
    public TrainerOptions note(String name, Object value) {
        config.put(name, value);
        return this;
    }

    private static double positive(String name, double value) {
        if (!(value > 0)) {
            throw new IllegalArgumentException("%s: must be positive, not %s".formatted(name, value));
        }
        return value;
    }
}
