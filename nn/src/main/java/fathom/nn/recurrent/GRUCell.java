package fathom.nn.recurrent;

import fathom.Tensor;
import fathom.recurrent.RecurrentCell;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One step of a {@link GRU}. */
public final class GRUCell extends RecurrentCellBlock {
    /** With biases. */
    public GRUCell(long inputSize, long hiddenSize) {
        this(inputSize, hiddenSize, o -> {});
    }

    /** With options. */
    public GRUCell(long inputSize, long hiddenSize, Consumer<Options> options) {
        super(RecurrentCell.GRU, inputSize, hiddenSize, options);
    }

    /** {@return the hidden state after {@code x}, {@code [B, I]} or {@code [I]}, starting from zeros} */
    public Tensor forward(Tensor x) {
        return forward(x, null);
    }

    /**
     * {@return the hidden state after {@code x}}
     *
     * @param x {@code [B, I]} or {@code [I]}
     * @param hidden the state before, {@code [B, H]} or {@code [H]}; null for zeros
     */
    public Tensor forward(Tensor x, @Nullable Tensor hidden) {
        return step(x, hidden, null)[0];
    }
}
