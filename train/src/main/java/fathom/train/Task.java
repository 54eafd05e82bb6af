package fathom.train;

import fathom.Tensor;
import fathom.data.Batch;
import fathom.guard.Kind;
import fathom.guard.Kinds;
import fathom.nn.Block;
import fathom.nn.Layer;
import fathom.plot.Plot;
import fathom.train.metric.Metric;
import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Trainer} trains: networks, and the losses of a batch. A classifier or a regressor needs no class of its
 * own, {@code new Trainer(net, t -> t.loss(...))}; everything else is a subclass:
 *
 * {@snippet :
 * record Pair(Tensor source, Tensor sourceLength, Tensor target) {}
 *
 * var task = new Task<Pair>(net) {
 *     @Override
 *     public Losses step(Pair b) {
 *         var logits = net.forward(b.source(), b.sourceLength(), b.target().get(":, :-1"));
 *         return Losses.of("loss", crossEntropy(logits.transpose(1, 2), b.target().get(":, 1:")));
 *     }
 * };
 * new Trainer(task, t -> t.optimizer(p -> new Adam(p, 0.005)).clipNorm(1))
 *     .fit(DataLoader.of(pairs, 64).shuffle(true), Epochs.of(200));
 * }
 *
 * <p>Steps are {@linkplain fathom.Captured captured}: after some batches the Java code of {@link #step} runs no more.
 * The fields of the task are compared at each call, as those of blocks are, and may be changed by callbacks; a step
 * that changes them itself, or reads values from tensors, runs eagerly. State that resuming must restore belongs in the
 * networks' buffers.
 *
 * <p>A task is told of the training as a {@link TrainingCallback}, before all others.
 *
 * @param <B> the batches: {@link Batch}, or a record of tensors, whose components are the tensors of the loader's batch
 *     in order
 */
public abstract class Task<B> implements TrainingCallback {
    private final transient Block net;
    private final transient Class<B> type;

    static {
        Kinds.add(new TaskKind());
    }

    /**
     * A task that trains some networks. The type of its batches is that of the subclass: {@code extends Task<Pair>}.
     *
     * @param nets the networks whose parameters are optimised; the names in checkpoints are those of a single network,
     *     else "0.", "1.", ... and the names in each
     * @throws IllegalArgumentException if there is no network, or the type of the batches is neither {@link Batch} nor
     *     a record
     */
    protected Task(Block... nets) {
        this.type = BatchType.of(this);
        this.net = TaskNets.of(Arrays.asList(nets));
    }

    /** A task that trains some networks, with the type of its batches. */
    protected Task(Class<B> type, Block... nets) {
        this.type = BatchType.checked(type);
        this.net = TaskNets.of(Arrays.asList(nets));
    }

    /** A task that trains some networks, whose names begin the names in checkpoints. */
    protected Task(Class<B> type, Map<String, ? extends Block> nets) {
        this.type = BatchType.checked(type);
        this.net = TaskNets.of(nets);
    }

    Task(Class<B> type, TaskNets nets) {
        this.type = BatchType.checked(type);
        this.net = nets;
    }

    /**
     * {@return the losses of a batch of training data; their sum is minimised}
     *
     * @param batch the batch, on the device of the networks
     */
    public abstract Losses step(B batch);

    /**
     * {@return the losses of a batch of test data, computed in evaluation mode and without gradients; by default those
     * of {@link #step}}
     */
    public Losses evaluate(B batch) {
        return step(batch);
    }

    /**
     * {@return the prediction for a batch, {@code [size, ...]}, computed in evaluation mode and without gradients: by
     * default the output of the task's only network, if it is a {@link Layer}, for the first tensor of the batch}
     */
    public Tensor predict(B batch) {
        if (net instanceof Layer layer) {
            return layer.call(tensors(batch).x());
        }
        throw new UnsupportedOperationException(
                "predict: %s does not say how it predicts; override predict(batch)".formatted(name()));
    }

    /**
     * {@return the metrics of the output that {@link Losses#output} passes, on training and test data; the first
     * selects the best epoch; by default none}
     */
    public List<Metric> metrics() {
        return List.of();
    }

    /**
     * {@return a new accumulator of this task's own results over a pass through the test data, such as BLEU or mean
     * average precision; null, the default, for none}
     */
    public @Nullable TaskTally<B> evaluation() {
        return null;
    }

    /**
     * {@return pictures of the results by file name, which the trainer writes as PNG and SVG into {@code pictures} in
     * the run's folder; by default none} Called after each epoch if there is a folder, in evaluation mode and without
     * gradients.
     *
     * @param result the epoch
     */
    public Map<String, Plot> pictures(EpochResult result) {
        return Map.of();
    }

    /**
     * The state in Java that {@link #step} depends on, for captured steps, as {@link Block} describes it: null, the
     * default, means all fields of the class that are not transient.
     */
    protected @Nullable Object guard() {
        return null;
    }

    /** {@return the network; of several, a block whose children they are} */
    public final Block net() {
        return net;
    }

    /** {@return the batch as this task's type} */
    final B batch(Batch batch) {
        return batch.as(type);
    }

    private static Batch tensors(Object batch) {
        return batch instanceof Batch b ? b : Batch.of((Record) batch);
    }

    /** {@return the name for messages and the run's config: that of the class, if it has one} */
    String name() {
        String name = getClass().getSimpleName();
        return name.isEmpty() ? "Task" : name;
    }

    /** {@return the parts of a step, each with an optimiser of its own} */
    List<PhasedTask.Phase<B>> phases() {
        return List.of(new PhasedTask.Phase<>("", net, new PhaseOptions(), this::step));
    }

    /** How captured steps guard the state of users' tasks; those of this package record what they use. */
    private static final class TaskKind implements Kind {
        @Override
        public Class<?> base() {
            return Task.class;
        }

        @Override
        public boolean open(Field field) {
            return field.trySetAccessible();
        }

        @Override
        public boolean isOurs(Class<?> type) {
            return type == SupervisedTask.class || type == PhasedTask.class;
        }

        @Override
        public boolean readsFields(Class<?> type) {
            return !isOurs(type);
        }

        @Override
        public @Nullable Object declared(Object of) {
            return ((Task<?>) of).guard();
        }

        @Override
        public Collection<?> above(Object of) {
            return List.of();
        }

        @Override
        public @Nullable Supplier<List<?>> below(Object of) {
            return null;
        }
    }
}
