package fathom.nn.recurrent;

import fathom.Tensor;
import fathom.Tensors;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One layer of an LSTM with projected hidden states, in one direction, step by step. */
final class ProjectedLstm {
    private ProjectedLstm() {}

    /**
     * {@return the hidden states {@code [T, B, P]}, and the cell states {@code [T, B, H]}}
     *
     * @param x {@code [T, B, I]}
     * @param hidden {@code [B, P]}
     * @param cell {@code [B, H]}
     * @param weightHr the projection, {@code [P, H]}
     */
    static Tensor[] unroll(
            boolean reverse,
            Tensor x,
            Tensor hidden,
            Tensor cell,
            Tensor weightIh,
            Tensor weightHh,
            @Nullable Tensor biasIh,
            @Nullable Tensor biasHh,
            Tensor weightHr) {
        Tensor bias = biasIh == null || biasHh == null ? biasIh : biasIh.add(biasHh);
        Tensor gates = Tensors.linear(x, weightIh, bias);
        int steps = Math.toIntExact(x.size(0));
        var hiddens = new Tensor[steps];
        var cells = new Tensor[steps];
        Tensor h = hidden;
        Tensor c = cell;
        for (int i = 0; i < steps; i++) {
            int t = reverse ? steps - 1 - i : i;
            List<Tensor> g = gates.select(0, t).add(Tensors.linear(h, weightHh, null)).chunk(4, 1);
            c = g.get(1).sigmoid().mul(c).add(g.get(0).sigmoid().mul(g.get(2).tanh()));
            h = Tensors.linear(g.get(3).sigmoid().mul(c.tanh()), weightHr, null);
            hiddens[t] = h;
            cells[t] = c;
        }
        return new Tensor[] {Tensors.stack(Arrays.asList(hiddens), 0), Tensors.stack(Arrays.asList(cells), 0)};
    }
}
