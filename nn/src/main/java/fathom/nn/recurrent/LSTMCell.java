package fathom.nn.recurrent;

import fathom.Tensor;
import fathom.recurrent.RecurrentCell;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One step of an {@link LSTM}. */
public final class LSTMCell extends RecurrentCellBlock {
    /** With biases. */
    public LSTMCell(long inputSize, long hiddenSize) {
        this(inputSize, hiddenSize, o -> {});
    }

    /** With options. */
    public LSTMCell(long inputSize, long hiddenSize, Consumer<Options> options) {
        super(RecurrentCell.LSTM, inputSize, hiddenSize, options);
    }

    /**
     * The states after a step.
     *
     * @param hidden {@code [B, H]} or {@code [H]}
     * @param cell likewise
     */
    public record Output(Tensor hidden, Tensor cell) {}

    /** {@return the states after {@code x}, {@code [B, I]} or {@code [I]}, starting from zeros} */
    public Output forward(Tensor x) {
        return forward(x, null, null);
    }

    /**
     * {@return the states after {@code x}}
     *
     * @param x {@code [B, I]} or {@code [I]}
     * @param hidden the hidden state before, {@code [B, H]} or {@code [H]}; null for zeros
     * @param cell the cell state before, likewise
     */
    public Output forward(Tensor x, @Nullable Tensor hidden, @Nullable Tensor cell) {
        Tensor[] states = step(x, hidden, cell);
        return new Output(states[0], states[1]);
    }
}
