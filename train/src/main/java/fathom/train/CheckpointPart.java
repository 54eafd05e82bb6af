package fathom.train;

import fathom.Generator;
import fathom.Tensor;
import fathom.data.DataLoader;
import fathom.io.StateDict;
import fathom.nn.Block;
import fathom.optim.LRScheduler;
import fathom.optim.OptimizerState;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** An object whose state is in a checkpoint, under a name. */
sealed interface CheckpointPart {
    JsonMapper JSON = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** {@return the kind of object, as it is recorded in the file} */
    String kind();

    /** {@return the position in the order of restoring: those whose state is expensive to copy come last} */
    int order();

    /** Adds the state to the file's tensors and metadata. */
    void write(String name, StateDict file);

    /**
     * Parses the state in a file.
     *
     * @return an action that restores it, which throws an {@link IllegalArgumentException} and changes nothing if the
     *     state does not fit this object
     * @throws StateReader.Damaged if it is malformed
     */
    Runnable read(String name, StateDict file) throws StateReader.Damaged;

    /** {@return an action that restores the present state} */
    Runnable snapshot();

    /** {@return whether the state is an entry of the metadata, rather than tensors alone} */
    default boolean hasEntry() {
        return true;
    }

    /** {@return the file's tensors whose names begin with a prefix, without it} */
    static StateDict tensors(String prefix, StateDict file) {
        var found = new StateDict();
        file.entries()
                .forEach((name, t) -> {
                    if (name.startsWith(prefix)) {
                        found.put(name.substring(prefix.length()), t);
                    }
                });
        return found;
    }

    private static void put(String name, StateDict file, Map<String, String> state) {
        file.metadata().put(name, JSON.writeValueAsString(state));
    }

    private static String json(String name, StateDict file) throws StateReader.Damaged {
        String json = file.metadata().get(name);
        if (json == null) {
            throw new StateReader.Damaged(name + " is missing", null);
        }
        return json;
    }

    private static Map<String, Double> numbers(String name, StateDict file) throws StateReader.Damaged {
        return StateReader.numbers(name, json(name, file));
    }

    private static Map<String, Long> wholes(String name, StateDict file) throws StateReader.Damaged {
        var wholes = new LinkedHashMap<String, Long>();
        for (var e : StateReader.texts(name, json(name, file)).entrySet()) {
            try {
                wholes.put(e.getKey(), Long.valueOf(e.getValue()));
            } catch (NumberFormatException x) {
                throw new StateReader.Damaged(
                        "%s.%s is \"%s\"; expected a whole number of 64 bits".formatted(name, e.getKey(), e.getValue()),
                        x);
            }
        }
        return wholes;
    }

    private static Map<String, String> toText(Map<String, Long> wholes) {
        var texts = new LinkedHashMap<String, String>();
        wholes.forEach((name, value) -> texts.put(name, Long.toString(value)));
        return texts;
    }

    /** Parameters and buffers, including those that are not in the state dictionary but may change. */
    record Network(Block net) implements CheckpointPart {
        @Override
        public String kind() {
            return "network";
        }

        @Override
        public int order() {
            return 3;
        }

        @Override
        public boolean hasEntry() {
            return false;
        }

        private static String transientPrefix(String name) {
            return name.equals(Checkpoint.MODEL) ? "transient." : name + ":transient.";
        }

        /** {@return the buffers that are not in the network's state dictionary, by name} */
        private Map<String, Tensor> transients() {
            var found = new LinkedHashMap<>(net.namedBuffers());
            found.keySet().removeAll(net.stateDict().names());
            return found;
        }

        @Override
        public void write(String name, StateDict file) {
            net.stateDict().entries().forEach((n, t) -> file.put(name + "." + n, t));
            transients().forEach((n, t) -> file.put(transientPrefix(name) + n, t));
        }

        @Override
        public Runnable read(String name, StateDict file) {
            StateDict state = tensors(name + ".", file);
            StateDict saved = tensors(transientPrefix(name), file);
            return () -> {
                var values = new IdentityHashMap<Tensor, Tensor>();
                transients()
                        .forEach((n, t) -> {
                            Tensor from = saved.get(n);
                            if (from == null) {
                                return; // an older checkpoint: such buffers were constant tables then
                            }
                            if (!from.shape().equals(t.shape())) {
                                throw new IllegalArgumentException(
                                        "the buffer %s is %s in the checkpoint, %s in the network"
                                                .formatted(n, from.shape(), t.shape()));
                            }
                            values.put(t, from);
                        });
                net.loadStateDict(state);
                values.forEach(Tensor::copy_);
            };
        }

        @Override
        public Runnable snapshot() {
            StateDict before = net.stateDict().copy();
            var buffers = new IdentityHashMap<Tensor, Tensor>();
            transients().values().forEach(t -> buffers.put(t, t.detach().clone().keep()));
            return () -> {
                net.loadStateDict(before);
                buffers.forEach(Tensor::copy_);
            };
        }
    }

    /**
     * The state tensors, step counts and hyper-parameters of an optimiser.
     *
     * @param state returns the present state
     * @param load restores a state, or refuses it without a change
     */
    record Rule(Supplier<OptimizerState> state, Consumer<OptimizerState> load) implements CheckpointPart {
        @Override
        public String kind() {
            return "optimizer";
        }

        @Override
        public int order() {
            return 4;
        }

        @Override
        public void write(String name, StateDict file) {
            OptimizerState now = state.get();
            now.tensors().forEach((n, t) -> file.put(name + "." + n, t));
            put(name, file, now.metadata());
        }

        @Override
        public Runnable read(String name, StateDict file) throws StateReader.Damaged {
            var saved = new OptimizerState(tensors(name + ".", file).entries(), numbers(name, file));
            return () -> load.accept(saved);
        }

        @Override
        public Runnable snapshot() {
            OptimizerState before = state.get();
            return () -> load.accept(before);
        }
    }

    /** The epoch and rates of a schedule. */
    record Schedule(LRScheduler schedule) implements CheckpointPart {
        @Override
        public String kind() {
            return "schedule";
        }

        @Override
        public int order() {
            return 2;
        }

        @Override
        public void write(String name, StateDict file) {
            put(name, file, OptimizerState.toText(schedule.stateDict()));
        }

        @Override
        public Runnable read(String name, StateDict file) throws StateReader.Damaged {
            Map<String, Double> state = numbers(name, file);
            return () -> schedule.loadStateDict(state);
        }

        @Override
        public Runnable snapshot() {
            Map<String, Double> before = schedule.stateDict();
            return () -> schedule.loadStateDict(before);
        }
    }

    /** The seed of a loader and its position. */
    record Loader(DataLoader loader) implements CheckpointPart {
        @Override
        public String kind() {
            return "loader";
        }

        @Override
        public int order() {
            return 1;
        }

        @Override
        public void write(String name, StateDict file) {
            put(name, file, toText(loader.stateDict()));
        }

        @Override
        public Runnable read(String name, StateDict file) throws StateReader.Damaged {
            Map<String, Long> state = wholes(name, file);
            return () -> loader.loadStateDict(state);
        }

        @Override
        public Runnable snapshot() {
            Map<String, Long> before = loader.stateDict();
            return () -> loader.loadStateDict(before);
        }
    }

    /** The seed of a generator and the number of its draws. */
    record Randomness(Generator generator) implements CheckpointPart {
        private static final String SEED = "seed";
        private static final String DRAWS = "draws";

        @Override
        public String kind() {
            return "generator";
        }

        @Override
        public int order() {
            return 0;
        }

        @Override
        public void write(String name, StateDict file) {
            long[] state = generator.getState();
            var wholes = new LinkedHashMap<String, Long>();
            wholes.put(SEED, state[0]);
            wholes.put(DRAWS, state[1]);
            put(name, file, toText(wholes));
        }

        @Override
        public Runnable read(String name, StateDict file) throws StateReader.Damaged {
            Map<String, Long> state = wholes(name, file);
            Long seed = state.get(SEED);
            Long draws = state.get(DRAWS);
            if (seed == null || draws == null || draws < 0) {
                throw new StateReader.Damaged(
                        "%s is %s; expected a seed and the number of draws".formatted(name, state), null);
            }
            return () -> generator.setState(seed, draws);
        }

        @Override
        public Runnable snapshot() {
            long[] before = generator.getState();
            return () -> generator.setState(before);
        }
    }
}
