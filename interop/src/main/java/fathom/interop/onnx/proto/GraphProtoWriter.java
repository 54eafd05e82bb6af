package fathom.interop.onnx.proto;

import fathom.DType;
import fathom.Tensor;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.Map;

/** Writes a model of one graph, in the order of the fields of onnx.proto. */
public final class GraphProtoWriter {
    /** The version of the file format that came with opset 17. */
    private static final long IR_VERSION = 8;

    /** A protobuf message must be smaller. */
    private static final long LIMIT = Integer.MAX_VALUE;

    private final ProtoWriter graph = new ProtoWriter();

    /** A size of an input or output: a number, a name for one that may vary, or an empty name for an unknown one. */
    public sealed interface Size {
        /** A fixed size. */
        record Fixed(long size) implements Size {}

        /** A size that may vary. */
        record Named(String name) implements Size {}
    }

    /** Begins a graph of this name. */
    public GraphProtoWriter(String name) {
        graph.text(2, name);
    }

    /**
     * Writes a node.
     *
     * @param attributes by name: {@link Long}, {@link Double}, {@link String}, {@code long[]} or {@code String[]}
     */
    public void node(
            String name, String operator, List<String> inputs, List<String> outputs, Map<String, Object> attributes) {
        var node = new ProtoWriter();
        inputs.forEach(i -> node.text(1, i));
        outputs.forEach(o -> node.text(2, o));
        node.text(3, name);
        node.text(4, operator);
        attributes.forEach((key, value) -> node.message(5, attribute(key, value)));
        graph.message(1, node);
    }

    private static ProtoWriter attribute(String name, Object value) {
        var a = new ProtoWriter().text(1, name);
        return switch (value) {
            case Long l -> a.whole(3, l).whole(20, 2);
            case Double d -> a.real(2, d).whole(20, 1);
            case String s -> a.text(4, s).whole(20, 3);
            case long[] all -> a.wholes(8, all).whole(20, 7);
            case String[] all -> {
                for (String t : all) {
                    a.text(9, t);
                }
                yield a.whole(20, 8);
            }
            default -> throw new IllegalArgumentException("an attribute cannot be " + value.getClass());
        };
    }

    /** Writes a weight or constant, whose elements must not change before {@link #writeTo}. */
    public void initializer(String name, Tensor t) {
        var tensor = new ProtoWriter();
        tensor.wholes(1, t.shape().dims());
        tensor.whole(2, ElementType.number(t.dtype()));
        tensor.text(8, name);
        tensor.elements(9, t);
        graph.message(5, tensor);
    }

    /** Writes the description of an input. */
    public void input(String name, DType type, List<Size> shape) {
        graph.message(11, value(name, type, shape));
    }

    /** Writes the description of an output. */
    public void output(String name, DType type, List<Size> shape) {
        graph.message(12, value(name, type, shape));
    }

    private static ProtoWriter value(String name, DType type, List<Size> shape) {
        var dims = new ProtoWriter();
        for (Size s : shape) {
            var dim = new ProtoWriter();
            switch (s) {
                case Size.Fixed(long size) -> dim.whole(1, size);
                case Size.Named(String n) -> {
                    if (!n.isEmpty()) {
                        dim.text(2, n);
                    }
                }
            }
            dims.message(1, dim);
        }
        var tensor = new ProtoWriter().whole(1, ElementType.number(type)).message(2, dims);
        return new ProtoWriter().text(1, name).message(2, new ProtoWriter().message(1, tensor));
    }

    /** {@return the size of the file in bytes} */
    public long size() {
        return graph.size();
    }

    /**
     * Writes the model.
     *
     * @param metadata entries that describe the model
     * @throws IOException if it is larger than protobuf allows, or cannot be written
     */
    public void writeTo(WritableByteChannel channel, long opset, String producer, Map<String, String> metadata)
            throws IOException {
        if (graph.size() > LIMIT - (1 << 16)) {
            throw new IOException(
                    "the model has %s bytes; an ONNX file of one part holds at most 2 GB".formatted(graph.size()));
        }
        var model = new ProtoWriter().whole(1, IR_VERSION).text(2, producer);
        model.message(7, graph);
        model.message(8, new ProtoWriter().whole(2, opset));
        metadata.forEach((key, value) -> model.message(14, new ProtoWriter().text(1, key).text(2, value)));
        model.writeTo(channel);
    }
}
