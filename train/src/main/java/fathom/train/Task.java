package fathom.train;

import fathom.Tensor;
import fathom.data.Batch;
import fathom.guard.StatefulFamilies;
import fathom.guard.StatefulFamily;
import fathom.nn.Block;
import fathom.nn.Layer;
import fathom.plot.Plot;
import fathom.train.metric.Metric;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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
        StatefulFamilies.add(new TaskFamily());
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
    private static final class TaskFamily implements StatefulFamily {
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

    /** The networks of a task, as children of one block. */
    static final class TaskNets extends Block {
        private final transient Map<String, Block> nets = new LinkedHashMap<>();

        /** {@return the only network itself, or several as children named by their number} */
        static Block of(List<? extends Block> nets) {
            if (nets.isEmpty()) {
                throw new IllegalArgumentException("Task: expected at least one network to train");
            }
            if (nets.size() == 1) {
                return nets.getFirst();
            }
            var all = new TaskNets();
            for (int i = 0; i < nets.size(); i++) {
                all.add(String.format(Locale.ROOT, "%d", i), nets.get(i));
            }
            return all;
        }

        /** {@return several networks as children with these names} */
        static Block of(Map<String, ? extends Block> nets) {
            var all = new TaskNets();
            nets.forEach(all::add);
            if (all.nets.isEmpty()) {
                throw new IllegalArgumentException("Task: expected at least one network to train");
            }
            return all;
        }

        /** Adds a network, once. */
        void add(String name, Block net) {
            if (nets.values().stream().noneMatch(n -> n == net)) {
                nets.put(name, net);
            }
        }

        @Override
        protected String reprName() {
            return "Networks";
        }

        @Override
        public Map<String, Block> namedChildren() {
            return new LinkedHashMap<>(nets);
        }
    }

    /** Finds the type of a task's batches in its class. */
    private static final class BatchType {
        private BatchType() {}

        /**
         * {@return the B of the {@code Task<B>} that a task extends; {@link Batch} if it extends the raw class}
         *
         * @throws IllegalArgumentException if it is neither {@link Batch} nor a record, or not known
         */
        @SuppressWarnings("unchecked") // it is the type argument
        static <B> Class<B> of(Task<B> task) {
            Map<Type, Type> known = new HashMap<>();
            Class<?> c = task.getClass();
            while (c != null && c != Task.class) {
                if (c.getGenericSuperclass() instanceof ParameterizedType p) {
                    TypeVariable<?>[] variables = c.getSuperclass().getTypeParameters();
                    for (int i = 0; i < variables.length; i++) {
                        Type argument = p.getActualTypeArguments()[i];
                        known.put(variables[i], known.getOrDefault(argument, argument));
                    }
                }
                c = c.getSuperclass();
            }
            Type type = known.getOrDefault(Task.class.getTypeParameters()[0], Batch.class);
            return (Class<B>) checked(raw(type, task));
        }

        private static Class<?> raw(Type type, Task<?> task) {
            return switch (type) {
                case Class<?> c -> c;
                case ParameterizedType p when p.getRawType() instanceof Class<?> c -> c;
                default ->
                        throw new IllegalArgumentException(
                                "%s: the type of its batches is not known, since it is a type variable; pass the class to the constructor: super(Pair.class, net)"
                                        .formatted(task.getClass().getName()));
            };
        }

        /** {@return the type, if batches can be of it} */
        static <B> Class<B> checked(Class<B> type) {
            if (type != Batch.class && !type.isRecord()) {
                throw new IllegalArgumentException(
                        "Task<%s>: a task's batches are of type Batch, or a record of tensors"
                                .formatted(type.getSimpleName()));
            }
            return type;
        }
    }
}
