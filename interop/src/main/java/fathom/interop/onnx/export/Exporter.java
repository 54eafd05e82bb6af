package fathom.interop.onnx.export;

import fathom.Autograd;
import fathom.DType;
import fathom.Device;
import fathom.Tensor;
import fathom.Tensors;
import fathom.files.AtomicFiles;
import fathom.interop.onnx.proto.GraphProtoWriter;
import fathom.interop.onnx.proto.GraphProtoWriter.Size;
import fathom.nn.Block;
import fathom.primitive.Ops;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Exports a network. */
public final class Exporter {
    /** Batch sizes of the traces: 1 would hide which dimensions are the batch's. */
    private static final long[] BATCHES = {2, 3, 5};

    private final Block net;
    private final List<Tensor> examples;
    private final Function<List<Tensor>, List<Tensor>> forward;
    private final ExportOptions options;
    private final List<String> inputNames;
    private final Symbols symbols;

    /**
     * An exporter of what {@code forward} computes.
     *
     * @param net whose parameters and buffers it uses
     * @param examples example inputs
     * @param forward from inputs to results
     */
    public Exporter(
            Block net, List<Tensor> examples, Function<List<Tensor>, List<Tensor>> forward, ExportOptions options) {
        this.net = net;
        this.examples = examples;
        this.forward = forward;
        this.options = options;
        inputNames = options.inputNames(examples.size());
        symbols = new Symbols(symbols());
    }

    private List<Symbols.Symbol> symbols() {
        var places = new LinkedHashMap<String, List<Symbols.Place>>();
        for (int i = 0; i < examples.size(); i++) {
            Map<Integer, String> axes = options.dynamicAxes().getOrDefault(inputNames.get(i), Map.of());
            Tensor t = examples.get(i);
            if (options.dynamicBatch() && t.dim() > 0 && !axes.containsKey(0)) {
                places.computeIfAbsent("batch", n -> new ArrayList<>()).add(new Symbols.Place(i, 0));
            }
            for (Map.Entry<Integer, String> axis : axes.entrySet()) {
                if (axis.getKey() < 0 || axis.getKey() >= t.dim()) {
                    throw new IllegalArgumentException(
                            "Onnx.export: the input %s of shape %s has no dimension %s"
                                    .formatted(inputNames.get(i), t.shape(), axis.getKey()));
                }
                places.computeIfAbsent(axis.getValue(), n -> new ArrayList<>())
                        .add(new Symbols.Place(i, axis.getKey()));
            }
        }
        for (String name : options.dynamicAxes().keySet()) {
            if (!inputNames.contains(name)) {
                throw new IllegalArgumentException(
                        "Onnx.export: dynamicAxis: there is no input %s, but %s".formatted(name, inputNames));
            }
        }
        var all = new ArrayList<Symbols.Symbol>();
        places.forEach((name, where) -> {
            all.add(new Symbols.Symbol(name, where, values(where)));
        });
        return all;
    }

    /**
     * {@return sizes to trace with: of images larger than the example's, where strides leave enough to see, of
     * sequences smaller, since networks may have a greatest length}
     */
    private long[] values(List<Symbols.Place> where) {
        if (where.stream().allMatch(p -> p.axis() == 0)) {
            return BATCHES;
        }
        Symbols.Place first = where.getFirst();
        Tensor example = examples.get(first.input());
        long size = example.size(first.axis());
        if (example.dim() > 3 && first.axis() > 1) {
            return new long[] {size, size + Math.max(1, size / 2), size + Math.max(3, size / 3) | 1};
        }
        return size >= 5
                ? new long[] {size, size - size / 3, size - Math.max(3, 2 * size / 3)}
                : new long[] {Math.max(2, size), Math.max(2, size) + 1, Math.max(2, size) + 3};
    }

    /** {@return the example input at the sizes of a trace: its elements are repeated where it is too small} */
    private Tensor input(int i, int trace) {
        Tensor x = examples.get(i);
        for (int d = 0; d < x.dim(); d++) {
            long size = symbols.size(new Symbols.Place(i, d), x.size(d), trace);
            if (size != x.size(d)) {
                var indices = new long[(int) size];
                for (int k = 0; k < indices.length; k++) {
                    indices[k] = k % x.size(d);
                }
                x = x.indexSelect(d, Tensors.tensor(indices, DType.INT64));
            }
        }
        return x == examples.get(i) ? x.clone() : x;
    }

    private Map<String, Tensor> state() {
        var all = new LinkedHashMap<String, Tensor>(net.namedParameters());
        net.namedBuffers().forEach(all::putIfAbsent);
        return all;
    }

    /**
     * Traces the network and writes it.
     *
     * @throws IOException if the file cannot be written
     * @throws UnsupportedOperationException if the network cannot be expressed in ONNX
     */
    public ExportedModel write(Path file) throws IOException {
        Map<String, Tensor> state = state();
        var traces = new ArrayList<Trace>();
        var results = new ArrayList<List<TracedValue>>();
        var modes = new IdentityHashMap<Block, Boolean>();
        net.namedBlocks().values().forEach(b -> modes.put(b, b.isTraining()));
        boolean wasTraining = net.isTraining();
        net.eval();
        try (var off = Autograd.noGrad();
                var cpu = Device.CPU.open()) {
            for (int t = 0; t < symbols.traces(); t++) {
                var inputs = new ArrayList<Tensor>();
                for (int i = 0; i < examples.size(); i++) {
                    inputs.add(input(i, t));
                }
                var trace = new Trace(state, inputs);
                List<Tensor> out = traced(trace, inputs);
                results.add(trace.finish(out));
                traces.add(trace);
            }
        } finally {
            net.train(wasTraining);
            modes.forEach((b, mode) -> {
                if (b.isTraining() != mode) {
                    b.train(mode);
                }
            });
        }
        return write(file, Network.of(traces, results, symbols), state);
    }

    private List<Tensor> traced(Trace trace, List<Tensor> inputs) {
        try {
            return Ops.listen(trace, () -> forward.apply(List.copyOf(inputs)));
        } catch (IllegalArgumentException e) {
            String message =
                    "Onnx.export: the network does not take inputs %s: %s"
                            .formatted(inputs.stream().map(Tensor::shape).toList(), e.getMessage());
            throw new IllegalArgumentException(message, e);
        }
    }

    private ExportedModel write(Path file, Network network, Map<String, Tensor> state) throws IOException {
        List<String> outputNames = options.outputNames(network.outputs().size());
        var graph = new GraphWriter(symbols, options.opset(), inputNames, outputNames, state.keySet());
        var lowering = new Lowering(graph, network);
        lowering.write();
        var outputs = new ArrayList<String>();
        for (int i = 0; i < outputNames.size(); i++) {
            outputs.add(graph.named(lowering.name(network.outputs().get(i)), outputNames.get(i)));
        }
        List<GraphWriter.Node> nodes = graph.used(outputs);
        var writer = new GraphProtoWriter(options.graphName());
        var needed = new HashSet<String>();
        var counts = new java.util.TreeMap<String, Integer>();
        for (GraphWriter.Node n : nodes) {
            writer.node(n.outputs().getFirst(), n.operator(), n.inputs(), n.outputs(), n.attributes());
            needed.addAll(n.inputs());
            counts.merge(n.operator(), 1, Integer::sum);
        }
        state.forEach((name, t) -> {
            String own = graph.stateNames.get(name);
            if (own != null && needed.contains(own)) {
                writer.initializer(own, t.detach());
            }
        });
        graph.constants.forEach((name, t) -> {
            if (needed.contains(name)) {
                writer.initializer(name, t);
            }
        });
        for (int i = 0; i < examples.size(); i++) {
            Value v = network.values().get(state.size() + i);
            writer.input(inputNames.get(i), v.type(), sizes(v));
        }
        for (int i = 0; i < outputs.size(); i++) {
            Value v = network.outputs().get(i);
            writer.output(outputs.get(i), v.type(), sizes(v));
        }
        AtomicFiles.write(file, channel -> writer.writeTo(channel, options.opset(), "Fathom", options.metadata()));
        return new ExportedModel(file, inputNames, outputNames, nodes.size(), counts);
    }

    private List<Size> sizes(Value v) {
        var sizes = new ArrayList<Size>();
        for (Dim d : v.shape()) {
            sizes.add(d.isFixed() ? new Size.Fixed(d.size()) : new Size.Named(symbols.text(d)));
        }
        return sizes;
    }
}
