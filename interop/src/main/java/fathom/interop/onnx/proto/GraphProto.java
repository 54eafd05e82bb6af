package fathom.interop.onnx.proto;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A graph: nodes in the order of their execution.
 *
 * @param name the name
 * @param nodes the nodes
 * @param initializers tensors with given elements
 * @param sparse the number of initialisers in a sparse form
 * @param inputs the inputs; those with an initialiser may be omitted by the caller
 * @param outputs the outputs
 */
public record GraphProto(
        String name,
        List<NodeProto> nodes,
        List<TensorProto> initializers,
        int sparse,
        List<ValueProto> inputs,
        List<ValueProto> outputs) {

    static GraphProto read(ProtoReader in) throws IOException {
        String name = "";
        int sparse = 0;
        var nodes = new ArrayList<NodeProto>();
        var initializers = new ArrayList<TensorProto>();
        var inputs = new ArrayList<ValueProto>();
        var outputs = new ArrayList<ValueProto>();
        while (in.next()) {
            switch (in.field()) {
                case 1 -> nodes.add(NodeProto.read(in.message()));
                case 2 -> name = in.text();
                case 5 -> initializers.add(TensorProto.read(in.message()));
                case 11 -> inputs.add(ValueProto.read(in.message()));
                case 12 -> outputs.add(ValueProto.read(in.message()));
                case 15 -> {
                    sparse++;
                    in.skip();
                }
                default -> in.skip();
            }
        }
        return new GraphProto(
                name, List.copyOf(nodes), List.copyOf(initializers), sparse, List.copyOf(inputs), List.copyOf(outputs));
    }
}
