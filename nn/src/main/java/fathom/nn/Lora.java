package fathom.nn;

import fathom.Autograd;
import fathom.Tensor;
import fathom.io.StateDict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Low-rank adaptation (Hu et al., 2021): the weights of a network are frozen, and small adapters of linear layers,
 * convolutions and attention projections are trained instead.
 *
 * {@snippet :
 * var lora = Lora.apply(net, o -> o.rank(8).alpha(16).target("self_attn", "linear1").trainable("fc"));
 * new Trainer(net, t -> t.optimizer(p -> new AdamW(lora.parameters(), 1e-3))).fit(data, Epochs.of(3));
 * lora.save(Path.of("adapters.safetensors"));     // a few per cent of the network's size
 * lora.merge();                                   // the network as before, with the changed weights
 * }
 *
 * <p>The adapters are children of the layers that they correct, named {@code adapter}, and so part of the network's
 * parameters and of its checkpoints. Norms stay in evaluation mode: their running statistics do not change.
 *
 * @see <a href="https://arxiv.org/abs/2106.09685">LoRA: Low-Rank Adaptation of Large Language Models</a>
 */
public final class Lora {
    private static final String FORMAT = "format";
    private static final String FORMAT_NAME = "fathom lora";
    private static final String SCALE = "scale";
    private static final String DROPOUT = "dropout";
    private static final String A = "lora_a";
    private static final String B = "lora_b";

    private final Block net;
    private final Map<String, AdapterSlot> slots;

    /** The parameters, parts of the network, that are trained beside the adapters. */
    private final List<String> trainable;

    private final List<Tensor> frozen = new ArrayList<>();
    private final List<Block> held = new ArrayList<>();

    private Lora(Block net, Map<String, AdapterSlot> slots, List<String> trainable) {
        this.net = net;
        this.slots = slots;
        this.trainable = trainable;
    }

    /** Options of adapters. */
    public static final class Options {
        private long rank = 8;
        private double alpha = Double.NaN;
        private double dropout;
        private final List<String> targets = new ArrayList<>();
        private final List<String> trainable = new ArrayList<>();

        private Options() {}

        /** The rank of the corrections; 8 unless set. */
        public Options rank(long rank) {
            if (rank < 1) {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "Lora: the rank must be at least 1, is %d", rank));
            }
            this.rank = rank;
            return this;
        }

        /** The corrections are multiplied by alpha / rank; alpha is the rank unless set. */
        public Options alpha(double alpha) {
            if (!(alpha > 0) || Double.isInfinite(alpha)) {
                throw new IllegalArgumentException("Lora: alpha must be a positive number, is " + alpha);
            }
            this.alpha = alpha;
            return this;
        }

        /** The dropout probability of the adapters' inputs in training; 0 unless set. */
        public Options dropout(double dropout) {
            if (!(dropout >= 0 && dropout < 1)) {
                throw new IllegalArgumentException("Lora: dropout must be from 0 to below 1, is " + dropout);
            }
            this.dropout = dropout;
            return this;
        }

        /**
         * The layers to adapt; all linear layers, convolutions and attention projections unless set.
         *
         * @param names names of blocks, or their last components, with all layers below them: {@code "layer4"}, {@code
         *     "self_attn"}, {@code "q_proj", "v_proj"} for two projections of {@link
         *     fathom.nn.transformer.MultiheadAttention}. {@code *} stands for any characters other than dots, {@code
         *     **} for any characters.
         */
        public Options target(String... names) {
            Collections.addAll(targets, names);
            return this;
        }

        /**
         * Parts that are trained in full beside the adapters, such as a new head: names as of {@link
         * Block#namedParameters(String...)}.
         */
        public Options trainable(String... parts) {
            Collections.addAll(trainable, parts);
            return this;
        }
    }

    // ---- attaching ------------------------------------------------------------------------------------------------

    /** {@return adapters of rank 8 of all layers of a network; its own parameters are frozen} */
    public static Lora apply(Block net) {
        return apply(net, o -> {});
    }

    /**
     * {@return new adapters, attached to layers of a network; its other parameters are frozen}
     *
     * @throws IllegalArgumentException if a name selects nothing, naming what there is, or a layer has an adapter
     *     already; nothing is changed then
     */
    public static Lora apply(Block net, Consumer<Options> options) {
        var o = new Options();
        options.accept(o);
        Map<String, AdapterSlot> slots = targeted(net, o);
        List<String> trainable =
                o.trainable.isEmpty()
                        ? List.of()
                        : List.copyOf(net.namedParameters(o.trainable.toArray(String[]::new)).keySet());
        double scale = (Double.isNaN(o.alpha) ? o.rank : o.alpha) / o.rank;
        var adapters = new LinkedHashMap<String, LoraAdapter>();
        slots.forEach((name, slot) -> adapters.put(name, new LoraAdapter(slot, o.rank, scale, o.dropout)));
        return new Lora(net, slots, trainable).attach(adapters);
    }

    /** {@return all places for adapters, by name} */
    private static Map<String, AdapterSlot> slots(Block net) {
        var found = new LinkedHashMap<String, AdapterSlot>();
        net.namedBlocks()
                .forEach((path, block) -> {
                    if (block instanceof Adaptable layer) {
                        for (AdapterSlot slot : layer.adapterSlots()) {
                            found.put(slot.name().isEmpty() ? path : prefixed(path, slot.name()), slot);
                        }
                    }
                });
        return found;
    }

    private static Map<String, AdapterSlot> targeted(Block net, Options o) {
        Map<String, AdapterSlot> all = slots(net);
        List<NamePattern> targets =
                (o.targets.isEmpty() ? List.of("") : o.targets).stream().map(NamePattern::ofEnd).toList();
        List<NamePattern> whole = NamePattern.all(o.trainable);
        for (NamePattern target : targets) {
            if (all.keySet().stream().noneMatch(target::matches)) {
                throw new IllegalArgumentException(
                        "Lora: no linear layer, convolution or attention projection of %s is named %s or in a block of that name; there are %s"
                                .formatted(net.reprName(), target, all.isEmpty() ? "none" : excerpt(all.keySet())));
            }
        }
        var found = new LinkedHashMap<String, AdapterSlot>();
        all.forEach((name, slot) -> {
            if (!NamePattern.anyMatches(targets, name) || NamePattern.anyMatches(whole, name)) {
                return;
            }
            if (slot.adapter().get() != null) {
                throw new IllegalArgumentException(
                        "Lora: %s has an adapter already; merge() or remove() it first".formatted(name));
            }
            found.put(name, slot);
        });
        return found;
    }

    private static String excerpt(Set<String> names) {
        int most = 8;
        String first = String.join(", ", names.stream().limit(most).toList());
        return names.size() <= most ? first : String.format(Locale.ROOT, "%s and %d more", first, names.size() - most);
    }

    private Lora attach(Map<String, LoraAdapter> adapters) {
        Set<String> whole = Set.copyOf(trainable);
        net.namedParameters()
                .forEach((name, p) -> {
                    if (p.requiresGrad() && !whole.contains(name)) {
                        p.requiresGrad_(false);
                        frozen.add(p);
                    }
                });
        for (Block block : net.blocks()) {
            if (!block.hasTrainableParameters() && block.holdInEvaluation()) {
                held.add(block);
            }
        }
        boolean mode = net.isTraining();
        adapters.forEach((name, adapter) -> {
            adapter.train(mode);
            slot(name).attach().accept(adapter);
        });
        return this;
    }

    private AdapterSlot slot(String name) {
        return Objects.requireNonNull(slots.get(name), name);
    }

    // ---- use ------------------------------------------------------------------------------------------------------

    /** {@return the adapters by the name of the layer or projection} */
    public Map<String, LoraAdapter> adapters() {
        var found = new LinkedHashMap<String, LoraAdapter>();
        slots.forEach((name, slot) -> {
            LoraAdapter adapter = slot.adapter().get();
            if (adapter != null) {
                found.put(name, adapter);
            }
        });
        return found;
    }

    /** {@return the parameters to train: those of the adapters, and of the parts that are trained in full} */
    public List<Tensor> parameters() {
        var all = new ArrayList<Tensor>();
        adapters().values().forEach(a -> all.addAll(a.parameters()));
        Map<String, Tensor> own = net.namedParameters();
        trainable.forEach(name -> all.add(Objects.requireNonNull(own.get(name), name)));
        return List.copyOf(all);
    }

    /**
     * Folds the adapters into the weights and removes them: the network computes the same, up to rounding, as fast as
     * before. The parameters that were frozen are trainable again.
     */
    public void merge() {
        try (var _ = Autograd.noGrad()) {
            adapters().forEach((name, adapter) -> slot(name).weight().add_(adapter.delta()));
        }
        remove();
    }

    /** Removes the adapters: the network is what it was, apart from parts that were trained in full. */
    public void remove() {
        adapters().keySet().forEach(name -> slot(name).attach().accept(null));
        frozen.forEach(p -> p.requiresGrad_(true));
        frozen.clear();
        held.forEach(block -> block.release(net.isTraining()));
        held.clear();
    }

    // ---- files ----------------------------------------------------------------------------------------------------

    /**
     * {@return the adapters, {@code NAME.lora_a} and {@code NAME.lora_b} with the name of the layer or projection, and
     * the parameters and buffers of the parts that are trained in full; the tensors share memory}
     */
    public StateDict stateDict() {
        var state = new StateDict();
        adapters()
                .forEach((name, a) -> {
                    state.put(prefixed(name, A), a.loraA.detach());
                    state.put(prefixed(name, B), a.loraB.detach());
                });
        Set<String> whole = Set.copyOf(trainable);
        Set<String> blocks = whole.stream().map(Lora::owner).collect(Collectors.toSet());
        Map<String, Tensor> parameters = net.namedParameters();
        net.stateDict()
                .entries()
                .forEach((name, t) -> {
                    boolean isBuffer = !parameters.containsKey(name);
                    if (isBuffer ? blocks.contains(owner(name)) : whole.contains(name)) {
                        state.put(name, t);
                    }
                });
        state.metadata().put(FORMAT, FORMAT_NAME);
        adapters().values().stream()
                .findFirst()
                .ifPresent(a -> {
                    state.metadata().put(SCALE, Double.toString(a.scale()));
                    state.metadata().put(DROPOUT, Double.toString(a.dropout()));
                });
        return state;
    }

    /**
     * Writes the adapters alone, as {@link StateDict#save} does: {@code .safetensors} or {@code .pth}.
     *
     * @throws IOException if the file cannot be written; an existing one is unchanged then
     */
    public void save(Path file) throws IOException {
        stateDict().save(file);
    }

    /**
     * {@return adapters read from a file, attached to a network with the weights that they were trained with}
     *
     * @throws IOException if the file cannot be read, or does not hold adapters
     * @throws IllegalArgumentException if the network lacks a layer or parameter of the file, or one has another shape;
     *     nothing is changed then
     */
    public static Lora load(Block net, Path file) throws IOException {
        StateDict state = StateDict.load(file);
        if (!FORMAT_NAME.equals(state.metadata().get(FORMAT))) {
            throw new IOException("%s: it holds no adapters: those are written by Lora.save".formatted(file));
        }
        double scale = number(file, state, SCALE);
        double dropout = number(file, state, DROPOUT);
        Map<String, AdapterSlot> all = slots(net);
        Map<String, Tensor> own = net.stateDict().entries();
        var slots = new LinkedHashMap<String, AdapterSlot>();
        var adapters = new LinkedHashMap<String, LoraAdapter>();
        var whole = new StateDict();
        var problems = new ArrayList<String>();
        state.entries()
                .forEach((entry, t) -> {
                    String name = owner(entry);
                    switch (entry.substring(entry.lastIndexOf('.') + 1)) {
                        case A -> {
                            AdapterSlot slot = all.get(name);
                            LoraAdapter adapter =
                                    slot == null ? null : read(slot, name, state, scale, dropout, problems);
                            if (slot == null) {
                                problems.add("there is no layer or projection " + name);
                            } else if (adapter != null) {
                                slots.put(name, slot);
                                adapters.put(name, adapter);
                            }
                        }
                        case B -> {} // read with A
                        default -> {
                            Tensor here = own.get(entry);
                            if (here == null || !here.shape().equals(t.shape())) {
                                problems.add(
                                        "%s is %s in the file, %s in the network"
                                                .formatted(entry, t.shape(), here == null ? "not" : here.shape()));
                            }
                            whole.put(entry, t);
                        }
                    }
                });
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(
                    "Lora: %s does not fit %s: %s".formatted(file, net.reprName(), String.join("; ", problems)));
        }
        net.loadStateDict(whole, false);
        List<String> trainable = whole.names().stream().filter(net.namedParameters()::containsKey).toList();
        return new Lora(net, slots, trainable).attach(adapters);
    }

    /** {@return an adapter with the values in a file; null where they do not fit} */
    private static @Nullable LoraAdapter read(
            AdapterSlot slot, String name, StateDict state, double scale, double dropout, List<String> problems) {
        Tensor a = Objects.requireNonNull(state.get(prefixed(name, A)));
        Tensor b = state.get(prefixed(name, B));
        if (slot.adapter().get() != null) {
            problems.add(name + " has an adapter already; merge() or remove() it first");
            return null;
        }
        if (b == null || b.dim() < 2 || b.size(1) < 1) {
            problems.add("%s lacks %s".formatted(name, B));
            return null;
        }
        var adapter = new LoraAdapter(slot, b.size(1), scale, dropout);
        if (!a.shape().equals(adapter.loraA.shape()) || !b.shape().equals(adapter.loraB.shape())) {
            problems.add(
                    "the adapter of %s is %s and %s in the file, %s and %s in the network"
                            .formatted(name, a.shape(), b.shape(), adapter.loraA.shape(), adapter.loraB.shape()));
            return null;
        }
        try (var _ = Autograd.noGrad()) {
            adapter.loraA.copy_(a);
            adapter.loraB.copy_(b);
        }
        return adapter;
    }

    private static double number(Path file, StateDict state, String name) throws IOException {
        String text = state.metadata().get(name);
        try {
            double value = Double.parseDouble(String.valueOf(text));
            if (value >= 0 && Double.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            // refused below
        }
        throw new IOException("%s: damaged: its %s is %s, not a number of at least 0".formatted(file, name, text));
    }

    /** {@return the name of the block that has a parameter} */
    private static String owner(String parameter) {
        return parameter.substring(0, Math.max(0, parameter.lastIndexOf('.')));
    }

    private static String prefixed(String block, String parameter) {
        return block.isEmpty() ? parameter : block + "." + parameter;
    }
}
