package fathom.nn;

import fathom.Autograd;
import fathom.DType;
import fathom.Device;
import fathom.Tensor;
import fathom.guard.Kinds;
import fathom.guard.Owners;
import fathom.io.StateDict;
import fathom.primitive.Ops;
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
 * A named tree of parameters, buffers and blocks: PyTorch's {@code nn.Module}.
 *
 * <p>Its parts are found in its fields. A field of a type of blocks, or a list, array or map of blocks, holds children;
 * a tensor that went through {@link #parameter} or {@link #buffer} in the constructor is a parameter or buffer. Names
 * are the fields' in PyTorch's spelling ({@code runningMean} is {@code running_mean}), superclasses' first. The fields
 * may be private and final; a class in a named module needs {@code opens <package> to fathom.nn}.
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

    /** Blocks that were found to hold this one; a captured step that meets this one depends on them as well. */
    private volatile List<WeakReference<Block>> parents = List.of();

    /** Of a list or map that only stands for a field of another block: that block. */
    private @Nullable Block fieldOwner;

    static {
        Kinds.add(new BlockKind());
    }

    /** In training mode. */
    protected Block() {
        Ops.made(this);
    }

    // ---- for constructors -----------------------------------------------------------------------------------------

    /** Makes a tensor, which a field is to hold, a parameter: it is trained, saved and loaded. */
    protected final Tensor parameter(Tensor tensor) {
        // one that another block has made its parameter stays the same object: shared weights
        Tensor own = tensor.isLeaf() && tensor.requiresGrad() ? tensor : tensor.detach();
        parameters.add(own.keep());
        Owners.add(own, this);
        return own.requiresGrad_();
    }

    /** Makes a tensor, which a field is to hold, a buffer: it is not trained, but saved and loaded. */
    protected final Tensor buffer(Tensor tensor) {
        Tensor own = tensor.detach();
        buffers.add(own.keep());
        Owners.add(own, this);
        return own;
    }

    /** Makes a tensor, which a field is to hold, a buffer that is not saved: it only moves along with {@link #to}. */
    protected final Tensor transientBuffer(Tensor tensor) {
        Tensor own = buffer(tensor);
        transients.add(own);
        return own;
    }

    // ---- capture --------------------------------------------------------------------------------------------------

    /**
     * What this block's results depend on in Java, for {@linkplain fathom.Captured captured} steps: a plan is replayed
     * only while this is the same. Null, the default, stands for all fields of the class that are not transient.
     * Override it where a field cannot be compared or compares more than matters; parameters, buffers, children and the
     * training mode need no mention.
     *
     * {@snippet :
     * private final Table table; // an object whose fields are not to be looked at
     *
     * protected Object guard() {
     *     return table.version();
     * }
     * }
     *
     * @return a number, boolean, string, enum, tensor or block, or a record, list, map or array of these
     */
    protected @Nullable Object guard() {
        return null;
    }

    /** {@return the blocks that were found to hold this one} */
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

    /** {@return the blocks directly below, those in lists and maps one by one} */
    final List<Block> directChildren() {
        var all = new ArrayList<Block>();
        for (Block b : namedChildren().values()) {
            if (b.fieldOwner == null) {
                all.add(b);
            } else {
                all.addAll(b.directChildren());
            }
        }
        return all;
    }

    // ---- the tree -------------------------------------------------------------------------------------------------

    /** {@return this block's own parameters and buffers by name, in order; children's are not among them} */
    private Map<String, Tensor> ownTensors() {
        var found = new LinkedHashMap<String, Tensor>();
        for (BlockFields.Named f : BlockFields.of(getClass())) {
            Object value = f.read(this);
            if (value instanceof Tensor t) {
                addOwn(found, f.name(), t);
            } else {
                List<?> list = BlockFields.elements(value);
                for (int i = 0; i < list.size(); i++) {
                    if (list.get(i) instanceof Tensor t) {
                        addOwn(found, f.name() + "." + i, t);
                    }
                }
            }
        }
        tensorsByName().forEach((name, t) -> addOwn(found, name, t));
        checkAllNamed(found.values());
        return found;
    }

    /**
     * {@return parameters and buffers whose names are not those of fields: their number is known only when it is made}
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

    /** {@return this block's own parameters; children's are not among them} */
    final List<Tensor> ownParameters() {
        return ownTensors().values().stream().filter(parameters::contains).toList();
    }

    /** {@return the children by name, in order} */
    public Map<String, Block> namedChildren() {
        var found = new LinkedHashMap<String, Block>();
        for (BlockFields.Named f : BlockFields.of(getClass())) {
            switch (f.read(this)) {
                case Block b -> addChild(found, f.name(), b);
                case Map<?, ?> map -> {
                    if (map.values().stream().anyMatch(Block.class::isInstance)) {
                        addChild(found, f.name(), wrapping(ModuleMap.of(map)));
                    }
                }
                case null -> {}
                case Object value -> {
                    List<?> list = BlockFields.elements(value);
                    if (list.stream().anyMatch(Block.class::isInstance)) {
                        addChild(found, f.name(), wrapping(ModuleList.of(list)));
                    }
                }
            }
        }
        return found;
    }

    private Block wrapping(Block collection) {
        collection.fieldOwner = this;
        return collection;
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

    private void link(Block child) {
        child.addParent(fieldOwner == null ? this : fieldOwner);
    }

    /** {@return this block, named "", and all below it, each once, parents before children} */
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

    /** {@return this block and all below it, each once, parents before children} */
    public final List<Block> blocks() {
        return List.copyOf(namedBlocks().values());
    }

    private void walk(String name, BiConsumer<String, Block> visit) {
        visit.accept(name, this);
        namedChildren()
                .forEach((child, block) -> {
                    link(block);
                    block.walk(name.isEmpty() ? child : name + "." + child, visit);
                });
    }

    /** Every tensor of the tree by name; one that stands in several places comes several times. */
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

    /** Calls {@code action} with all blocks below, children before parents, and with this one: for initialising. */
    public Block apply(Consumer<? super Block> action) {
        for (Block child : children()) {
            child.apply(action);
        }
        action.accept(this);
        return this;
    }

    // ---- modes ----------------------------------------------------------------------------------------------------

    /** {@return whether this block behaves as in training: batch norm takes the batch's statistics, dropout drops} */
    public final boolean isTraining() {
        boolean now = training;
        if (Ops.isTracing()) {
            Ops.met(this);
            Ops.guard(() -> training == now, "the training mode of class " + getClass().getName());
        }
        return now;
    }

    /** Puts this block and all below it in training mode. */
    public Block train() {
        return train(true);
    }

    /** Puts this block and all below it in training mode, or in evaluation mode. */
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
        if (mode != training) {
            Ops.changing("the mode of a layer (train, eval)");
        }
        training = mode;
    }

    /** Puts this block and all below it in evaluation mode. */
    public Block eval() {
        return train(false);
    }

    /** Says whether parameters want gradients: false freezes them. */
    public Block requiresGrad_(boolean requires) {
        for (Tensor p : parameters()) {
            p.requiresGrad_(requires);
        }
        return this;
    }

    /** Forgets the parameters' gradients. */
    public void zeroGrad() {
        for (Tensor p : parameters()) {
            p.setGrad(null);
        }
    }

    /**
     * Converts the floating parameters and buffers where they stand: optimisers that hold them see the change.
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
     * Moves parameters, their gradients and buffers to a device, where they stand: optimisers that hold them see the
     * change, and what the optimisers of this library keep for each parameter follows it at the next step.
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
     * @param strict whether every name must be there on both sides; otherwise those that are on both are taken
     * @return the names that are on one side only
     * @throws IllegalArgumentException listing all that is missing, unexpected or of another shape; nothing is then
     *     changed
     */
    public LoadReport loadStateDict(StateDict state, boolean strict) {
        var own = stateDict();
        var missing = new ArrayList<String>();
        var unexpected = new ArrayList<String>();
        var misshapen = new ArrayList<String>();
        own.entries()
                .forEach((name, t) -> {
                    Tensor given = state.get(name);
                    if (given == null) {
                        missing.add(name);
                    } else if (!given.shape().equals(t.shape())) {
                        misshapen.add(
                                "%s: is %s in the state, %s in the model".formatted(name, given.shape(), t.shape()));
                    }
                });
        for (String name : state.names()) {
            if (!own.contains(name)) {
                unexpected.add(name);
            }
        }
        if (!misshapen.isEmpty() || strict && (!missing.isEmpty() || !unexpected.isEmpty())) {
            var message =
                    new StringBuilder("loadStateDict: the state does not fit ").append(getClass().getSimpleName());
            list(message, "missing", missing, strict);
            list(message, "unexpected", unexpected, strict);
            list(message, "of another shape", misshapen, true);
            throw new IllegalArgumentException(message.toString());
        }
        try (var off = Autograd.noGrad()) {
            own.entries()
                    .forEach((name, t) -> {
                        Tensor given = state.get(name);
                        if (given != null) {
                            t.copy_(given);
                        }
                    });
        }
        return new LoadReport(List.copyOf(missing), List.copyOf(unexpected));
    }

    private static void list(StringBuilder message, String what, List<String> names, boolean tell) {
        if (tell && !names.isEmpty()) {
            message.append("\n  ").append(what).append(" (").append(names.size()).append("):");
            names.forEach(n -> message.append("\n    ").append(n));
        }
    }

    /**
     * What a state and a model did not have in common.
     *
     * @param missing names the state does not have
     * @param unexpected names the model does not have
     */
    public record LoadReport(List<String> missing, List<String> unexpected) {}

    // ---- printing -------------------------------------------------------------------------------------------------

    /** {@return the settings as they print between the parentheses, in PyTorch's spelling} */
    protected String extraRepr() {
        return "";
    }

    /** {@return the name as it prints: the class's} */
    protected String reprName() {
        return getClass().getSimpleName();
    }

    /** {@return the tree, as PyTorch prints a module} */
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
