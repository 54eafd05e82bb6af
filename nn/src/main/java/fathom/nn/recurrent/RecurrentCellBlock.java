package fathom.nn.recurrent;

import fathom.Tensor;
import fathom.nn.Block;
import fathom.nn.FailedLayer;
import fathom.nn.Init;
import fathom.recurrent.RecurrentCell;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One step of a recurrence: what {@link RNNCell}, {@link GRUCell} and {@link LSTMCell} have in common. All parameters
 * are uniform within {@code 1 / sqrt(H)} at first.
 */
public abstract sealed class RecurrentCellBlock extends Block permits RNNCell, GRUCell, LSTMCell {
    /** {@code [G H, I]}, G gates one after another. */
    public final Tensor weightIh;

    /** {@code [G H, H]}. */
    public final Tensor weightHh;

    /** {@code [G H]}, or null. */
    public final @Nullable Tensor biasIh;

    /** {@code [G H]}, or null. */
    public final @Nullable Tensor biasHh;

    private final RecurrentCell cell;
    private final long inputSize;
    private final long hiddenSize;

    RecurrentCellBlock(RecurrentCell cell, long inputSize, long hiddenSize, Consumer<Options> options) {
        var o = new Options();
        options.accept(o);
        this.cell = cell;
        this.inputSize = inputSize;
        this.hiddenSize = hiddenSize;
        long rows = cell.gates() * hiddenSize;
        weightIh = newParameter(rows, inputSize);
        weightHh = newParameter(rows, hiddenSize);
        biasIh = o.bias ? newParameter(rows) : null;
        biasHh = o.bias ? newParameter(rows) : null;
    }

    private Tensor newParameter(long... shape) {
        double bound = 1 / Math.sqrt((double) hiddenSize);
        return parameter(Init.uniform_(Init.empty(reprName(), shape), -bound, bound));
    }

    /** Settings of cells: {@code new GRUCell(28, 256, o -> o.bias(false))}. */
    public static final class Options {
        private boolean bias = true;

        private Options() {}

        /** Whether there are biases; true unless set. */
        public Options bias(boolean bias) {
            this.bias = bias;
            return this;
        }
    }

    /** The states after the step: [B, H] each, or [H]. */
    final Tensor[] step(Tensor x, @Nullable Tensor hidden, @Nullable Tensor cells) {
        try {
            return compute(x, hidden, cells);
        } catch (RuntimeException e) {
            throw FailedLayer.in(this, e);
        }
    }

    private Tensor[] compute(Tensor x, @Nullable Tensor hidden, @Nullable Tensor cells) {
        if (x.dim() != 1 && x.dim() != 2 || x.size(-1) != inputSize) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: input %s: want [B, %d], or [%3$d] without a batch",
                            reprName(),
                            x.shape(),
                            inputSize));
        }
        boolean alone = x.dim() == 1;
        Tensor batch = alone ? x.unsqueeze(0) : x;
        Tensor[] out =
                RecurrentBlock.recurrence(
                        cell,
                        false,
                        false,
                        batch.unsqueeze(0),
                        state("hidden state", hidden, batch, alone),
                        cell.hasCell() ? state("cell state", cells, batch, alone) : null,
                        weightIh,
                        weightHh,
                        biasIh,
                        biasHh);
        var states = new Tensor[cell.hasCell() ? 2 : 1];
        for (int i = 0; i < states.length; i++) {
            Tensor s = out[i].squeeze(0);
            states[i] = alone ? s.squeeze(0) : s;
        }
        return states;
    }

    private Tensor state(String what, @Nullable Tensor given, Tensor x, boolean alone) {
        if (given == null) {
            return x.newZeros(x.size(0), hiddenSize);
        }
        RecurrentBlock.refuseOtherType(reprName(), x, what, given);
        Tensor s = alone && given.dim() == 1 ? given.unsqueeze(0) : given;
        if (s.dim() != 2 || s.size(0) != x.size(0) || s.size(1) != hiddenSize) {
            throw new IllegalArgumentException(
                    "%s: %s %s: want %s"
                            .formatted(
                                    reprName(),
                                    what,
                                    given.shape(),
                                    alone
                                            ? String.format(Locale.ROOT, "[%d]", hiddenSize)
                                            : String.format(Locale.ROOT, "[%d, %d]", x.size(0), hiddenSize)));
        }
        return s;
    }

    @Override
    protected String extraRepr() {
        return String.format(Locale.ROOT, "%d, %d%s", inputSize, hiddenSize, biasIh == null ? ", bias=False" : "");
    }
}
