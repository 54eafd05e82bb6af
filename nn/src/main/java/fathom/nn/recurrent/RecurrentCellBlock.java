package fathom.nn.recurrent;

import fathom.Tensor;
import fathom.nn.Block;
import fathom.nn.FailedLayer;
import fathom.nn.Init;
import fathom.recurrent.Recurrence;
import fathom.recurrent.RecurrentCell;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Base class of {@link RNNCell}, {@link GRUCell} and {@link LSTMCell}: one step of a recurrence. All parameters are
 * initialised uniformly in {@code [-b, b]}, {@code b = 1 / sqrt(H)}.
 */
public abstract sealed class RecurrentCellBlock extends Block permits RNNCell, GRUCell, LSTMCell {
    /** {@code [G H, I]}, the G gates concatenated. */
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

    /** Options of cells: {@code new GRUCell(28, 256, o -> o.bias(false))}. */
    public static final class Options {
        private boolean bias = true;

        private Options() {}

        /** Whether there are biases; true unless set. */
        public Options bias(boolean bias) {
            this.bias = bias;
            return this;
        }
    }

    /** {@return the states after the step: [B, H] each, or [H]} */
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
                            "%s: input %s: expected [B, %d], or [%3$d] without a batch",
                            reprName(),
                            x.shape(),
                            inputSize));
        }
        boolean unbatched = x.dim() == 1;
        Tensor batch = unbatched ? x.unsqueeze(0) : x;
        Tensor[] out =
                Recurrence.unroll(
                        cell,
                        false,
                        false,
                        batch.unsqueeze(0),
                        state("hidden state", hidden, batch, unbatched),
                        cell.hasCell() ? state("cell state", cells, batch, unbatched) : null,
                        weightIh,
                        weightHh,
                        biasIh,
                        biasHh);
        var states = new Tensor[cell.hasCell() ? 2 : 1];
        for (int i = 0; i < states.length; i++) {
            Tensor s = out[i].squeeze(0);
            states[i] = unbatched ? s.squeeze(0) : s;
        }
        return states;
    }

    private Tensor state(String what, @Nullable Tensor state, Tensor x, boolean unbatched) {
        if (state == null) {
            return x.newZeros(x.size(0), hiddenSize);
        }
        RecurrentBlock.refuseOtherType(reprName(), x, what, state);
        Tensor s = unbatched && state.dim() == 1 ? state.unsqueeze(0) : state;
        if (s.dim() != 2 || s.size(0) != x.size(0) || s.size(1) != hiddenSize) {
            throw new IllegalArgumentException(
                    "%s: %s %s: expected %s"
                            .formatted(
                                    reprName(),
                                    what,
                                    state.shape(),
                                    unbatched
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
