package fathom.interop.onnx.graph;

import fathom.interop.onnx.proto.NodeProto;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A node of a graph, with its values numbered.
 *
 * @param node the node
 * @param operator its operator
 * @param inputs the slots of its inputs; -1 for omitted ones
 * @param outputs the slots of its outputs; -1 for those that nobody uses
 * @param dead the slots that no later step uses
 * @param constants its attributes that are tensors
 * @param subgraphs its attributes that are graphs
 */
record Step(
        NodeProto node,
        Operator operator,
        int[] inputs,
        int[] outputs,
        int[] dead,
        Map<String, Value> constants,
        Map<String, Subgraph> subgraphs) {

    /**
     * A graph in an attribute.
     *
     * @param graph the graph
     * @param outer the slots of the outer graph whose values it uses, in the order of {@code inner}
     * @param inner the slots of these values in the graph
     */
    record Subgraph(Graph graph, int[] outer, int[] inner) {
        Value[] run(Value[] inputs, @Nullable Value[] frame, Execution execution) {
            var captured = new Value[outer.length];
            for (int i = 0; i < outer.length; i++) {
                captured[i] = Graph.present(frame, outer[i]);
            }
            return graph.run(inputs, captured, inner, execution.nested());
        }
    }
}
