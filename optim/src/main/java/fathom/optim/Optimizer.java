package fathom.optim;

import fathom.Tensor;
import fathom.guard.Owners;
import fathom.guard.StatefulFamilies;
import fathom.primitive.Ops;
import fathom.primitive.indexing.SparseGradients;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Base class of optimisers, which update parameters from their gradients.
 *
 * {@snippet :
 * var opt = new Adam(net.parameters(), 1e-3);
 * for (var batch : loader) {
 *     var loss = crossEntropy(net.forward(batch.x()), batch.y());
 *     opt.zeroGrad();
 *     loss.backward();
 *     opt.step();
 * }
 * }
 *
 * <p>The rules of this package run one generated kernel over all parameters of a group ({@link FusedOptimizer}). A rule
 * of your own may also extend this class and implement {@link #step} with tensor operations under {@link
 * fathom.Autograd#noGrad}. It is captured like any other code: each value of a hyper-parameter makes another plan, so
 * one that changes at every step should come from {@link fathom.Captured#scalar}. Keep state in tensors that are
 * written in place.
 *
 * @see <a href="https://d2l.ai/chapter_optimization/index.html">Dive into Deep Learning, Optimization Algorithms</a>
 */
public abstract class Optimizer {
    private final List<ParameterGroup> groups = new ArrayList<>();
    private final Map<String, Double> defaults;
    private final transient Map<String, OptimizerOptions.Range> ranges;

    static {
        StatefulFamilies.add(new OptimizerFamily());
    }

    /**
     * An optimiser of some parameters.
     *
     * @param groups the parameters; hyper-parameters that a group does not set are taken from the defaults
     * @param defaults all hyper-parameters of the rule
     * @throws IllegalArgumentException if there are no parameters, one occurs twice or is not a leaf, or a group sets a
     *     hyper-parameter that is not in the defaults
     */
    protected Optimizer(Collection<ParameterGroup> groups, Map<String, Double> defaults) {
        this(groups, defaults, Map.of());
    }

    private Optimizer(
            Collection<ParameterGroup> groups,
            Map<String, Double> defaults,
            Map<String, OptimizerOptions.Range> ranges) {
        Ops.recordCreation(this);
        this.ranges = Map.copyOf(ranges);
        this.defaults = new LinkedHashMap<>(defaults);
        if (groups.isEmpty()) {
            throw new IllegalArgumentException(name() + ": there are no parameters to optimise");
        }
        groups.forEach(this::add);
    }

    /**
     * An optimiser of some parameters.
     *
     * @param groups the parameters; hyper-parameters that a group does not set are taken from the options
     * @throws IllegalArgumentException as the other constructor
     */
    protected Optimizer(Collection<ParameterGroup> groups, OptimizerOptions<?> options) {
        this(groups, options.values(), options.ranges());
    }

    /** {@return a single group of all parameters} */
    protected static List<ParameterGroup> singleGroup(Collection<Tensor> parameters) {
        return List.of(ParameterGroup.of(parameters));
    }

    /** {@return the options after setting the learning rate and applying a configuring lambda} */
    protected static <O extends OptimizerOptions<O>> O configured(O options, double lr, Consumer<O> more) {
        options.set("lr", lr);
        more.accept(options);
        return options;
    }

    /** {@return the groups of parameters, with their hyper-parameters, in the order given} */
    public final List<ParameterGroup> groups() {
        if (Ops.isTracing()) {
            int count = groups.size();
            Ops.recordUse(this);
            Ops.guard(() -> groups.size() == count, "the number of groups of class " + getClass().getName());
        }
        return Collections.unmodifiableList(groups);
    }

    /**
     * Adds a group of parameters, for instance of layers that are unfrozen during training.
     *
     * @throws IllegalArgumentException as the constructor
     */
    public void addGroup(ParameterGroup group) {
        add(group);
    }

    private void add(ParameterGroup group) {
        if (group.parameters().isEmpty()) {
            throw new IllegalArgumentException(name() + ": there are no parameters to optimise");
        }
        Set<Tensor> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        groups.forEach(g -> seen.addAll(g.parameters()));
        for (Tensor p : group.parameters()) {
            if (!p.isLeaf()) {
                throw new IllegalArgumentException(
                        "%s: a tensor of shape %s is the result of an operation; only leaves can be optimised"
                                .formatted(name(), p.shape()));
            }
            if (!p.dtype().isFloating()) {
                throw new IllegalArgumentException(
                        "%s: a parameter of shape %s is %s; expected a floating type"
                                .formatted(name(), p.shape(), p.dtype()));
            }
            if (!seen.add(p)) {
                throw new IllegalArgumentException(
                        "%s: a parameter of shape %s is given twice".formatted(name(), p.shape()));
            }
        }
        for (String set : group.values().keySet()) {
            if (!defaults.containsKey(set) && !set.equals("initialLr")) {
                throw new IllegalArgumentException(
                        "%s: no hyper-parameter %s; this rule has %s".formatted(name(), set, defaults.keySet()));
            }
        }
        defaults.forEach((hyper, value) -> {
            if (!group.has(hyper)) {
                group.set(hyper, hyper.equals("lr") ? value * group.lrScale() : value);
            }
        });
        checkRanges(group);
        check(group);
        groups.add(group);
        group.parameters().forEach(p -> Owners.add(p, this));
    }

    private void checkRanges(ParameterGroup group) {
        ranges.forEach((hyper, range) -> {
            if (defaults.containsKey(hyper)) {
                range.check(name() + ": " + hyper, group.get(hyper));
            }
        });
    }

    /**
     * Validates the hyper-parameters of a new group, and those of a state that is loaded; by default that the learning
     * rate is not negative.
     *
     * @throws IllegalArgumentException if one is invalid, naming it and its value
     */
    protected void check(ParameterGroup group) {
        if (!(group.lr() >= 0)) {
            throw new IllegalArgumentException(
                    "%s: the learning rate must not be negative, is %s".formatted(name(), group.lr()));
        }
    }

    /**
     * The state in Java that this optimiser's {@link #step} depends on, for {@linkplain fathom.Captured captured}
     * steps: a plan is replayed only while this value is unchanged. Null, the default, means all fields of the class
     * that are not transient. Hyper-parameters that {@code step} reads from its groups are always guarded.
     *
     * @return a number, boolean, string, enum or tensor, or a record, list, map or array of these
     */
    protected @Nullable Object guard() {
        return null;
    }

    final String name() {
        return getClass().getSimpleName();
    }

    /** Performs one update of all parameters that have a gradient. */
    public abstract void step();

    /**
     * Performs one update with the gradients that a closure computes. Some rules call it several times per step: {@code
     * LBFGS}, {@code SAM}.
     *
     * {@snippet :
     * var loss = opt.step(() -> {
     *     opt.zeroGrad();
     *     var l = crossEntropy(net.forward(x), y);
     *     l.backward();
     *     return l;
     * });
     * }
     *
     * @param closure resets the gradients, computes the loss and calls its {@code backward}
     * @return the loss of the closure's first call
     */
    public Tensor step(Supplier<Tensor> closure) {
        Tensor loss = closure.get();
        step();
        return loss;
    }

    /**
     * {@return whether a step evaluates the loss several times, so that only {@link #step(Supplier)} makes one; false
     * unless overridden}
     */
    public boolean needsClosure() {
        return false;
    }

    /** Resets the gradients of all parameters to null. */
    public void zeroGrad() {
        zeroGrad(true);
    }

    /**
     * Resets the gradients of all parameters.
     *
     * @param setToNull whether to set gradients to null rather than fill them with zeros
     */
    public void zeroGrad(boolean setToNull) {
        for (ParameterGroup group : groups()) {
            for (Tensor p : group.parameters()) {
                SparseGradients.clear(p);
                if (setToNull) {
                    p.setGrad(null); // without calling grad(), so that its memory can be freed at once
                    continue;
                }
                Tensor g = p.grad();
                if (g != null) {
                    Tensor zeros = g.detach();
                    zeros.zero_();
                    p.setGrad(zeros);
                }
            }
        }
    }

    /** {@return the learning rate of the first group} */
    public double lr() {
        return groups().getFirst().lr();
    }

    /**
     * Sets the learning rate of the first group, and with it those of all others: they are the same, or in the ratio of
     * the groups' {@linkplain ParameterGroup#lrScale scales}.
     */
    public void setLr(double lr) {
        for (ParameterGroup g : groups) {
            g.setLr(lr * relativeScale(g));
        }
    }

    /** {@return the ratio of a group's learning rate to the first group's, where {@link #setLr} sets them} */
    final double relativeScale(ParameterGroup group) {
        double first = groups.getFirst().lrScale();
        return first == 0 ? group.lrScale() : group.lrScale() / first;
    }

    /** {@return a copy of the state: the state tensors and step counts of the rule, and the hyper-parameters} */
    public OptimizerState stateDict() {
        return new OptimizerState(Map.of(), hyperparameters());
    }

    /**
     * Restores a state saved by an optimiser of the same rule, with parameters of the same shapes in the same order.
     *
     * @throws IllegalArgumentException if the state does not fit, naming the entries that are missing or have another
     *     shape; nothing is changed then
     */
    public void loadStateDict(OptimizerState state) {
        loadHyperparameters(state);
    }

    /**
     * {@return the state as PyTorch's {@code optimizer.state_dict()}: {@code {"state": {0: {"exp_avg": ...}},
     * "param_groups": [{"lr": ..., "params": [0, ...]}]}}, which {@link fathom.io.TorchCheckpoint} writes and an
     * optimiser of the same rule in PyTorch loads}
     */
    public final Map<String, Object> torchStateDict() {
        return TorchOptimizerState.of(this);
    }

    /**
     * Restores a state of PyTorch's optimiser of the same rule, as {@link fathom.io.TorchCheckpoint} reads it.
     * Hyper-parameters that it lacks stay as they are.
     *
     * @throws IllegalArgumentException if it does not fit: it has other groups, or entries are missing or have another
     *     shape; nothing is changed then
     */
    public final void loadTorchStateDict(Map<?, ?> state) {
        loadStateDict(TorchOptimizerState.read(this, state));
    }

    /** {@return the hyper-parameters of all groups, named {@code group.<i>.<name>}} */
    protected final Map<String, Double> hyperparameters() {
        var numbers = new LinkedHashMap<String, Double>();
        for (int i = 0; i < groups.size(); i++) {
            String prefix = String.format(Locale.ROOT, "group.%d.", i);
            groups.get(i).values().forEach((hyper, value) -> numbers.put(prefix + hyper, value));
        }
        return numbers;
    }

    /**
     * Sets the hyper-parameters of all groups from a state.
     *
     * @throws IllegalArgumentException if one is missing, or there are more groups; nothing is changed then
     */
    protected final void loadHyperparameters(OptimizerState state) {
        checkHyperparameters(state);
        for (int i = 0; i < groups.size(); i++) {
            String prefix = String.format(Locale.ROOT, "group.%d.", i);
            ParameterGroup group = groups.get(i);
            state.numbers()
                    .forEach((key, value) -> {
                        if (key.startsWith(prefix)) {
                            group.set(key.substring(prefix.length()), value);
                        }
                    });
        }
    }

    final void checkHyperparameters(OptimizerState state) {
        var missing = new ArrayList<String>();
        for (int i = 0; i < groups.size(); i++) {
            for (String hyper : defaults.keySet()) {
                String key = String.format(Locale.ROOT, "group.%d.%s", i, hyper);
                if (!state.numbers().containsKey(key)) {
                    missing.add(key);
                }
            }
        }
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException(
                    "%s: the state belongs to another rule or has fewer groups; it lacks %s"
                            .formatted(name(), missing));
        }
        for (int i = 0; i < groups.size(); i++) {
            checkLoaded(i, state);
        }
        String next = String.format(Locale.ROOT, "group.%d.", groups.size());
        if (state.numbers().keySet().stream().anyMatch(k -> k.startsWith(next))) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: the state has more groups than the %d of this optimiser",
                            name(),
                            groups.size()));
        }
    }

    /** Validates the hyper-parameters that a state has for a group as those of a new group. */
    private void checkLoaded(int i, OptimizerState state) {
        ParameterGroup loaded = ParameterGroup.of(groups.get(i).parameters());
        for (String hyper : defaults.keySet()) {
            String key = String.format(Locale.ROOT, "group.%d.%s", i, hyper);
            double value = Objects.requireNonNull(state.numbers().get(key));
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException(
                        "%s: %s is %s in the state; expected a finite number".formatted(name(), key, value));
            }
            loaded.set(hyper, value);
        }
        checkRanges(loaded);
        check(loaded);
    }

    @Override
    public String toString() {
        var text = new StringBuilder(name()).append(" (\n");
        for (int i = 0; i < groups.size(); i++) {
            text.append("Parameter Group ").append(i).append('\n');
            groups.get(i).values().forEach((hyper, value) -> text.append("    %s: %s\n".formatted(hyper, value)));
        }
        return text.append(')').toString();
    }
}
