package fathom.interop.onnx.operators;

import fathom.Tensor;
import fathom.Tensors;
import fathom.interop.onnx.graph.Call;
import fathom.interop.onnx.graph.Value;
import fathom.recurrent.Recurrence;
import fathom.recurrent.RecurrentCell;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Recurrent layers. Those that PyTorch has run as its layers do, as one primitive per direction; others, with
 * peepholes, clipping, lengths or other activations, step by step ({@link RecurrentSteps}).
 */
final class Recurrent {
    /** ONNX's order of gates by PyTorch's: i, o, f, c are i, f, g, o there; z, r, h are r, z, n. */
    private static final int[] LSTM_GATES = {0, 2, 3, 1};

    private static final int[] GRU_GATES = {1, 0, 2};

    private Recurrent() {}

    static void addTo(OperatorTable table) {
        table.add("LSTM", c -> run(c, Kind.LSTM)).weights(1, 2, 3, 7);
        table.add("GRU", c -> run(c, Kind.GRU)).weights(1, 2, 3);
        table.add("RNN", c -> run(c, Kind.RNN)).weights(1, 2, 3);
    }

    /** The kinds of layers. */
    enum Kind {
        LSTM(4, List.of("Sigmoid", "Tanh", "Tanh")),
        GRU(3, List.of("Sigmoid", "Tanh")),
        RNN(1, List.of("Tanh"));

        final int gates;
        final List<String> activations;

        Kind(int gates, List<String> activations) {
            this.gates = gates;
            this.activations = activations;
        }
    }

    /**
     * One direction of a layer.
     *
     * @param input weights of the input, {@code [G H, I]}
     * @param hidden weights of the hidden state, {@code [G H, H]}
     * @param bias both biases, {@code [2 G H]}; null for none
     * @param h the initial hidden state, {@code [B, H]}
     * @param cell the initial cell state, {@code [B, H]}; null for none
     */
    record Direction(
            boolean reverse, Tensor input, Tensor hidden, @Nullable Tensor bias, Tensor h, @Nullable Tensor cell) {}

    private static Value[] run(Call c, Kind kind) {
        boolean batchFirst = c.flag("layout", false);
        Tensor x = batchFirst ? c.tensor(0).transpose(0, 1) : c.tensor(0);
        if (x.dim() != 3) {
            throw c.refuse("its input has the shape %s, not [T, B, I]".formatted(x.shape()));
        }
        String direction = c.text("direction", "forward");
        int directions = direction.equals("bidirectional") ? 2 : 1;
        long size = c.tensor(2).size(-1);
        List<String> names = activations(c, kind, directions);
        var outputs = new ArrayList<Tensor>();
        var states = new ArrayList<Tensor>();
        var cells = new ArrayList<Tensor>();
        for (int d = 0; d < directions; d++) {
            boolean reverse = d == 1 || direction.equals("reverse");
            Tensor h = initial(c, 5, d, x, size, batchFirst);
            Tensor cell = kind == Kind.LSTM ? initial(c, 6, d, x, size, batchFirst) : null;
            var weights =
                    new Direction(
                            reverse,
                            c.tensor(1).select(0, d),
                            c.tensor(2).select(0, d),
                            c.has(3) ? c.tensor(3).select(0, d) : null,
                            h,
                            cell);
            List<String> own = names.subList(d * kind.activations.size(), (d + 1) * kind.activations.size());
            RecurrentCell known = known(c, kind, own, x.size(0));
            RecurrentSteps.Result result =
                    known != null ? atOnce(known, kind, x, weights) : RecurrentSteps.run(c, kind, own, d, x, weights);
            outputs.add(result.outputs());
            states.add(result.hidden());
            if (result.cell() != null) {
                cells.add(result.cell());
            }
        }
        Tensor y = Tensors.stack(outputs, 1);
        Tensor last = Tensors.stack(states, 0);
        Tensor lastCell = cells.isEmpty() ? null : Tensors.stack(cells, 0);
        if (batchFirst) {
            y = y.permute(2, 0, 1, 3);
            last = last.transpose(0, 1);
            lastCell = lastCell == null ? null : lastCell.transpose(0, 1);
        }
        return lastCell == null ? Value.of(y, last) : Value.of(y, last, lastCell);
    }

    private static List<String> activations(Call c, Kind kind, int directions) {
        List<String> given = c.texts("activations");
        if (given == null) {
            var all = new ArrayList<String>();
            for (int d = 0; d < directions; d++) {
                all.addAll(kind.activations);
            }
            return all;
        }
        if (given.size() != directions * kind.activations.size()) {
            throw c.refuse(
                    String.format(
                            Locale.ROOT,
                            "it has %d activations, not %d",
                            given.size(),
                            directions * kind.activations.size()));
        }
        return given;
    }

    private static Tensor initial(Call c, int input, int direction, Tensor x, long size, boolean batchFirst) {
        return c.has(input) ? c.tensor(input).select(batchFirst ? 1 : 0, direction) : x.newZeros(x.size(1), size);
    }

    /** {@return PyTorch's cell that computes the same; null if there is none} */
    private static @Nullable RecurrentCell known(Call c, Kind kind, List<String> activations, long steps) {
        boolean isPlain =
                !c.hasAttribute("clip")
                        && !c.flag("input_forget", false)
                        && !c.has(7)
                        && steps > 0
                        && (!c.has(4) || Arrays.stream(c.wholes(4)).allMatch(n -> n == steps));
        if (!isPlain) {
            return null;
        }
        boolean isDefault = activations.equals(kind.activations);
        return switch (kind) {
            case LSTM -> isDefault ? RecurrentCell.LSTM : null;
            case GRU -> isDefault && c.flag("linear_before_reset", false) ? RecurrentCell.GRU : null;
            case RNN ->
                    isDefault
                            ? RecurrentCell.RNN_TANH
                            : activations.equals(List.of("Relu")) ? RecurrentCell.RNN_RELU : null;
        };
    }

    private static RecurrentSteps.Result atOnce(RecurrentCell cell, Kind kind, Tensor x, Direction d) {
        int[] order =
                switch (kind) {
                    case LSTM -> LSTM_GATES;
                    case GRU -> GRU_GATES;
                    case RNN -> new int[] {0};
                };
        long rows = d.input().size(0);
        Tensor biasIh = d.bias() == null ? null : ordered(d.bias().narrow(0, 0, rows), order);
        Tensor biasHh = d.bias() == null ? null : ordered(d.bias().narrow(0, rows, rows), order);
        Tensor[] states =
                Recurrence.unroll(
                        cell,
                        d.reverse(),
                        false,
                        x,
                        d.h(),
                        d.cell(),
                        ordered(d.input(), order),
                        ordered(d.hidden(), order),
                        biasIh,
                        biasHh);
        long last = d.reverse() ? 0 : states[0].size(0) - 1;
        return new RecurrentSteps.Result(
                states[0], states[0].select(0, last), cell.hasCell() ? states[1].select(0, last) : null);
    }

    /** {@return the rows of weights with their gates in another order} */
    private static Tensor ordered(Tensor weight, int[] order) {
        if (order.length == 1) {
            return weight;
        }
        long rows = weight.size(0) / order.length;
        var parts = new ArrayList<Tensor>();
        for (int gate : order) {
            parts.add(weight.narrow(0, gate * rows, rows));
        }
        return Tensors.cat(parts, 0);
    }
}
