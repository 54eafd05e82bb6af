package fathom.nn;

import fathom.Autograd;
import fathom.DType;
import fathom.Device;
import fathom.Tensor;
import fathom.guard.Owners;
import fathom.guard.StatefulFamilies;
import fathom.io.StateDict;
import fathom.primitive.Ops;
import fathom.primitive.indexing.SparseGradients;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A tree of named parameters, buffers and child blocks: PyTorch's {@code nn.Module}.
 *
 * <p>Its parts are found by reflection on its fields. A field whose type is a block, or a list, array, map or record of
 * blocks, holds children; a tensor registered by {@link #parameter} or {@link #buffer} in the constructor is a
 * parameter or buffer. Names are those of the fields in PyTorch's spelling ({@code runningMean} becomes {@code
 * running_mean}); fields of superclasses come first. The fields may be private and final; a class in a named module
 * needs {@code opens <package> to fathom.nn}.
 *
 * <pre>{@code
 * class Scale extends Layer {
 *     final Tensor weight = parameter(ones(1));
 *     public Tensor forward(Tensor x) { return x.mul(weight); }
 * }
 * }</pre>
 *
 * @see <a href="https://d2l.ai/chapter_builders-guide/model-construction.html">Dive into Deep Learning, Layers and
 *     Modules</a>
 */
public abstract class Block {
    private final Set<Tensor> parameters = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<Tensor> buffers = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<Tensor> transients = Collections.newSetFromMap(new IdentityHashMap<>());
    private boolean training = true;

    /** Whether this block stays in evaluation mode until it is unfrozen. */
    private boolean heldInEvaluation;

    /** The blocks known to hold this one; a captured step that calls this one depends on their state as well. */
    private volatile List<WeakReference<Block>> parents = List.of();

    /** For a list or map that wraps a field of another block: that block; else null. */
    private @Nullable Block fieldOwner;

    static {
        StatefulFamilies.add(new BlockFamily());
    }

    /** A block in training mode. */
    protected Block() {
        Ops.recordCreation(this);
    }

    // ---- for constructors -----------------------------------------------------------------------------------------

    /** Registers a tensor, to be held by a field, as a parameter: trained, saved and loaded. */
    protected final Tensor parameter(Tensor tensor) {
        // a parameter of another block stays the same object, so that weights can be shared
        Tensor own = tensor.isLeaf() && tensor.requiresGrad() ? tensor : tensor.detach();
        parameters.add(own.keep());
        Owners.add(own, this);
        return own.requiresGrad_();
    }

    /** Registers a tensor, to be held by a field, as a buffer: not trained, but saved and loaded. */
    protected final Tensor buffer(Tensor tensor) {
        Tensor own = tensor.detach();
        buffers.add(own.keep());
        Owners.add(own, this);
        return own;
    }

    /** {@return {@link #buffer} of a tensor that may be null, as class weights of a loss may be} */
    protected final @Nullable Tensor optionalBuffer(@Nullable Tensor tensor) {
        return tensor == null ? null : buffer(tensor);
    }

    /**
     * Registers a tensor, to be held by a field, as a buffer that is not saved ({@code persistent=False} in PyTorch):
     * it only follows {@link #to}.
     */
    protected final Tensor transientBuffer(Tensor tensor) {
        Tensor own = buffer(tensor);
        transients.add(own);
        return own;
    }

    // ---- capture --------------------------------------------------------------------------------------------------

    /**
     * The state in Java that this block's results depend on, for {@linkplain fathom.Captured captured} steps: a plan is
     * replayed only while this value is unchanged. Null, the default, means all fields of the class that are not
     * transient. Override it where a field cannot be compared, or holds more than the result depends on; parameters,
     * buffers, children and the training mode are always guarded.
     *
     * {@snippet :
     * final class Embedded extends Layer {
     *     private final Lexicon lexicon; // an object whose fields must not be inspected
     *
     *     Embedded(Lexicon lexicon) {
     *         this.lexicon = lexicon;
     *     }
     *
     *     @Override
     *     public Tensor forward(Tensor x) {
     *         return lexicon.find(x);
     *     }
     *
     *     @Override
     *     protected Object guard() {
     *         return lexicon.version();
     *     }
     * }
     * }
     *
     * @return a number, boolean, string, enum, tensor or block, or a record, list, map or array of these
     */
    protected @Nullable Object guard() {
        return null;
    }

    /** {@return the blocks known to hold this one} */
    final List<Block> parents() {
        return parents.stream().map(WeakReference::get).filter(Objects::nonNull).toList();
    }

    private void addParent(Block parent) {
        for (WeakReference<Block> h : parents) {
            if (h.get() == parent) {
                return;
            }
        }
        synchronized (this) {
            var now = new ArrayList<WeakReference<Block>>();
            for (WeakReference<Block> h : parents) {
                if (h.get() != null && h.get() != parent) {
                    now.add(h);
                }
            }
            now.add(new WeakReference<>(parent));
            parents = List.copyOf(now);
        }
    }

    /** {@return the direct children, with lists and maps expanded} */
    final List<Block> directChildren() {
        var all = new ArrayList<Block>();
        for (Block b : namedChildren().values()) {
            if (!b.isFieldWrapper()) {
                all.add(b);
            } else {
                all.addAll(b.directChildren());
            }
        }
        return all;
    }

    // ---- the tree -------------------------------------------------------------------------------------------------

    /** {@return this block's own parameters and buffers by name, in order, without those of children} */
    private Map<String, Tensor> ownTensors() {
        var found = new LinkedHashMap<String, Tensor>();
        for (BlockFields.Named f : BlockFields.of(getClass())) {
            BlockContents.tensors(f.name(), f.read(this), (name, t) -> addOwn(found, name, t));
        }
        tensorsByName().forEach((name, t) -> addOwn(found, name, t));
        checkAllNamed(found.values());
        return found;
    }

    /**
     * {@return parameters and buffers that are not fields of their own, because their number depends on constructor
     * arguments; by name}
     */
    protected Map<String, Tensor> tensorsByName() {
        return Map.of();
    }

    private void addOwn(Map<String, Tensor> found, String name, Tensor t) {
        if ((parameters.contains(t) || buffers.contains(t)) && found.putIfAbsent(name, t) != null) {
            throw new IllegalStateException(
                    "%s: two fields hold a tensor named %s".formatted(getClass().getName(), name));
        }
    }

    private void checkAllNamed(Collection<Tensor> held) {
        Set<Tensor> all = Collections.newSetFromMap(new IdentityHashMap<>());
        all.addAll(held);
        for (Set<Tensor> kind : List.of(parameters, buffers)) {
            for (Tensor t : kind) {
                if (!all.contains(t)) {
                    throw new IllegalStateException(
                            "%s: no field holds the %s of shape %s, so it has no name"
                                    .formatted(
                                            getClass().getName(),
                                            kind == parameters ? "parameter" : "buffer",
                                            t.shape()));
                }
            }
        }
    }

    /** {@return this block's own parameters, without those of children} */
    final List<Tensor> ownParameters() {
        return ownTensors().values().stream().filter(parameters::contains).toList();
    }

    /** {@return the children by name, in order} */
    public Map<String, Block> namedChildren() {
        var found = new LinkedHashMap<String, Block>();
        for (BlockFields.Named f : BlockFields.of(getClass())) {
            Block child = BlockContents.child(this, f, f.read(this));
            if (child != null) {
                addChild(found, f.name(), child);
            }
        }
        return found;
    }

    /** {@return this collection, marked as a wrapper of (a part of) a field's value} */
    final Block ofFieldOf(Block owner) {
        fieldOwner = owner;
        return this;
    }

    /** {@return whether this is a collection that wraps (a part of) a field's value} */
    final boolean isFieldWrapper() {
        return fieldOwner != null;
    }

    private void addChild(Map<String, Block> found, String name, Block child) {
        if (found.putIfAbsent(name, child) != null) {
            throw new IllegalStateException(
                    "%s: two fields hold a block named %s".formatted(getClass().getName(), name));
        }
    }

    /** {@return the children, in order} */
    public final List<Block> children() {
        List<Block> children = List.copyOf(namedChildren().values());
        children.forEach(this::link);
        return children;
    }

    /** {@return the children of a type, in order: {@code new Sequential(net.children(Layer.class).subList(0, 8))}} */
    public final <B extends Block> List<B> children(Class<B> type) {
        return children().stream().filter(type::isInstance).map(type::cast).toList();
    }

    /**
     * {@return the descendant with a path such as {@code layer1.0.conv1}: PyTorch's {@code get_submodule}}
     *
     * @throws IllegalArgumentException if there is none, naming the children that there are
     */
    public final Block block(String path) {
        Block at = this;
        String where = "";
        for (String name : path.isEmpty() ? new String[0] : path.split("\\.", -1)) {
            Map<String, Block> children = at.namedChildren();
            Block child = children.get(name);
            if (child == null) {
                throw new IllegalArgumentException(
                        "%s has no block %s: %s has %s"
                                .formatted(
                                        reprName(),
                                        path,
                                        where.isEmpty() ? "it" : where,
                                        children.isEmpty()
                                                ? "no children"
                                                : "the children " + String.join(", ", children.keySet())));
            }
            at.link(child);
            at = child;
            where = where.isEmpty() ? name : where + "." + name;
        }
        return at;
    }

    /**
     * {@return the descendant with a path, of a type: {@code net.block("layer1.0.conv1", Conv2d.class).weight}}
     *
     * @throws IllegalArgumentException if there is none, or it is of another type
     */
    public final <B extends Block> B block(String path, Class<B> type) {
        Block found = block(path);
        if (!type.isInstance(found)) {
            throw new IllegalArgumentException(
                    "%s: %s is a %s, not a %s".formatted(reprName(), path, found.reprName(), type.getSimpleName()));
        }
        return type.cast(found);
    }

    /**
     * Replaces a descendant: {@code net.replace("fc", new Linear(512, 3))}. Optimisers keep the parameters that they
     * were made with.
     *
     * @param path the path of an element of a {@link Sequential} or {@link ModuleList}, or of a field that is not final
     * @throws IllegalArgumentException if there is none, or the field is final or has another type
     */
    public final void replace(String path, Block with) {
        int dot = path.lastIndexOf('.');
        var _ = block(path); // refuses unknown paths
        block(path.substring(0, Math.max(0, dot))).setChild(path.substring(dot + 1), with);
    }

    /** Replaces a direct child, which exists. */
    void setChild(String name, Block with) {
        for (BlockFields.Named f : BlockFields.of(getClass())) {
            if (f.name().equals(name) && f.read(this) instanceof Block) {
                f.write(this, with);
                return;
            }
        }
        throw new IllegalArgumentException(
                "replace: %s is in a list, map or record of a field: replace it there".formatted(name));
    }

    private void link(Block child) {
        child.addParent(fieldOwner == null ? this : fieldOwner);
    }

    /** {@return this block, named "", and all its descendants, each once, parents before children} */
    public final Map<String, Block> namedBlocks() {
        var found = new LinkedHashMap<String, Block>();
        Set<Block> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        walk(
                "",
                (name, block) -> {
                    if (seen.add(block)) {
                        found.put(name, block);
                    }
                });
        return found;
    }

    /** {@return this block and all its descendants, each once, parents before children} */
    public final List<Block> blocks() {
        return List.copyOf(namedBlocks().values());
    }

    /** {@return this block and all its descendants of a type, each once, parents before children} */
    public final <B extends Block> List<B> blocks(Class<B> type) {
        return blocks().stream().filter(type::isInstance).map(type::cast).toList();
    }

    private void walk(String name, BiConsumer<String, Block> visit) {
        visit.accept(name, this);
        namedChildren()
                .forEach((child, block) -> {
                    link(block);
                    block.walk(name.isEmpty() ? child : name + "." + child, visit);
                });
    }

    /** Visits every tensor of the tree by name; one that is shared is visited once per place. */
    private void forEachTensor(TensorVisitor visit) {
        walk(
                "",
                (name, block) -> {
                    String prefix = name.isEmpty() ? "" : name + ".";
                    Map<String, Tensor> own = block.ownTensors();
                    own.forEach((n, t) -> {
                        if (block.parameters.contains(t)) {
                            visit.accept(prefix + n, t, block);
                        }
                    });
                    own.forEach((n, t) -> {
                        if (block.buffers.contains(t)) {
                            visit.accept(prefix + n, t, block);
                        }
                    });
                });
    }

    @FunctionalInterface
    private interface TensorVisitor {
        void accept(String name, Tensor tensor, Block owner);
    }

    /** {@return all parameters by name, each once} */
    public final Map<String, Tensor> namedParameters() {
        return once(true);
    }

    /**
     * {@return the parameters of some parts by name, each once}
     *
     * @param parts names of parameters, or of blocks with all parameters below them: {@code "layer4", "fc.bias"}.
     *     {@code *} stands for any characters other than dots, {@code **} for any characters: {@code "layer*.0",
     *     "**.bias"}
     * @throws IllegalArgumentException if a name selects no parameter, naming the parts that there are
     */
    public final Map<String, Tensor> namedParameters(String... parts) {
        Map<String, Tensor> all = namedParameters();
        List<NamePattern> patterns = NamePattern.all(List.of(parts));
        NamePattern.checkMatched("namedParameters", this, patterns, all.keySet());
        var selected = new LinkedHashMap<String, Tensor>();
        all.forEach((name, p) -> {
            if (NamePattern.anyMatches(patterns, name)) {
                selected.put(name, p);
            }
        });
        return selected;
    }

    /** {@return all parameters, each once} */
    public final List<Tensor> parameters() {
        return List.copyOf(namedParameters().values());
    }

    /** {@return all buffers by name, each once} */
    public final Map<String, Tensor> namedBuffers() {
        return once(false);
    }

    /** {@return all buffers, each once} */
    public final List<Tensor> buffers() {
        return List.copyOf(namedBuffers().values());
    }

    private Map<String, Tensor> once(boolean parameters) {
        var found = new LinkedHashMap<String, Tensor>();
        Set<Tensor> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        forEachTensor((name, t, owner) -> {
            if (owner.parameters.contains(t) == parameters && seen.add(t)) {
                found.put(name, t);
            }
        });
        return found;
    }

    /**
     * Applies {@code action} to all descendants, children before parents, and to this block: to initialise weights, for
     * instance.
     */
    public Block apply(Consumer<? super Block> action) {
        for (Block child : children()) {
            child.apply(action);
        }
        action.accept(this);
        return this;
    }

    // ---- modes ----------------------------------------------------------------------------------------------------

    /**
     * {@return whether this block is in training mode: batch norm uses the batch's statistics, dropout zeroes elements}
     */
    public final boolean isTraining() {
        boolean now = training;
        if (Ops.isTracing()) {
            Ops.recordUse(this);
            Ops.guard(() -> training == now, "the training mode of class " + getClass().getName());
        }
        return now;
    }

    /** Puts this block and all its descendants into training mode. */
    public Block train() {
        return train(true);
    }

    /** Puts this block and all its descendants into training mode, or into evaluation mode if {@code mode} is false. */
    public Block train(boolean mode) {
        setTraining(mode);
        for (Block child : children()) {
            child.train(mode);
        }
        return this;
    }

    /** Sets the mode of this block alone. */
    final void restoreTraining(boolean mode) {
        setTraining(mode);
    }

    private void setTraining(boolean mode) {
        boolean now = mode && !heldInEvaluation;
        if (now != training) {
            Ops.reportSideEffect("the mode of a layer (train, eval)");
        }
        training = now;
    }

    /** Puts this block and all its descendants into evaluation mode. */
    public Block eval() {
        return train(false);
    }

    /** Sets whether the parameters require gradients; false freezes them. */
    public Block requiresGrad_(boolean requires) {
        for (Tensor p : parameters()) {
            p.requiresGrad_(requires);
        }
        return this;
    }

    /**
     * Freezes parts: their parameters require no gradients, so that optimisers leave them as they are, and no time is
     * spent on the gradients of parts that only frozen ones precede.
     *
     * {@snippet :
     * net.freeze("conv1", "bn1", "layer1");
     * }
     *
     * @param parts the names of blocks or parameters, as of {@link #namedParameters(String...)}; none for all
     *     parameters
     * @return the names of the frozen parameters
     * @throws IllegalArgumentException if a name selects no parameter, naming the parts that there are; nothing is
     *     changed then
     */
    public final List<String> freeze(String... parts) {
        return freeze(f -> f.parts(parts));
    }

    /**
     * As {@link #freeze(String...)}, with options: {@code net.freeze(f -> f.except("fc").normsInEvaluation(true))}.
     *
     * @see <a href="https://d2l.ai/chapter_computer-vision/fine-tuning.html">Dive into Deep Learning, Fine-Tuning</a>
     */
    public final List<String> freeze(Consumer<FreezeOptions> options) {
        var o = new FreezeOptions();
        options.accept(o);
        List<NamePattern> parts = o.toFreeze();
        List<NamePattern> kept = o.kept();
        Map<String, Tensor> all = namedParameters();
        NamePattern.checkMatched("freeze", this, parts, all.keySet());
        NamePattern.checkMatched("freeze: except", this, kept, all.keySet());
        var frozen = new ArrayList<String>();
        all.forEach((name, p) -> {
            if (NamePattern.anyMatches(parts, name) && !NamePattern.anyMatches(kept, name)) {
                p.requiresGrad_(false);
                frozen.add(name);
            }
        });
        if (o.areNormsInEvaluation()) {
            namedBlocks()
                    .forEach((name, block) -> {
                        boolean isFrozen = NamePattern.anyMatches(parts, name) && !NamePattern.anyMatches(kept, name);
                        if (isFrozen || block.isFrozen()) {
                            block.holdInEvaluation();
                        }
                    });
        }
        return List.copyOf(frozen);
    }

    /**
     * Makes parts trainable again, and their norms follow {@link #train()} again; those in training mode where this
     * block is.
     *
     * @param parts as of {@link #freeze(String...)}; none for all parameters
     * @return the names of the parameters
     * @throws IllegalArgumentException if a name selects no parameter; nothing is changed then
     */
    public final List<String> unfreeze(String... parts) {
        List<NamePattern> patterns = NamePattern.all(parts.length == 0 ? List.of("") : List.of(parts));
        Map<String, Tensor> all = namedParameters();
        NamePattern.checkMatched("unfreeze", this, patterns, all.keySet());
        var trainable = new ArrayList<String>();
        all.forEach((name, p) -> {
            if (NamePattern.anyMatches(patterns, name)) {
                p.requiresGrad_(true);
                trainable.add(name);
            }
        });
        namedBlocks()
                .forEach((name, block) -> {
                    if (block.heldInEvaluation
                            && (NamePattern.anyMatches(patterns, name) || block.hasTrainableParameters())) {
                        block.release(training);
                    }
                });
        return List.copyOf(trainable);
    }

    /**
     * Keeps this block in evaluation mode until {@link #release}, if it tracks statistics.
     *
     * @return whether this is a change
     */
    final boolean holdInEvaluation() {
        if (heldInEvaluation || !tracksStatistics()) {
            return false;
        }
        heldInEvaluation = true;
        setTraining(false);
        return true;
    }

    /** Ends {@link #holdInEvaluation}, in training mode or not. */
    final void release(boolean mode) {
        heldInEvaluation = false;
        setTraining(mode);
    }

    /** {@return whether this block has parameters of its own, all of them frozen} */
    private boolean isFrozen() {
        List<Tensor> own = ownParameters();
        return !own.isEmpty() && own.stream().noneMatch(Tensor::requiresGrad);
    }

    /** {@return whether a parameter of its own is not frozen} */
    final boolean hasTrainableParameters() {
        return ownParameters().stream().anyMatch(Tensor::requiresGrad);
    }

    /** {@return whether this block normalises by statistics of the batch in training, and tracks them} */
    protected boolean tracksStatistics() {
        return false;
    }

    /** {@return whether this block stays in evaluation mode, since it is frozen} */
    protected final boolean isHeldInEvaluation() {
        return heldInEvaluation;
    }

    /** Sets the gradients of all parameters to null. */
    public void zeroGrad() {
        for (Tensor p : parameters()) {
            p.setGrad(null);
            SparseGradients.clear(p);
        }
    }

    /**
     * Converts the floating-point parameters and buffers in place: optimisers that hold them see the change.
     *
     * @throws IllegalArgumentException if {@code dtype} is not floating
     */
    public Block to(DType dtype) {
        if (!dtype.isFloating()) {
            throw new IllegalArgumentException("to: parameters are of a floating type, not " + dtype);
        }
        Set<Tensor> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        try (var off = Autograd.noGrad()) {
            forEachTensor((name, t, owner) -> {
                if (seen.add(t) && t.dtype().isFloating() && t.dtype() != dtype) {
                    t.setData(t.detach().to(dtype));
                    t.keep();
                    t.setGrad(null);
                }
            });
        }
        return this;
    }

    /**
     * Moves parameters, their gradients and buffers to a device, in place: optimisers that hold them see the change,
     * and the state that this library's optimisers keep for each parameter follows at the next step.
     */
    public Block to(Device device) {
        forEachTensor((name, t, owner) -> {
            if (t.device() != device) {
                Tensor gradient = t.grad();
                t.setGrad(null);
                t.setData(t.detach().to(device));
                t.keep();
                t.setGrad(gradient == null ? null : gradient.detach().to(device));
            }
        });
        return this;
    }

    // ---- state ----------------------------------------------------------------------------------------------------

    /** {@return parameters and buffers by name; the tensors share this block's memory} */
    public StateDict stateDict() {
        var state = new StateDict();
        forEachTensor((name, t, owner) -> {
            if (!owner.transients.contains(t)) {
                state.put(name, t.detach());
            }
        });
        return state;
    }

    /** As {@link #loadStateDict(StateDict, boolean)}, strictly. */
    public void loadStateDict(StateDict state) {
        loadStateDict(state, true);
    }

    /**
     * Copies values into the parameters and buffers, converting their type.
     *
     * @param strict whether every name must occur on both sides; otherwise only the common ones are loaded
     * @return the names that were not loaded
     * @throws IllegalArgumentException listing every name that is missing, unexpected or of another shape; nothing is
     *     changed then
     */
    public LoadReport loadStateDict(StateDict state, boolean strict) {
        return loadStateDict(state, o -> o.strict(strict));
    }

    /**
     * Copies values into the parameters and buffers, converting their type, with options: {@code o ->
     * o.stripPrefix("module.").ignoreMismatchedShapes(true)}.
     *
     * @return the names that were not loaded
     * @throws IllegalArgumentException listing every name that is missing, unexpected or of another shape, unless the
     *     options permit it, or if two names become one; nothing is changed then
     */
    public LoadReport loadStateDict(StateDict state, Consumer<LoadOptions> options) {
        var o = new LoadOptions();
        options.accept(o);
        return StateLoader.load(this, stateDict(), state, o);
    }

    /**
     * The names that were not loaded.
     *
     * @param missing names that the state dictionary lacks
     * @param unexpected names that the model lacks
     * @param mismatched names whose shapes differ
     */
    public record LoadReport(List<String> missing, List<String> unexpected, List<String> mismatched) {
        /** {@return whether every tensor of both sides was loaded} */
        public boolean isComplete() {
            return missing.isEmpty() && unexpected.isEmpty() && mismatched.isEmpty();
        }
    }

    // ---- printing -------------------------------------------------------------------------------------------------

    /** {@return the options as printed between the parentheses, in PyTorch's spelling} */
    protected String extraRepr() {
        return "";
    }

    /** {@return the name under which this block is printed: that of its class} */
    protected String reprName() {
        return getClass().getSimpleName();
    }

    /** {@return the tree of blocks, printed as PyTorch prints a module} */
    @Override
    public final String toString() {
        String extra = extraRepr();
        var children = namedChildren();
        if (children.isEmpty() && extra.indexOf('\n') < 0) {
            return reprName() + "(" + extra + ")";
        }
        var text = new StringBuilder(reprName()).append('(');
        if (!extra.isEmpty()) {
            text.append("\n  ").append(extra.replace("\n", "\n  "));
        }
        children.forEach((name, child) ->
                text.append("\n  (").append(name).append("): ").append(child.toString().replace("\n", "\n  ")));
        return text.append("\n)").toString();
    }
}
