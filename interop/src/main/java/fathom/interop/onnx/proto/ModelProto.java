package fathom.interop.onnx.proto;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A model file.
 *
 * @param producer the program that wrote it
 * @param opsets the version of each domain's operators; the domain of ONNX's own is empty
 * @param graph the graph
 * @param metadata entries such as a description
 */
public record ModelProto(String producer, Map<String, Long> opsets, GraphProto graph, Map<String, String> metadata) {

    /**
     * {@return the model in a file's bytes}
     *
     * @throws IOException if they are no model, with the position of the problem
     */
    public static ModelProto read(MemorySegment file) throws IOException {
        ProtoReader in = ProtoReader.of(file);
        String producer = "";
        var opsets = new LinkedHashMap<String, Long>();
        var metadata = new LinkedHashMap<String, String>();
        GraphProto graph = null;
        while (in.next()) {
            switch (in.field()) {
                case 2 -> producer = in.text();
                case 7 -> graph = GraphProto.read(in.message());
                case 8 -> opset(in.message(), opsets);
                case 14 -> {
                    Map.Entry<String, String> entry = StringEntry.read(in.message());
                    metadata.put(entry.getKey(), entry.getValue());
                }
                default -> in.skip();
            }
        }
        if (graph == null || opsets.isEmpty()) {
            throw new IOException("it has no " + (graph == null ? "graph" : "version of its operators"));
        }
        return new ModelProto(producer, opsets, graph, metadata);
    }

    private static void opset(ProtoReader in, Map<String, Long> opsets) throws IOException {
        String domain = "";
        long version = 0;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> domain = in.text();
                case 2 -> version = in.whole();
                default -> in.skip();
            }
        }
        opsets.put(domain.equals("ai.onnx") ? "" : domain, version);
    }
}
