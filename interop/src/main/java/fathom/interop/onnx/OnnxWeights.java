package fathom.interop.onnx;

import fathom.Device;
import fathom.Tensor;
import fathom.files.InputFiles;
import fathom.interop.onnx.proto.AttributeProto;
import fathom.interop.onnx.proto.GraphProto;
import fathom.interop.onnx.proto.ModelProto;
import fathom.interop.onnx.proto.NodeProto;
import fathom.interop.onnx.proto.TensorProto;
import fathom.io.MappedFile;
import fathom.io.StateDict;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The weights in an ONNX file under the names that they had in PyTorch, for a network written in Java.
 *
 * <p>PyTorch's exporter keeps the names of most parameters, but folds the transposition of a linear layer's weight: its
 * matrix becomes an unnamed constant {@code [in, out]} of a {@code MatMul}. Such a matrix is recognised by the bias
 * that is added to the product ({@code NAME.bias}), or by the node's path ({@code /NAME/MatMul}), and is given back as
 * {@code NAME.weight}, {@code [out, in]}. Tensors that are recognised by neither are left out.
 *
 * {@snippet :
 * var weights = OnnxWeights.read(Path.of("bge-small-zh-v1.5.onnx"));
 * net.loadStateDict(weights.stateDict());
 * }
 */
public final class OnnxWeights {
    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";

    private final OnnxTensors source;
    private final GraphProto graph;
    private final Map<String, TensorProto> constants = new LinkedHashMap<>();
    private final Map<String, NodeProto> producers = new HashMap<>();
    private final Map<String, List<NodeProto>> consumers = new HashMap<>();
    private final StateDict state;

    private OnnxWeights(ModelProto model, OnnxTensors source) throws IOException {
        this.source = source;
        graph = model.graph();
        graph.initializers().forEach(t -> constants.put(t.name(), t));
        for (NodeProto node : graph.nodes()) {
            for (String out : node.outputs()) {
                producers.put(out, node);
                AttributeProto value = node.type().equals("Constant") ? node.attributes().get("value") : null;
                if (value != null && value.tensor() != null) {
                    constants.put(out, value.tensor());
                }
            }
            for (String in : node.inputs()) {
                consumers.computeIfAbsent(in, _ -> new ArrayList<>()).add(node);
            }
        }
        try (var _ = Device.CPU.open()) {
            state = named();
        }
    }

    /**
     * {@return the weights of a model}
     *
     * @param file an ONNX file, mapped; tensors in other files are looked for in its folder
     * @throws IOException if the file cannot be read, or is damaged
     */
    public static OnnxWeights read(Path file) throws IOException {
        InputFiles.check(file);
        try {
            MappedFile memory = MappedFile.open(file);
            return new OnnxWeights(ModelProto.read(memory.bytes()), new OnnxTensors(file, memory));
        } catch (FileSystemException e) {
            throw e;
        } catch (IOException | RuntimeException e) { // a damaged file may describe impossible shapes
            throw new IOException("%s: not a usable ONNX model: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** {@return weights and biases by PyTorch's names, on the CPU; most are views of the mapped file} */
    public StateDict stateDict() {
        return state;
    }

    // ---- names ----------------------------------------------------------------------------------------------------

    private StateDict named() throws IOException {
        var found = new StateDict();
        Set<String> products = new HashSet<>();
        for (NodeProto node : graph.nodes()) {
            boolean isGemm = node.type().equals("Gemm");
            if (!isGemm && !node.type().equals("MatMul") || node.inputs().size() < 2) {
                continue;
            }
            String input = node.inputs().get(1);
            TensorProto matrix = constants.get(input);
            String name = matrix == null || matrix.shape().length != 2 ? null : layer(node);
            // a parameter under another name is used in a product of its own, as x @ self.table
            if (matrix != null && name != null && (!input.contains(".") || input.equals(name + WEIGHT))) {
                Tensor t = source.read(matrix, input);
                found.put(name + WEIGHT, isTransposed(node) ? t : t.t());
                products.add(input);
            }
        }
        for (TensorProto t : graph.initializers()) {
            boolean hasName = t.name().contains(".") && !t.name().contains("::") && !t.name().startsWith("/");
            Tensor own = hasName && !products.contains(t.name()) ? source.read(t, t.name()) : null;
            if (own != null && own.dtype().isFloating()) { // integers are positions and the like
                found.put(t.name(), own);
            }
        }
        return found;
    }

    private static boolean isTransposed(NodeProto node) {
        AttributeProto transB = node.attributes().get("transB");
        return transB != null && transB.whole() == 1;
    }

    /** {@return the name of the linear layer whose product a node computes; null if nothing tells it} */
    private @Nullable String layer(NodeProto node) {
        Stream<String> beside =
                node.type().equals("Gemm") && node.inputs().size() == 3
                        ? Stream.of(node.inputs().get(2))
                        : consumers.getOrDefault(node.outputs().getFirst(), List.of()).stream()
                                .filter(n -> n.type().equals("Add"))
                                .flatMap(n -> n.inputs().stream());
        String bias =
                beside.filter(name -> name.endsWith(BIAS) && constants.containsKey(name)).findFirst().orElse(null);
        if (bias != null) {
            return bias.substring(0, bias.length() - BIAS.length());
        }
        String path = node.name();
        int last = path.lastIndexOf('/');
        return path.startsWith("/") && last > 0 ? path.substring(1, last).replace('/', '.') : null;
    }

    // ---- hyper-parameters -----------------------------------------------------------------------------------------

    /**
     * {@return the number of attention heads, as the first reshaping of {@code [B, T, H]} to {@code [B, T, heads, H /
     * heads]} shows it; empty if there is none}
     */
    public OptionalLong attentionHeads() {
        for (NodeProto node : graph.nodes()) {
            if (node.type().equals("Reshape") && node.inputs().size() == 2) {
                List<OptionalLong> shape = sizes(node.inputs().get(1));
                if (shape.size() == 4 && shape.get(2).orElse(0) > 0 && shape.get(3).isPresent()) {
                    return shape.get(2);
                }
            }
        }
        return OptionalLong.empty();
    }

    /** {@return the sizes that a value holds, as far as they are constant} */
    private List<OptionalLong> sizes(String value) {
        TensorProto t = constants.get(value);
        if (t != null) {
            return wholes(t).stream().map(OptionalLong::of).toList();
        }
        NodeProto node = producers.get(value);
        if (node == null || !node.type().equals("Concat")) {
            return List.of(OptionalLong.empty());
        }
        return node.inputs().stream().flatMap(in -> sizes(in).stream()).toList();
    }

    private List<Long> wholes(TensorProto t) {
        try (var _ = Device.CPU.open()) {
            Tensor values = source.read(t, t.name());
            return values.dtype().isFloating()
                    ? List.of()
                    : java.util.Arrays.stream(values.reshape(-1).toLongArray()).boxed().toList();
        } catch (IOException e) {
            return List.of(); // of a type that holds no sizes
        }
    }

    /** {@return the epsilon of the first layer norm; empty if there is none} */
    public OptionalDouble layerNormEps() {
        for (NodeProto node : graph.nodes()) {
            if (node.type().equals("LayerNormalization")) {
                AttributeProto epsilon = node.attributes().get("epsilon");
                return OptionalDouble.of(epsilon == null ? 1e-5 : epsilon.real());
            }
            NodeProto sum = node.type().equals("Sqrt") ? producers.get(node.inputs().getFirst()) : null;
            if (sum != null && sum.type().equals("Add")) {
                for (String in : sum.inputs()) {
                    TensorProto t = constants.get(in);
                    if (t != null) {
                        return scalar(t);
                    }
                }
            }
        }
        return OptionalDouble.empty();
    }

    /** {@return whether a node of the graph has an operator, such as {@code Erf}} */
    public boolean hasOperator(String type) {
        return graph.nodes().stream().anyMatch(n -> n.type().equals(type));
    }

    private OptionalDouble scalar(TensorProto t) {
        try (var _ = Device.CPU.open()) {
            Tensor value = source.read(t, t.name());
            return value.numel() == 1 ? OptionalDouble.of(value.item()) : OptionalDouble.empty();
        } catch (IOException e) {
            return OptionalDouble.empty(); // of a type that is no number
        }
    }
}
