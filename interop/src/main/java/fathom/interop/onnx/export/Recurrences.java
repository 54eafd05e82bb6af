package fathom.interop.onnx.export;

import fathom.DType;
import fathom.Tensors;
import fathom.primitive.MatMul;
import fathom.primitive.Views;
import fathom.recurrent.Recurrence;
import fathom.recurrent.RecurrentCell;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Recurrent layers. Fathom computes the input projections of all steps as one matrix product, then the steps; ONNX's
 * operators do both. If the projection is recognised, its weights become those of the operator, else the operator gets
 * the projections with the identity as its weights.
 */
final class Recurrences {
    /** ONNX's order of the gates, as places in PyTorch's: of z, r, n after r, z, n; of i, o, f, g after i, f, g, o. */
    private static final int[] GRU_GATES = {1, 0, 2};

    private static final int[] LSTM_GATES = {0, 3, 1, 2};
    private static final int[] ONE_GATE = {0};

    private Recurrences() {}

    /** The product that computed the gates of all steps. */
    private record Projection(String x, String weight, @Nullable String bias) {}

    static void write(Lowering to, Step s, Recurrence r) {
        RecurrentCell cell = r.cell();
        GraphWriter graph = to.graph;
        Value gates = s.in(0);
        if (gates.type() != DType.FLOAT32) {
            throw new UnsupportedOperationException(
                    "Onnx.export: a recurrent layer of %s cannot be exported; convert the network to FLOAT32"
                            .formatted(gates.type()));
        }
        int[] order =
                switch (cell) {
                    case GRU -> GRU_GATES;
                    case LSTM -> LSTM_GATES;
                    case RNN_TANH, RNN_RELU -> ONE_GATE;
                };
        Value h = s.in(1);
        long hidden = h.dim(1).size();
        int weights = cell.hasCell() ? 3 : 2;
        Projection p = projection(to, gates);
        if (p == null) {
            long size = cell.gates() * hidden;
            p = new Projection(to.name(gates), graph.constant(Tensors.eye(size)), null);
        }
        String zeros = graph.constant(Tensors.zeros(cell.gates() * hidden));
        String inputBias = p.bias == null ? zeros : p.bias;
        String hiddenBias = cell == RecurrentCell.GRU ? to.name(s.in(weights + 1)) : zeros;
        String bias =
                graph.node(
                        "Concat",
                        List.of(
                                reordered(graph, inputBias, order, hidden),
                                reordered(graph, hiddenBias, order, hidden)),
                        "axis",
                        0);
        var in =
                new ArrayList<>(
                        List.of(
                                p.x,
                                unsqueezed(graph, reordered(graph, p.weight, order, hidden)),
                                unsqueezed(graph, reordered(graph, to.name(s.in(weights)), order, hidden)),
                                unsqueezed(graph, bias),
                                "",
                                unsqueezed(graph, to.name(h))));
        if (cell.hasCell()) {
            in.add(unsqueezed(graph, to.name(s.in(2))));
        }
        var attributes = new ArrayList<Object>(List.of("hidden_size", hidden));
        attributes.addAll(List.of("direction", r.reverse() ? "reverse" : "forward"));
        if (cell == RecurrentCell.GRU) {
            attributes.addAll(List.of("linear_before_reset", 1));
        }
        String operator = cell == RecurrentCell.GRU ? "GRU" : cell.hasCell() ? "LSTM" : "RNN";
        if (cell == RecurrentCell.RNN_RELU) {
            attributes.addAll(List.of("activations", new String[] {"Relu"}));
        }
        List<String> y = graph.nodes(cell.hasCell() ? 3 : 2, operator, in, attributes.toArray());
        to.set(s.out(0), graph.node("Squeeze", List.of(y.getFirst(), graph.integers(1))));
        if (cell.hasCell()) {
            last(to, s, r.reverse(), y.get(2));
        }
    }

    /**
     * ONNX returns the cell state of the last step alone, which is then what views of that step show.
     *
     * @param state {@code [1, B, H]}
     */
    private static void last(Lowering to, Step s, boolean reverse, String state) {
        Value cells = s.out(1);
        Dim end = cells.dim(0);
        for (Step t : to.network.steps()) {
            if (!t.inputs().contains(cells) || t.isWriteBack()) {
                continue;
            }
            if (t.primitive() instanceof Views.Slice v && v.dim() == 0 && v.count() == 1) {
                Dim behind = t.attribute(Views.Slice.class, l -> l.start() + 1);
                if (reverse ? v.start() == 0 : behind.equals(end)) {
                    to.set(t.out(0), state);
                }
            } else if (t.primitive() instanceof Views.Select v && v.dim() == 0) {
                Dim behind = t.attribute(Views.Select.class, l -> l.index() + 1);
                if (reverse ? v.index() == 0 : behind.equals(end)) {
                    to.set(t.out(0), to.graph.node("Squeeze", List.of(state, to.graph.integers(0))));
                }
            }
        }
    }

    private static String unsqueezed(GraphWriter graph, String x) {
        return graph.node("Unsqueeze", List.of(x, graph.integers(0)));
    }

    /** {@return a weight whose gates along dimension 0 are in ONNX's order} */
    private static String reordered(GraphWriter graph, String weight, int[] order, long hidden) {
        if (order.length == 1) {
            return weight;
        }
        var parts = new ArrayList<String>();
        for (int gate : order) {
            parts.add(
                    graph.node(
                            "Slice",
                            List.of(
                                    weight,
                                    graph.integers(gate * hidden),
                                    graph.integers((gate + 1) * hidden),
                                    graph.integers(0))));
        }
        return graph.node("Concat", parts, "axis", 0);
    }

    /** {@return the product of which {@code gates} is the result: of rows of x, for a sequence or a batch of them} */
    private static @Nullable Projection projection(Lowering to, Value gates) {
        boolean batchFirst = false;
        Step s = to.producers.get(gates);
        if (s != null && s.primitive() instanceof Views.Permute p) {
            if (p.order()[0] != 1 || p.order()[1] != 0) {
                return null;
            }
            batchFirst = true;
            s = to.producers.get(s.in(0));
        }
        if (s == null || s.isWriteBack() || !(s.primitive() instanceof Views.Reshape)) {
            return null;
        }
        Value whole = s.out(0);
        Step product = to.producers.get(s.in(0));
        if (product == null || !(product.primitive() instanceof MatMul m)) {
            return null;
        }
        Value weight = Products.transposed(to, product.in(1));
        Step rows = to.producers.get(product.in(0));
        if (weight == null || rows == null || !(rows.primitive() instanceof Views.Reshape)) {
            return null;
        }
        Value x = rows.in(0);
        boolean fits =
                x.rank() == 3
                        && whole.rank() == 3
                        && x.dim(0).equals(whole.dim(0))
                        && x.dim(1).equals(whole.dim(1))
                        && x.dim(2).equals(product.in(0).dim(1));
        if (!fits) {
            return null;
        }
        String name = to.name(x);
        return new Projection(
                batchFirst ? to.graph.transpose(name, 1, 0, 2) : name,
                to.name(weight),
                m.bias() ? to.name(product.in(2)) : null);
    }
}
