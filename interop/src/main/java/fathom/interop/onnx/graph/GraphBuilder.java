package fathom.interop.onnx.graph;

import fathom.DType;
import fathom.Tensors;
import fathom.interop.onnx.proto.AttributeProto;
import fathom.interop.onnx.proto.GraphProto;
import fathom.interop.onnx.proto.NodeProto;
import fathom.interop.onnx.proto.TensorProto;
import fathom.interop.onnx.proto.ValueProto;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Turns graphs of a file into graphs that run. */
public final class GraphBuilder {
    /** Operators whose operands are trained only if they have several elements: others are factors and the like. */
    private static final Set<String> SCALES = Set.of("Add", "Mul");

    private final Operators operators;
    private final Weights weights;
    private final Map<String, Boolean> trained;

    /** Nodes with unknown operators by operator. */
    private final Map<String, List<String>> unknown = new TreeMap<>();

    /** Makes values of the tensors in a file. */
    @FunctionalInterface
    public interface Weights {
        /**
         * {@return a tensor's value}
         *
         * @param name the tensor's name
         * @param isTrained whether its use makes it a parameter, if its type and its shape do
         * @param isScalarTrained whether this holds for a single element too
         */
        Value load(TensorProto tensor, String name, boolean isTrained, boolean isScalarTrained) throws IOException;
    }

    private GraphBuilder(Operators operators, Weights weights, Map<String, Boolean> trained) {
        this.operators = operators;
        this.weights = weights;
        this.trained = trained;
    }

    /**
     * {@return a graph that runs}
     *
     * @throws IOException if it uses unknown operators, naming all of them, or is damaged
     */
    public static Graph build(GraphProto proto, Operators operators, Weights weights) throws IOException {
        var trained = new HashMap<String, Boolean>();
        mark(proto, operators, trained);
        var builder = new GraphBuilder(operators, weights, trained);
        Graph graph = builder.build(proto, new Names(null));
        builder.refuseUnknown();
        return graph;
    }

    /** Finds the tensors whose use makes them parameters, from the last node to the first. */
    private static void mark(GraphProto graph, Operators operators, Map<String, Boolean> trained) {
        for (NodeProto node : graph.nodes().reversed()) {
            for (AttributeProto a : node.attributes().values()) {
                if (a.graph() != null) {
                    mark(a.graph(), operators, trained);
                }
            }
            Operator operator = operators.find(node.domain(), node.type());
            if (operator == null) {
                continue;
            }
            boolean any = !SCALES.contains(operator.name());
            for (int i = 0; i < node.inputs().size(); i++) {
                if (operator.trains(i)) {
                    trained.merge(node.inputs().get(i), any, Boolean::logicalOr);
                }
            }
            if (operator.rearranges()) {
                for (String out : node.outputs()) {
                    Boolean isAny = trained.get(out);
                    if (isAny != null) {
                        node.inputs().forEach(in -> trained.merge(in, isAny, Boolean::logicalOr));
                    }
                }
            }
        }
    }

    private void refuseUnknown() throws IOException {
        if (unknown.isEmpty()) {
            return;
        }
        var all = new ArrayList<String>();
        unknown.forEach((operator, nodes) ->
                all.add(
                        "%s (%s%s)"
                                .formatted(
                                        operator,
                                        nodes.getFirst(),
                                        nodes.size() == 1 ? "" : " and " + (nodes.size() - 1) + " more nodes")));
        throw new IOException("it uses operators that are not supported: " + String.join(", ", all));
    }

    private Graph build(GraphProto proto, Names names) throws IOException {
        if (proto.sparse() > 0) {
            throw new IOException("sparse initialisers are not supported");
        }
        var constants = new HashMap<Integer, Value>();
        for (TensorProto t : proto.initializers()) {
            constants.put(names.define(t.name()), load(t, t.name()));
        }
        var given = new ArrayList<Integer>();
        for (ValueProto v : inputs(proto)) {
            given.add(names.define(v.name()));
        }
        var steps = new ArrayList<Step>();
        for (NodeProto node : proto.nodes()) {
            if (node.type().equals("Constant") && node.domain().isEmpty() && node.outputs().size() == 1) {
                String name = node.outputs().getFirst();
                constants.put(names.define(name), constant(node, name));
            } else {
                steps.add(step(node, names));
            }
        }
        var outputs = new int[proto.outputs().size()];
        for (int i = 0; i < outputs.length; i++) {
            outputs[i] = slot(proto.outputs().get(i).name(), names, "the outputs");
        }
        int[] inputs = given.stream().mapToInt(i -> i).toArray();
        return new Graph(names.count(), constants, inputs, outputs, withLifetimes(steps, outputs, constants.keySet()));
    }

    /** {@return the inputs that are no initialisers: those that a caller must give} */
    public static List<ValueProto> inputs(GraphProto proto) {
        var initialized = new HashSet<String>();
        proto.initializers().forEach(t -> initialized.add(t.name()));
        return proto.inputs().stream().filter(v -> !initialized.contains(v.name())).toList();
    }

    private Value load(TensorProto t, String name) throws IOException {
        Boolean isTrained = trained.get(name);
        return weights.load(t, name, isTrained != null, Boolean.TRUE.equals(isTrained));
    }

    private Value constant(NodeProto node, String name) throws IOException {
        for (AttributeProto a : node.attributes().values()) {
            TensorProto t = a.tensor();
            switch (a.name()) {
                case "value" -> {
                    if (t != null) {
                        return load(t, name);
                    }
                }
                case "value_float" -> {
                    return HostValue.of(DType.FLOAT32, new long[0], new double[] {a.real()});
                }
                case "value_int" -> {
                    return HostValue.number(a.whole());
                }
                case "value_floats" -> {
                    double[] reals = a.reals();
                    return HostValue.fits(DType.FLOAT32, reals.length)
                            ? HostValue.of(DType.FLOAT32, new long[] {reals.length}, reals)
                            : new TensorValue(Tensors.tensor(reals).keep());
                }
                case "value_ints" -> {
                    long[] wholes = a.wholes();
                    return HostValue.fits(DType.INT64, wholes.length)
                            ? HostValue.of(wholes)
                            : new TensorValue(Tensors.tensor(wholes).keep());
                }
                default -> {}
            }
        }
        throw new IOException("node %s has no value that is supported: it is a tensor or numbers".formatted(node));
    }

    private Step step(NodeProto node, Names names) throws IOException {
        var inputs = new int[node.inputs().size()];
        for (int i = 0; i < inputs.length; i++) {
            String name = node.inputs().get(i);
            inputs[i] = name.isEmpty() ? -1 : slot(name, names, "node " + node);
        }
        var constants = new LinkedHashMap<String, Value>();
        var subgraphs = new LinkedHashMap<String, Step.Subgraph>();
        for (AttributeProto a : node.attributes().values()) {
            if (a.tensor() != null) {
                constants.put(a.name(), weights.load(a.tensor(), node + "." + a.name(), false, false));
            }
            if (a.graph() != null) {
                subgraphs.put(a.name(), subgraph(a.graph(), names));
            }
        }
        var outputs = new int[node.outputs().size()];
        for (int i = 0; i < outputs.length; i++) {
            String name = node.outputs().get(i);
            outputs[i] = name.isEmpty() ? -1 : names.define(name);
        }
        return new Step(node, operator(node), inputs, outputs, new int[0], constants, subgraphs);
    }

    private Operator operator(NodeProto node) {
        Operator operator = operators.find(node.domain(), node.type());
        if (operator != null) {
            return operator;
        }
        String name = node.domain().isEmpty() ? node.type() : node.domain() + "." + node.type();
        unknown.computeIfAbsent(name, _ -> new ArrayList<>())
                .add(
                        !node.name().isEmpty()
                                ? "node " + node.name()
                                : node.outputs().isEmpty() ? "a node" : "the node of " + node.outputs().getFirst());
        // never run: the graph is refused when all of it was looked at
        return new Operator(name, _ -> new Value[0], null, new int[0], false);
    }

    private Step.Subgraph subgraph(GraphProto proto, Names outer) throws IOException {
        var names = new Names(outer);
        Graph graph = build(proto, names);
        int n = names.captured().size();
        var from = new int[n];
        var to = new int[n];
        int i = 0;
        for (var e : names.captured().entrySet()) {
            from[i] = outer.find(e.getKey());
            to[i++] = e.getValue();
        }
        return new Step.Subgraph(graph, from, to);
    }

    private static int slot(String name, Names names, String user) throws IOException {
        int slot = names.find(name);
        if (slot < 0) {
            throw new IOException("%s: nothing in front computes the value '%s'".formatted(user, name));
        }
        return slot;
    }

    /** {@return the steps, each with the slots that none behind it uses} */
    private static List<Step> withLifetimes(List<Step> steps, int[] outputs, Set<Integer> constants) {
        var alive = new HashSet<Integer>(constants);
        for (int slot : outputs) {
            alive.add(slot);
        }
        var reversed = new ArrayList<Step>();
        for (Step s : steps.reversed()) {
            var dead = new ArrayList<Integer>();
            for (int[] used : uses(s)) {
                for (int slot : used) {
                    if (slot >= 0 && alive.add(slot)) {
                        dead.add(slot);
                    }
                }
            }
            reversed.add(
                    new Step(
                            s.node(),
                            s.operator(),
                            s.inputs(),
                            s.outputs(),
                            dead.stream().mapToInt(i -> i).toArray(),
                            s.constants(),
                            s.subgraphs()));
        }
        return reversed.reversed();
    }

    private static List<int[]> uses(Step s) {
        var used = new ArrayList<int[]>();
        used.add(s.inputs());
        used.add(s.outputs());
        s.subgraphs().values().forEach(g -> used.add(g.outer()));
        return used;
    }
}
