package fathom.recurrent;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.ir.Kernel;
import fathom.primitive.Composed;
import fathom.primitive.MatMul;
import fathom.primitive.Ops;
import fathom.primitive.Tape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One layer of a recurrent network in one direction, over a whole sequence.
 *
 * <p>Inputs: the input projections of the gates at all steps, {@code [T, B, G H]} (one matrix product computed them,
 * biases included), the initial hidden state {@code [B, H]}, for LSTM the cell state {@code [B, H]}, the weights {@code
 * [G H, H]}, and for GRU their bias {@code [G H]}. Outputs: the hidden states {@code [T, B, H]}, for LSTM the cell
 * states {@code [T, B, H]}, then the gate values that backward needs, {@code [T, B, K H]}.
 *
 * <p>Each step is one matrix product and one kernel, as is its gradient; the weight gradient is one product over all
 * steps.
 *
 * @param cell the cell
 * @param reverse whether the sequence is processed from its last step to its first
 * @param keep whether a gradient may be requested; the gate values for backward are computed only then
 */
public record Recurrence(RecurrentCell cell, boolean reverse, boolean keep) implements Composed {
    private static final Number[] NONE = {};
    static final MatMul PRODUCT = new MatMul(false);
    private static final MatMul PRODUCT_AND_BIAS = new MatMul(true);

    /**
     * Computes the input contribution to all gates of all steps as one matrix product, then the steps as one primitive.
     *
     * @param x the inputs, {@code [T, B, I]}, batch first on request
     * @param h the initial hidden state, {@code [B, H]}
     * @param c the initial cell state, {@code [B, H]}; null for cells without one
     * @param weightIh {@code [G H, I]}, in PyTorch's order of gates
     * @param weightHh {@code [G H, H]}
     * @param biasIh {@code [G H]}; null for none
     * @param biasHh {@code [G H]}; null for none
     * @return the hidden states {@code [T, B, H]}, then for LSTM the cell states
     */
    public static Tensor[] unroll(
            RecurrentCell cell,
            boolean reverse,
            boolean batchFirst,
            Tensor x,
            Tensor h,
            @Nullable Tensor c,
            Tensor weightIh,
            Tensor weightHh,
            @Nullable Tensor biasIh,
            @Nullable Tensor biasHh) {
        boolean separateHiddenBias = cell == RecurrentCell.GRU;
        Tensor bias = biasIh == null || biasHh == null || separateHiddenBias ? biasIh : biasIh.add(biasHh);
        Tensor gates = Tensors.linear(x, weightIh, bias);
        var in = new ArrayList<Tensor>();
        // what is carried from step to step has the weights' type, also where autocast rounds products to bfloat16
        DType type = weightHh.dtype();
        in.add((batchFirst ? gates.transpose(0, 1) : gates).to(type));
        in.add(h.to(type));
        if (c != null) {
            in.add(c.to(type));
        }
        in.add(weightHh);
        if (separateHiddenBias) {
            in.add(biasHh == null ? weightHh.newZeros(weightHh.size(0)) : biasHh);
        }
        return Ops.applyAll(new Recurrence(cell, reverse, Autograd.isGradEnabled()), in.toArray(Tensor[]::new));
    }

    @Override
    public String name() {
        return "Recurrence " + cell;
    }

    /** {@return the index of the weight input; the bias, if any, is the next} */
    int weights() {
        return cell.hasCell() ? 3 : 2;
    }

    @Override
    public Tensor[] compute(Tensor... in) {
        Tensor gates = in[0];
        long steps = gates.size(0);
        long batch = gates.size(1);
        long hidden = in[1].size(1);
        Tensor states = Tensors.empty(gates.dtype(), steps, batch, hidden);
        Tensor cells = cell.hasCell() ? Tensors.empty(gates.dtype(), steps, batch, hidden) : null;
        Tensor kept = keep && cell.kept() > 0 ? Tensors.empty(gates.dtype(), steps, batch, cell.kept() * hidden) : null;
        Tensor weight = in[weights()].t();
        Tensor product = Tensors.empty(gates.dtype(), batch, cell.gates() * hidden);
        Kernel kernel = cell.forward(gates.dtype(), kept != null);
        Tensor h = in[1];
        Tensor c = cell.hasCell() ? in[2] : null;
        for (long k = 0; k < steps; k++) {
            long t = reverse ? steps - 1 - k : k;
            if (cell.partsDiffer()) {
                Ops.applyInPlace(PRODUCT_AND_BIAS, product, h, weight, in[weights() + 1]);
            } else {
                Ops.applyInPlace(PRODUCT, product, h, weight);
            }
            var from = new ArrayList<Tensor>();
            addParts(from, gates.select(0, t), hidden);
            addParts(from, product, hidden);
            if (cell == RecurrentCell.GRU) {
                from.add(h);
            }
            var to = new ArrayList<Tensor>();
            to.add(h = states.select(0, t));
            if (cells != null && c != null) {
                from.add(c);
                to.add(c = cells.select(0, t));
            }
            if (kept != null) {
                addParts(to, kept.select(0, t), hidden);
            }
            run(kernel, from, to);
        }
        var out = new ArrayList<Tensor>(List.of(states));
        if (cells != null) {
            out.add(cells);
        }
        if (kept != null) {
            out.add(kept);
        }
        return out.toArray(Tensor[]::new);
    }

    /** Runs the kernel on one set of tensors. */
    static void run(Kernel kernel, List<Tensor> from, List<Tensor> to) {
        Ops.update(
                kernel,
                NONE,
                List.<Tensor[]>of(from.toArray(Tensor[]::new)),
                List.<Tensor[]>of(to.toArray(Tensor[]::new)));
    }

    /** Splits [B, P H] into P parts [B, H]. */
    static void addParts(List<Tensor> list, Tensor t, long hidden) {
        for (long at = 0; at < t.size(1); at += hidden) {
            list.add(t.narrow(1, at, hidden));
        }
    }

    @Override
    public boolean savesInput(int i, NeedsGrad needsGrad) {
        return i > 0 && i <= weights();
    }

    @Override
    public boolean savesOutput(int i, NeedsGrad needsGrad) {
        return true;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        return new RecurrenceGradient(this, tape, gradOutputs).run();
    }
}
