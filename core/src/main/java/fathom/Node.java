package fathom;

import fathom.composition.GradientNames;
import fathom.memory.Storage;
import fathom.primitive.Primitive;
import fathom.primitive.Tape;
import fathom.primitive.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** An operation recorded by autograd: the origin of its inputs and the values that its gradient needs. */
final class Node implements Tape {
    private static final AtomicLong SEQUENCE = new AtomicLong();

    /** The number of primitives that decide what a gradient is called. */
    private static final int NAMED = 3;

    /** Later operations have larger numbers, so descending order is a topological order of the graph. */
    final long sequence = SEQUENCE.getAndIncrement();

    final Primitive primitive;

    /** Per input, the node that computed it; null for leaves and for inputs without gradient. */
    final @Nullable Node[] from;

    /** Per input, the output index of that node. */
    final int[] fromOutput;

    /** Per input, the leaf to accumulate into; null for others. */
    final @Nullable Tensor[] leaf;

    private final boolean[] needsGrad;
    private final long[][] inputShapes;
    private final DType[] inputTypes;
    private final boolean[] transposed;
    private @Nullable Saved @Nullable [] savedInputs;
    private @Nullable Saved @Nullable [] savedOutputs;
    final int outputCount;

    /** Results whose gradient is to be retained. */
    List<Tensor> retainGrad = List.of();

    private @Nullable List<UnaryOperator<Tensor>>[] hooks;

    /** For in-place operations on a view: the region of the base (output 0, input 0) that was written. */
    final View.@Nullable Geometry written;

    /** A value saved for backward, with its version. */
    private record Saved(Tensor tensor, int version) {}

    @SuppressWarnings({"unchecked", "rawtypes"})
    private Node(Primitive primitive, Tensor[] inputs, int outputCount, View.@Nullable Geometry written) {
        int n = inputs.length;
        this.primitive = primitive;
        this.outputCount = outputCount;
        this.written = written;
        from = new Node[n];
        fromOutput = new int[n];
        leaf = new Tensor[n];
        needsGrad = new boolean[n];
        inputShapes = new long[n][];
        inputTypes = new DType[n];
        transposed = new boolean[n];
        hooks = new List[0];
        for (int i = 0; i < n; i++) {
            Tensor t = inputs[i];
            inputShapes[i] = t.rawShape();
            inputTypes[i] = t.dtype();
            transposed[i] = isTransposed(t);
            connect(i, t);
        }
    }

    private void connect(int i, Tensor t) {
        from[i] = t.node();
        fromOutput[i] = t.nodeOutput;
        boolean tracked = t.isTracked() && t.dtype().isFloating();
        needsGrad[i] = tracked;
        leaf[i] = tracked && from[i] == null ? t : null;
    }

    /** The node of an operation whose inputs are unmodified; call {@link #saveOutputs} once its outputs exist. */
    static Node of(Primitive primitive, Tensor[] inputs, int outputCount) {
        var node = new Node(primitive, inputs, outputCount, null);
        node.saveInputs(inputs);
        return node;
    }

    /** The node of an in-place operation on a view: its input 0 in the graph is the base, whose values it changes. */
    static Node onView(Primitive primitive, Tensor[] inputs, Tensor base, View.Geometry written) {
        var node = new Node(primitive, inputs, 1, written);
        node.saveInputs(inputs);
        node.connect(0, base);
        return node;
    }

    private void saveInputs(Tensor[] inputs) {
        for (int i = 0; i < inputs.length; i++) {
            if (primitive.savesInput(i, this)) {
                if (savedInputs == null) {
                    savedInputs = new @Nullable Saved[inputs.length];
                }
                savedInputs[i] = new Saved(inputs[i], inputs[i].version());
            }
        }
    }

    void saveOutputs(Tensor... outputs) {
        for (int i = 0; i < outputs.length; i++) {
            if (primitive.savesOutput(i, this)) {
                if (savedOutputs == null) {
                    savedOutputs = new @Nullable Saved[outputs.length];
                }
                savedOutputs[i] = new Saved(outputs[i], outputs[i].version());
            }
        }
    }

    /** Releases the saved values after backward. */
    void release() {
        savedInputs = RELEASED;
        savedOutputs = RELEASED;
        if (primitive instanceof AutogradFunction.Applied applied) {
            applied.release();
        }
    }

    private static final @Nullable Saved[] RELEASED = {};

    boolean savesStorage(Storage s) {
        return holds(savedInputs, s) || holds(savedOutputs, s);
    }

    private static boolean holds(@Nullable Saved @Nullable [] saved, Storage s) {
        if (saved != null) {
            for (Saved v : saved) {
                if (v != null && v.tensor.storage() == s) {
                    return true;
                }
            }
        }
        return false;
    }

    void retain(Tensor result) {
        if (retainGrad.isEmpty()) {
            retainGrad = new ArrayList<>();
        }
        retainGrad.add(result);
    }

    @SuppressWarnings("unchecked")
    void setHooks(int output, @Nullable List<UnaryOperator<Tensor>> list) {
        if (hooks.length == 0) {
            hooks = new List[outputCount];
        }
        hooks[output] = list;
    }

    @Nullable List<UnaryOperator<Tensor>> hooks(int output) {
        return hooks.length == 0 ? null : hooks[output];
    }

    @Override
    public boolean needsGrad(int i) {
        return needsGrad[i];
    }

    @Override
    public int inputCount() {
        return needsGrad.length;
    }

    @Override
    public long[] inputShape(int i) {
        return inputShapes[i];
    }

    private static boolean isTransposed(Tensor t) {
        int r = t.dim();
        return r >= 2 && t.rawStrides()[r - 2] == 1 && t.rawStrides()[r - 1] > 1;
    }

    @Override
    public boolean inputIsTransposed(int i) {
        return transposed[i];
    }

    @Override
    public DType inputType(int i) {
        return inputTypes[i];
    }

    @Override
    public DType gradientType(int i) {
        Node made = from[i];
        while (made != null && made.primitive instanceof View && made.written == null) {
            made = made.from[0];
        }
        return made != null && made.primitive instanceof Autocast.CastToBfloat16 ? made.inputTypes[0] : inputTypes[i];
    }

    @Override
    public Tensor input(int i) {
        return value(savedInputs, i, "input");
    }

    @Override
    public Tensor output(int i) {
        return value(savedOutputs, i, "result");
    }

    private Tensor value(@Nullable Saved @Nullable [] saved, int i, String role) {
        if (saved == RELEASED) {
            throw new IllegalStateException(
                    "backward a second time through %s: its saved tensors were released; use backward(b -> b.retainGraph(true)) the first time"
                            .formatted(primitive.name()));
        }
        Saved s = saved == null ? null : saved[i];
        if (s == null) {
            throw new AssertionError(String.format(Locale.ROOT, "%s did not save %s %d", primitive, role, i));
        }
        if (s.tensor.version() != s.version) {
            throw new IllegalStateException(
                    String.format(
                            Locale.ROOT,
                            "%s %d of %s, of shape %s, is needed for a gradient but was modified in place: it is at version %d, version %d was saved; clone() it before writing",
                            role,
                            i,
                            primitive.name(),
                            s.tensor.shape(),
                            s.tensor.version(),
                            s.version));
        }
        return s.tensor;
    }

    @Override
    public String toString() {
        if (primitive instanceof AutogradFunction.Applied) {
            return primitive.name() + "Backward";
        }
        var last = new ArrayList<Primitive>();
        for (Node n = this; n != null && last.size() < NAMED; n = n.from.length == 0 ? null : n.from[0]) {
            last.add(n.primitive);
        }
        return GradientNames.of(last, inputShapes.length == 0 ? new long[0] : inputShapes[0]);
    }
}
