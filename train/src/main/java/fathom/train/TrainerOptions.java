package fathom.train;

import fathom.Device;
import fathom.Precision;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.distributed.ProcessGroup;
import fathom.distributed.parallel.ReducerOptions;
import fathom.nn.loss.CrossEntropyLoss;
import fathom.nn.loss.Loss;
import fathom.optim.Adam;
import fathom.optim.LRScheduler;
import fathom.optim.Optimizer;
import fathom.train.metric.Metric;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Options of a {@link Trainer}, with the defaults stated here. */
public final class TrainerOptions {
    private static final SupervisedTask.LossFunction CROSS_ENTROPY =
            SupervisedTask.LossFunction.of(new CrossEntropyLoss());

    SupervisedTask.LossFunction loss = CROSS_ENTROPY;
    @Nullable Function<List<Tensor>, ? extends Optimizer> optimizer;
    @Nullable Function<Optimizer, ? extends LRScheduler> schedule;
    boolean scheduleBatches;
    @Nullable Double lr;
    @Nullable List<Metric> metrics;
    @Nullable String monitor;
    boolean monitorHigher;
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
    @Nullable ProcessGroup group;
    Consumer<ReducerOptions> reduction = r -> {};
    final Map<String, Object> config = new LinkedHashMap<>();

    TrainerOptions() {}

    /** The loss to minimise, for a trainer of a network; a {@link Task} has its own. Default: cross-entropy. */
    public TrainerOptions loss(Loss loss) {
        this.loss = SupervisedTask.LossFunction.of(loss);
        return this;
    }

    /** The loss to minimise, as a function from the network's output and the targets to the mean over the batch. */
    public TrainerOptions loss(BinaryOperator<Tensor> loss) {
        this.loss = SupervisedTask.LossFunction.of(Objects.requireNonNull(loss));
        return this;
    }

    /** {@return whether a loss was set} */
    boolean hasLoss() {
        return loss != CROSS_ENTROPY;
    }

    /**
     * A function that creates the optimiser of the parameters. One that evaluates the loss several times per step
     * ({@link Optimizer#needsClosure}: L-BFGS, SAM) is given a closure that computes the loss of the batch, its
     * gradients and their clipping; the loss reported is that of its first evaluation. Default: Adam with a learning
     * rate of 0.001.
     */
    public TrainerOptions optimizer(Function<List<Tensor>, ? extends Optimizer> optimizer) {
        this.optimizer = Objects.requireNonNull(optimizer);
        return this;
    }

    Function<List<Tensor>, ? extends Optimizer> optimizer() {
        return optimizer == null ? p -> new Adam(p, 1e-3) : optimizer;
    }

    /**
     * The learning rate of all groups from the first update on; overrides the optimiser's and, in a resumed run, the
     * checkpoint's. A schedule is rescaled to it ({@link LRScheduler#setLr}).
     */
    public TrainerOptions lr(double lr) {
        this.lr = positive("lr", lr);
        return this;
    }

    /**
     * A function that creates a learning-rate schedule, stepped after each epoch; {@code ReduceLROnPlateau} receives
     * the mean loss on the test data, or on the training data if there is no test data. Default: a constant rate.
     */
    public TrainerOptions schedule(Function<Optimizer, ? extends LRScheduler> schedule) {
        this.schedule = Objects.requireNonNull(schedule);
        this.scheduleBatches = false;
        return this;
    }

    /**
     * As {@link #schedule}, but the schedule is stepped after each update of the weights, as {@code OneCycleLR}
     * requires.
     */
    public TrainerOptions scheduleBatches(Function<Optimizer, ? extends LRScheduler> schedule) {
        this.schedule = Objects.requireNonNull(schedule);
        this.scheduleBatches = true;
        return this;
    }

    /**
     * The metrics to report; the first selects the best checkpoint (NaN and infinity are never best). Default: those of
     * the {@link Task}; for a network accuracy if the loss is a classifier's, else none.
     */
    public TrainerOptions metrics(Metric... metrics) {
        this.metrics = List.of(metrics);
        return this;
    }

    /** {@return the metrics to report for a task} */
    List<Metric> metricsOf(Task<?> task) {
        return metrics == null ? task.metrics() : metrics;
    }

    /**
     * The value that selects the best epoch, and that early stopping watches: a metric, a named loss, or a result of
     * {@link Task#evaluation}, on the test data (on the training data if there is no test data). Default: the first
     * metric, else the loss.
     *
     * @param name as printed, without "train" or "test"
     * @param higherIsBetter whether higher values are better
     */
    public TrainerOptions monitor(String name, boolean higherIsBetter) {
        this.monitor = Objects.requireNonNull(name);
        this.monitorHigher = higherIsBetter;
        return this;
    }

    /**
     * Whether to stop the training with an exception when the loss, or after an epoch a weight, is NaN or infinite;
     * checkpoints then precede it. Otherwise the training continues, and the results show it. Default: yes.
     */
    public TrainerOptions checkFinite(boolean check) {
        this.checkFinite = check;
        return this;
    }

    /** Clips gradients to a total norm. Default: no. */
    public TrainerOptions clipNorm(double max) {
        this.clipNorm = positive("clipNorm", max);
        return this;
    }

    /** Clips each element of the gradients to {@code [-max, max]}. Default: no. */
    public TrainerOptions clipValue(double max) {
        this.clipValue = positive("clipValue", max);
        return this;
    }

    /**
     * The number of batches whose gradients are accumulated for one update, as if they were one batch; 1 for optimisers
     * that evaluate the loss several times. Default: 1.
     */
    public TrainerOptions accumulate(int batches) {
        if (batches < 1) {
            throw new IllegalArgumentException("accumulate: expected at least 1 batch, got " + batches);
        }
        this.accumulate = batches;
        return this;
    }

    /**
     * Stops the training after this many consecutive epochs without improvement. An epoch whose metric is NaN or
     * infinite has none. Default: never.
     */
    public TrainerOptions earlyStopping(int patience) {
        return earlyStopping(patience, 0);
    }

    /** As {@link #earlyStopping(int)}; an improvement counts only if it exceeds {@code minDelta}. */
    public TrainerOptions earlyStopping(int patience, double minDelta) {
        if (patience < 1 || !(minDelta >= 0)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "earlyStopping: expected a patience of at least 1 epoch and a non-negative delta, got %d and %s",
                            patience,
                            minDelta));
        }
        this.patience = patience;
        this.minDelta = minDelta;
        return this;
    }

    /**
     * The run's folder: after each epoch and when interrupted, a checkpoint, the weights, those of the best epoch,
     * metrics as CSV, curves as PNG and SVG, and the config as JSON are written there. One training at a time may use
     * it. Default: none, nothing is written.
     */
    public TrainerOptions checkpoints(Path folder) {
        this.folder = Objects.requireNonNull(folder);
        return this;
    }

    /**
     * Whether to resume from the checkpoint in the run's folder; without an earlier run, training starts from the
     * beginning. Default: no, and a folder that holds a run is refused.
     */
    public TrainerOptions resume(boolean resume) {
        this.resume = resume;
        return this;
    }

    /**
     * Whether to delete the files of an earlier run in the run's folder, unless it is resumed. Default: no, such a
     * folder is refused.
     */
    public TrainerOptions overwrite(boolean overwrite) {
        this.overwrite = overwrite;
        return this;
    }

    /** Callbacks, called in this order. */
    public TrainerOptions callbacks(TrainingCallback... callbacks) {
        this.callbacks.addAll(List.of(callbacks));
        return this;
    }

    /**
     * The seed of every random number drawn in this run: the order of examples, dropout, random transforms. The run
     * then has its own {@link fathom.Generator}, so that it is reproducible whatever other threads draw. Default: the
     * thread's current generator in its current state. The network's initial weights were drawn earlier: to seed them
     * call {@link Tensors#manualSeed}, or {@linkplain fathom.Generator#open open} a generator.
     */
    public TrainerOptions seed(long seed) {
        this.seed = seed;
        return this;
    }

    /**
     * Whether to run each step eagerly rather than {@linkplain fathom.Captured captured}: for debugging, and for
     * networks that depend on state that captured steps cannot guard. Both give bit for bit the same results. Default:
     * no.
     */
    public TrainerOptions eager(boolean eager) {
        this.eager = eager;
        return this;
    }

    /**
     * Whether to show progress on standard error: a line per epoch (about twenty lines for more than fifty epochs), and
     * a bar on terminals. Default: yes.
     */
    public TrainerOptions progress(boolean show) {
        this.progress = show;
        return this;
    }

    /** The number of examples per batch, if the trainer is given data sets rather than loaders. Default: 256. */
    public TrainerOptions batchSize(int batchSize) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batchSize: must be at least 1, is " + batchSize);
        }
        this.batchSize = batchSize;
        return this;
    }

    /**
     * The precision of the network and the loss, in training and evaluation. Default: FLOAT32.
     *
     * @throws UnsupportedOperationException if the precision would be slower on this machine; says why
     */
    public TrainerOptions precision(Precision precision) {
        precision
                .slowReason()
                .ifPresent(why -> {
                    throw new UnsupportedOperationException("precision %s: %s".formatted(precision, why));
                });
        this.precision = precision;
        return this;
    }

    /**
     * The device to train on: the network is moved there, and each batch is copied to it. Default: none, nothing is
     * moved.
     */
    public TrainerOptions device(Device device) {
        this.device = device;
        return this;
    }

    /**
     * The processes that share this training, all of which call {@code fit} with the same data and options. Each batch
     * is divided among them, and gradients are averaged over its examples, so that the results are those of one process
     * but for rounding, and for the statistics of batch norms, which are of a part of the batch. {@link #batchSize} is
     * that of the whole batch. Only rank 0 writes files and shows progress. Default: none.
     *
     * <p>All processes end an epoch with the same metrics, which are over the data of all. A checkpoint can be resumed
     * by any number of processes; by the same number, with the same bits.
     */
    public TrainerOptions distributed(ProcessGroup group) {
        return distributed(group, r -> {});
    }

    /**
     * The processes that share this training, with options of how gradients are reduced, such as {@link
     * ReducerOptions#compressToBfloat16}.
     */
    public TrainerOptions distributed(ProcessGroup group, Consumer<ReducerOptions> reduction) {
        this.group = Objects.requireNonNull(group);
        this.reduction = Objects.requireNonNull(reduction);
        return this;
    }

    /** {@return a batch, copied to the device if there is one} */
    Batch onDevice(Batch batch) {
        return device == null ? batch : batch.to(device);
    }

    /** Adds an entry to the config in the run's folder. */
    public TrainerOptions note(String name, Object value) {
        config.put(name, value);
        return this;
    }

    /** {@return options for a range test: those that affect a step, without metrics, files and schedules} */
    TrainerOptions forRangeTest(TrainingCallback test) {
        var o = new TrainerOptions();
        o.loss = loss;
        o.optimizer = optimizer;
        o.metrics = List.of();
        o.checkFinite = false;
        o.clipNorm = clipNorm;
        o.clipValue = clipValue;
        o.accumulate = accumulate;
        o.progress = false;
        o.eager = eager;
        o.precision = precision;
        o.device = device;
        return o.callbacks(test);
    }

    private static double positive(String name, double value) {
        if (!(value > 0)) {
            throw new IllegalArgumentException("%s: must be positive, is %s".formatted(name, value));
        }
        return value;
    }
}
