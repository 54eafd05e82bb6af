package fathom.interop.onnx;

import fathom.Autograd;
import fathom.DType;
import fathom.Device;
import fathom.Scope;
import fathom.Tensor;
import fathom.interop.onnx.graph.Execution;
import fathom.interop.onnx.graph.Graph;
import fathom.interop.onnx.graph.GraphBuilder;
import fathom.interop.onnx.graph.HostValue;
import fathom.interop.onnx.graph.TensorValue;
import fathom.interop.onnx.graph.Value;
import fathom.interop.onnx.operators.OperatorTable;
import fathom.interop.onnx.proto.ModelProto;
import fathom.interop.onnx.proto.TensorProto;
import fathom.nn.Layer;
import fathom.primitive.Ops;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model read from an ONNX file.
 *
 * <p>Floating-point tensors of the file that are used as weights (of products, convolutions, normalisations, recurrent
 * layers and embeddings, or as biases and factors with several elements) are parameters under their names in the file,
 * and can be trained; others, such as the statistics of batch normalisation, which stay as they are, are buffers. Sizes
 * that the model leaves open, such as those of the batch and of the sequence, may differ from call to call.
 *
 * <p>A model of one input is a layer like any other; {@link fathom.nn.Predictor} replays its captured plan. For several
 * inputs, see {@link #run(Map)}, or {@link #run(List)} for {@link fathom.Captured#ofAll}.
 */
public final class OnnxModel extends Layer {
    private final transient Graph graph;
    private final transient long opset;
    private final transient List<OnnxValue> inputs;
    private final transient List<OnnxValue> outputs;
    private final transient Map<String, String> metadata;
    private final transient Map<String, Tensor> tensors = new LinkedHashMap<>();
    private transient List<ValueHook> valueHooks = List.of();

    OnnxModel(ModelProto proto, long opset, OnnxTensors source) throws IOException {
        this.opset = opset;
        this.inputs = GraphBuilder.inputs(proto.graph()).stream().map(OnnxValue::of).toList();
        this.outputs = proto.graph().outputs().stream().map(OnnxValue::of).toList();
        this.metadata = Map.copyOf(proto.metadata());
        Device device = Device.current();
        try (var _ = Device.CPU.open()) {
            this.graph =
                    GraphBuilder.build(
                            proto.graph(),
                            OperatorTable.operators(),
                            (t, name, isTrained, isScalarTrained) ->
                                    register(t, name, source.read(t, name), isTrained, isScalarTrained));
        }
        eval();
        to(device);
    }

    private Value register(TensorProto proto, String name, Tensor t, boolean isTrained, boolean isScalarTrained) {
        boolean isWeight = t.dtype().isFloating() && t.dim() > 0 && (t.numel() > 1 || isScalarTrained);
        Tensor own =
                isTrained && isWeight
                        ? parameter(t)
                        : t.dtype().isFloating() && t.numel() > 1 ? buffer(t) : transientBuffer(t);
        String unique = name.isEmpty() ? proto.name() : name;
        for (int i = 2; tensors.putIfAbsent(unique, own) != null; i++) {
            unique = name + "#" + i;
        }
        return !own.requiresGrad() && HostValue.fits(own.dtype(), own.numel())
                ? HostValue.constant(own)
                : new TensorValue(own);
    }

    @Override
    protected Map<String, Tensor> tensorsByName() {
        return tensors;
    }

    /** The graph does not change, but hooks may; parameters and buffers are guarded by themselves. */
    @Override
    protected Object guard() {
        return List.of(opset, valueHooks);
    }

    /** {@return the inputs, in order} */
    public List<OnnxValue> inputs() {
        return inputs;
    }

    /** {@return the outputs, in order} */
    public List<OnnxValue> outputs() {
        return outputs;
    }

    /** {@return the entries that the file describes itself with, such as the classes of a detector} */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** {@return the version of ONNX's operators that the model uses} */
    public long opset() {
        return opset;
    }

    /**
     * {@return the first output for one input}
     *
     * @throws IllegalStateException if the model has several inputs
     * @throws IllegalArgumentException if the input does not fit
     */
    @Override
    public Tensor forward(Tensor x) {
        if (inputs.size() != 1) {
            throw new IllegalStateException(
                    "OnnxModel: this model has the inputs %s; call run(Map.of(...)) instead of forward(x)"
                            .formatted(names(inputs)));
        }
        return hooked(x, run(List.of(x)).getFirst());
    }

    @Override
    public Tensor call(Tensor x) {
        return forward(x);
    }

    /**
     * {@return the outputs by name}
     *
     * @param given a tensor for each input, by name
     * @throws IllegalArgumentException if an input is missing, unknown, or does not fit
     */
    public Map<String, Tensor> run(Map<String, Tensor> given) {
        var ordered = new ArrayList<Tensor>();
        for (OnnxValue v : inputs) {
            Tensor t = given.get(v.name());
            if (t == null) {
                throw new IllegalArgumentException(
                        "OnnxModel: the input %s is missing; given are %s".formatted(v, given.keySet()));
            }
            ordered.add(t);
        }
        for (String name : given.keySet()) {
            if (inputs.stream().noneMatch(v -> v.name().equals(name))) {
                throw new IllegalArgumentException(
                        "OnnxModel: there is no input %s; the inputs are %s".formatted(name, names(inputs)));
            }
        }
        List<Tensor> results = run(ordered);
        var byName = new LinkedHashMap<String, Tensor>();
        for (int i = 0; i < results.size(); i++) {
            byName.put(outputs.get(i).name(), results.get(i));
        }
        return byName;
    }

    private static List<String> names(List<OnnxValue> values) {
        return values.stream().map(OnnxValue::name).toList();
    }

    /**
     * {@return the outputs, in order}
     *
     * @param given a tensor for each input, in order
     * @throws IllegalArgumentException if there are too many or too few, or one does not fit
     */
    public List<Tensor> run(List<Tensor> given) {
        if (given.size() != inputs.size()) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "OnnxModel: %d tensors for the inputs %s", given.size(), names(inputs)));
        }
        for (int i = 0; i < inputs.size(); i++) {
            check(inputs.get(i), given.get(i));
        }
        Value[] values = Value.of(given.toArray(Tensor[]::new));
        Device device = given.isEmpty() ? Device.current() : given.getFirst().device();
        return device == Device.current() ? run(values) : device.with(() -> run(values));
    }

    private List<Tensor> run(Value[] values) {
        List<ValueHook> all = valueHooks;
        Execution.Hook hook = all.isEmpty() ? null : (operator, name, t) -> hooked(all, operator, name, t);
        if (hook != null || Autograd.isGradEnabled() || Ops.isTracing()) {
            return tensors(graph.run(values, new Execution(opset, null, hook)), null);
        }
        try (var scope = Scope.open()) {
            return tensors(graph.run(values, new Execution(opset, scope, null)), scope);
        }
    }

    private static Tensor hooked(List<ValueHook> all, String operator, String name, Tensor t) {
        Tensor out = t;
        for (ValueHook h : all) {
            out = h.after(operator, name, out);
        }
        return out;
    }

    /** Observes the inner values of a model while it runs. */
    @FunctionalInterface
    public interface ValueHook {
        /**
         * A node has computed a tensor.
         *
         * @param operator the node's operator, such as {@code Conv}
         * @param name the value's name in the file
         * @param value the value
         * @return what to go on with: the value, or another in its place
         */
        Tensor after(String operator, String name, Tensor value);
    }

    /**
     * Registers a hook that is called for each tensor that a node computes, as {@link #registerForwardHook} does for
     * the result of a layer. Values of shapes, which are computed as numbers in Java, and those of subgraphs are not
     * seen.
     *
     * @return an action that removes the hook
     */
    public Runnable registerValueHook(ValueHook hook) {
        var more = new ArrayList<>(valueHooks);
        more.add(hook);
        valueHooks = List.copyOf(more);
        return () -> {
            var fewer = new ArrayList<>(valueHooks);
            fewer.remove(hook);
            valueHooks = List.copyOf(fewer);
        };
    }

    private static List<Tensor> tensors(Value[] values, @Nullable Scope scope) {
        var all = new ArrayList<Tensor>();
        for (Value v : values) {
            Tensor t = v.tensor();
            all.add(scope == null ? t : scope.pass(t));
        }
        return all;
    }

    private static void check(OnnxValue input, Tensor t) {
        DType type = input.dtype();
        if (type != null && t.dtype() != type && !(type.isFloating() && t.dtype().isFloating())) {
            throw new IllegalArgumentException(
                    "OnnxModel: input %s: given is %s; convert it with to(...)".formatted(input, t.dtype()));
        }
        List<String> shape = input.shape();
        if (shape == null) {
            return;
        }
        boolean fits = shape.size() == t.dim();
        for (int d = 0; fits && d < shape.size(); d++) {
            String size = shape.get(d);
            boolean isFixed = !size.isEmpty() && size.chars().allMatch(c -> c >= '0' && c <= '9');
            fits = !isFixed || size.equals(Long.toString(t.size(d)));
        }
        if (!fits) {
            throw new IllegalArgumentException(
                    "OnnxModel: input %s: given has the shape %s".formatted(input, t.shape()));
        }
    }

    @Override
    protected String extraRepr() {
        return String.format(Locale.ROOT, "%s -> %s, nodes=%d, opset=%d", inputs, outputs, graph.size(), opset);
    }
}
