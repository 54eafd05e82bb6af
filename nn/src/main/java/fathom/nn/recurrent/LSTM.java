package fathom.nn.recurrent;

import fathom.Tensor;
import fathom.recurrent.RecurrentCell;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Long short-term memory (Hochreiter and Schmidhuber, 1997): an input gate i, a forget gate f, an output gate o and a
 * cell state c per hidden unit,
 *
 * <pre>{@code
 * i = sigmoid(W_ii x + b_ii + W_hi h + b_hi)
 * f = sigmoid(W_if x + b_if + W_hf h + b_hf)
 * g = tanh(W_ig x + b_ig + W_hg h + b_hg)
 * o = sigmoid(W_io x + b_io + W_ho h + b_ho)
 * c' = f c + i g
 * h' = o tanh(c')
 * }</pre>
 *
 * <p>With {@code projSize}, {@code h' = W_hr (o tanh(c'))}, so that hidden states are narrower than cell states.
 *
 * @see <a href="https://d2l.ai/chapter_recurrent-modern/lstm.html">Dive into Deep Learning, Long Short-Term Memory</a>
 */
public final class LSTM extends RecurrentBlock {
    /** One layer, in one direction. */
    public LSTM(long inputSize, long hiddenSize) {
        this(inputSize, hiddenSize, o -> {});
    }

    /** With options: {@code new LSTM(28, 256, o -> o.numLayers(2).batchFirst(true))}. */
    public LSTM(long inputSize, long hiddenSize, Consumer<RecurrentOptions> options) {
        super(RecurrentCell.LSTM, inputSize, hiddenSize, options(options));
    }

    /**
     * The hidden states at all steps, and both states after the last.
     *
     * @param output the last layer's hidden states, {@code [T, B, D H]} with D directions (batch first if set)
     * @param hidden each layer's and direction's hidden state after its last step, {@code [L D, B, H]}
     * @param cell each layer's and direction's cell state after its last step, {@code [L D, B, H]}
     */
    public record Output(Tensor output, Tensor hidden, Tensor cell) {}

    /**
     * {@return the outputs and final states, starting from zeros}
     *
     * @param x {@code [T, B, I]}, or {@code [T, I]}
     */
    public Output forward(Tensor x) {
        return forward(x, null, null);
    }

    /**
     * {@return the outputs and final states, starting from given states}
     *
     * @param x {@code [T, B, I]}, or {@code [T, I]}
     * @param hidden {@code [L D, B, H]}, or {@code [L D, H]}; null for zeros
     * @param cell likewise
     */
    public Output forward(Tensor x, @Nullable Tensor hidden, @Nullable Tensor cell) {
        return forward(x, hidden, cell, null);
    }

    /**
     * {@return the outputs and final states of sequences of different lengths}
     *
     * @param x {@code [T, B, I]}, padded
     * @param hidden {@code [L D, B, H]}; null for zeros
     * @param cell likewise
     * @param lengths the number of steps of each sequence, an integer type, {@code [B]}; null for T
     */
    public Output forward(Tensor x, @Nullable Tensor hidden, @Nullable Tensor cell, @Nullable Tensor lengths) {
        Unrolled result = run(x, hidden, cell, lengths);
        RecurrentState state = result.state();
        return new Output(result.output(), state.hidden(), Objects.requireNonNull(state.cell()));
    }
}
