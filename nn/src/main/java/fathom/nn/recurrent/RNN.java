package fathom.nn.recurrent;

import fathom.Tensor;
import fathom.recurrent.RecurrentCell;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A simple (Elman) recurrent network: {@code h' = tanh(W_ih x + b_ih + W_hh h + b_hh)}, or with ReLU.
 *
 * @see <a href="https://d2l.ai/chapter_recurrent-neural-networks/rnn-concise.html">Dive into Deep Learning, Concise
 *     Implementation of Recurrent Neural Networks</a>
 */
public final class RNN extends RecurrentBlock {
    /** The nonlinearity of a step. */
    public enum Nonlinearity {
        /** The hyperbolic tangent. */
        TANH,
        /** The rectified linear unit. */
        RELU
    }

    /** One layer with tanh, in one direction. */
    public RNN(long inputSize, long hiddenSize) {
        this(inputSize, hiddenSize, o -> {});
    }

    /** With tanh and options. */
    public RNN(long inputSize, long hiddenSize, Consumer<RecurrentOptions> options) {
        this(inputSize, hiddenSize, Nonlinearity.TANH, options);
    }

    /** With a nonlinearity and options. */
    public RNN(long inputSize, long hiddenSize, Nonlinearity nonlinearity, Consumer<RecurrentOptions> options) {
        super(cell(nonlinearity), inputSize, hiddenSize, options(options));
    }

    static RecurrentCell cell(Nonlinearity nonlinearity) {
        return nonlinearity == Nonlinearity.RELU ? RecurrentCell.RNN_RELU : RecurrentCell.RNN_TANH;
    }

    /**
     * {@return the outputs and final states, starting from zeros}
     *
     * @param x {@code [T, B, I]}, or {@code [T, I]}
     */
    public RecurrentOutput forward(Tensor x) {
        return forward(x, null, null);
    }

    /**
     * {@return the outputs and final state, starting from a given state}
     *
     * @param x {@code [T, B, I]}, or {@code [T, I]}
     * @param hidden {@code [L D, B, H]}, or {@code [L D, H]}; null for zeros
     */
    public RecurrentOutput forward(Tensor x, @Nullable Tensor hidden) {
        return forward(x, hidden, null);
    }

    /**
     * {@return the outputs and final states of sequences of different lengths}
     *
     * @param x {@code [T, B, I]}, padded
     * @param hidden {@code [L D, B, H]}; null for zeros
     * @param lengths the number of steps of each sequence, an integer type, {@code [B]}; null for T
     */
    public RecurrentOutput forward(Tensor x, @Nullable Tensor hidden, @Nullable Tensor lengths) {
        Unrolled result = run(x, hidden, null, lengths);
        return new RecurrentOutput(result.output(), result.state().hidden());
    }
}
