package fathom.interop.onnx.export;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.primitive.ArgReduce;
import fathom.primitive.Cat;
import fathom.primitive.Composed;
import fathom.primitive.MatMul;
import fathom.primitive.Pad;
import fathom.primitive.Pointwise;
import fathom.primitive.Primitive;
import fathom.primitive.Reduce;
import fathom.primitive.Roll;
import fathom.primitive.Rowwise;
import fathom.primitive.Scan;
import fathom.primitive.View;
import fathom.primitive.indexing.ArgSort;
import fathom.primitive.indexing.Gather;
import fathom.primitive.indexing.IndexAdd;
import fathom.primitive.indexing.IndexSelect;
import fathom.primitive.indexing.ScatterReduce;
import fathom.primitive.neural.Attention;
import fathom.primitive.neural.Normalize;
import fathom.primitive.neural.Softmax;
import fathom.primitive.neural.Variance;
import fathom.primitive.window.Convolution;
import fathom.primitive.window.ConvolutionInputGrad;
import fathom.primitive.window.GridSample;
import fathom.primitive.window.Pool;
import fathom.primitive.window.Resample;
import fathom.recurrent.Recurrence;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes the operations of a network as nodes. */
final class Lowering {
    final GraphWriter graph;
    final Network network;
    final Map<Value, Step> producers;
    private final Map<Value, String> names = new HashMap<>();
    private final Set<Value> used;

    Lowering(GraphWriter graph, Network network) {
        this.graph = graph;
        this.network = network;
        this.producers = network.producers();
        used = new HashSet<>(network.outputs());
        network.steps().forEach(s -> used.addAll(s.inputs()));
    }

    /** {@return whether a composed primitive is written as a whole; others are traced as their parts} */
    static boolean isWhole(Composed primitive) {
        return switch (primitive) {
            case Softmax s -> true;
            case Normalize n -> true;
            case Variance v -> true;
            case Cat c -> true;
            case Pad p -> true;
            case Roll r -> true;
            case Recurrence r -> true;
            default -> false;
        };
    }

    /** Writes all operations that are not constants. */
    void write() {
        Set<Value> needed = needed();
        for (Step s : network.steps()) {
            if (s.outputs().stream().noneMatch(needed::contains)
                    || isFolded(s)
                    || s.outputs().stream().allMatch(names::containsKey)) {
                continue;
            }
            write(s);
        }
    }

    /** {@return the values that the results depend on} */
    private Set<Value> needed() {
        var needed = new HashSet<>(network.outputs());
        for (Step s : network.steps().reversed()) {
            if (s.outputs().stream().anyMatch(needed::contains)) {
                needed.addAll(s.inputs());
            }
        }
        return needed;
    }

    /** {@return whether a value is a result of the network, or an input of an operation} */
    boolean isUsed(Value v) {
        return used.contains(v);
    }

    private static boolean isFolded(Step s) {
        return s.outputs().stream().allMatch(Lowering::isFolded);
    }

    /** {@return whether a value is a constant with the same elements in all traces} */
    private static boolean isFolded(Value v) {
        if (!v.isConstant() || !v.isFixedShape()) {
            return false;
        }
        byte[] first = v.traced().getFirst().elements;
        return first != null && v.traced().stream().allMatch(t -> Arrays.equals(t.elements, first));
    }

    GraphWriter.Near near(Value v) {
        return new GraphWriter.Near(v, name(v));
    }

    /** {@return the name of a value} */
    String name(Value v) {
        String name = names.get(v);
        if (name == null) {
            name = source(v);
            names.put(v, name);
        }
        return name;
    }

    void set(Value v, String name) {
        names.put(v, name);
    }

    private String source(Value v) {
        String state = v.state();
        if (state != null) {
            return graph.stateName(state);
        }
        if (v.input() >= 0) {
            return graph.inputNames.get(v.input());
        }
        if (isFolded(v)) {
            return graph.constant(tensor(v, 0));
        }
        if (v.isConstant() && !producers.containsKey(v)) {
            return Constants.write(graph, v);
        }
        Step s = producers.get(v);
        throw new UnsupportedOperationException(
                s == null
                        ? "Onnx.export: a tensor %s has no counterpart in ONNX".formatted(v)
                        : "Onnx.export: result %s of the operation %s has no counterpart in ONNX"
                                .formatted(s.outputs().indexOf(v) + 1, s.primitive().name()));
    }

    /** {@return the elements of a constant in a trace} */
    static Tensor tensor(Value v, int trace) {
        TracedValue t = v.traced().get(trace);
        byte[] elements = t.elements == null ? new byte[0] : t.elements;
        return Tensors.fromBytes(MemorySegment.ofArray(elements), t.type, t.shape);
    }

    List<String> names(List<Value> values) {
        return values.stream().map(this::name).toList();
    }

    private void write(Step s) {
        if (s.isWriteBack()) {
            ViewNodes.writeBack(this, s);
            return;
        }
        Primitive primitive = s.primitive();
        refuseBfloat16(s, primitive);
        switch (primitive) {
            case View v -> ViewNodes.write(this, s);
            case Pointwise p -> Elementwise.pointwise(this, s);
            case Reduce r -> Elementwise.reduce(this, s);
            case Rowwise r -> RowPrograms.write(this, s);
            case Softmax p -> Normalizations.softmax(this, s, p);
            case Normalize n -> Normalizations.normalize(this, s, n);
            case Variance v -> Normalizations.variance(this, s, v);
            case MatMul m -> Products.matMul(this, s, m);
            case Attention a -> Products.attention(this, s, a);
            case Convolution c -> Windows.convolution(this, s, c);
            case ConvolutionInputGrad c -> Windows.transposed(this, s, c);
            case Pool p -> Pools.write(this, s, p);
            case Resample r -> Resampling.write(this, s);
            case GridSample g -> Resampling.gridSample(this, s, g);
            case Cat c -> Movement.cat(this, s, c);
            case Pad p -> Movement.pad(this, s, p);
            case Roll r -> Movement.roll(this, s, r);
            case ArgReduce a -> Movement.argReduce(this, s, a);
            case ArgSort a -> Movement.argSort(this, s, a);
            case Scan c -> Movement.scan(this, s, c);
            case IndexSelect i -> Movement.indexSelect(this, s, i);
            case Gather g -> Movement.gather(this, s, g);
            case IndexAdd i -> Movement.indexAdd(this, s, i);
            case ScatterReduce r -> Movement.scatter(this, s, r);
            case Recurrence r -> Recurrences.write(this, s, r);
            default ->
                    throw new UnsupportedOperationException(
                            "Onnx.export: the operation %s has no counterpart in ONNX".formatted(primitive.name()));
        }
    }

    /** Refuses operations that opsets 17 and 18 do not define for bfloat16: the file would be invalid. */
    private static void refuseBfloat16(Step s, Primitive primitive) {
        boolean isUndefined =
                primitive instanceof Convolution
                        || primitive instanceof ConvolutionInputGrad
                        || primitive instanceof Pool
                        || primitive instanceof GridSample
                        || primitive instanceof Recurrence
                        || primitive instanceof ArgSort;
        if (isUndefined && s.inputs().stream().anyMatch(v -> v.type() == DType.BFLOAT16)) {
            throw new UnsupportedOperationException(
                    "Onnx.export: ONNX does not define the operation %s for bfloat16; export the network in another type: net.to(DType.FLOAT16) or net.to(DType.FLOAT32)"
                            .formatted(primitive.name()));
        }
    }
}
