package fathom.nn.recurrent;

import fathom.Tensor;
import fathom.recurrent.RecurrentCell;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gated recurrent units (Cho et al., 2014): a reset gate r, an update gate z and a candidate n per hidden unit,
 *
 * <pre>{@code
 * r = sigmoid(W_ir x + b_ir + W_hr h + b_hr)
 * z = sigmoid(W_iz x + b_iz + W_hz h + b_hz)
 * n = tanh(W_in x + b_in + r (W_hn h + b_hn))
 * h' = (1 - z) n + z h
 * }</pre>
 *
 * @see <a href="https://d2l.ai/chapter_recurrent-modern/gru.html">Dive into Deep Learning, Gated Recurrent Units</a>
 */
public final class GRU extends RecurrentBlock {
    /** One layer, in one direction. */
    public GRU(long inputSize, long hiddenSize) {
        this(inputSize, hiddenSize, o -> {});
    }

    /** With options: {@code new GRU(28, 256, o -> o.numLayers(2).batchFirst(true))}. */
    public GRU(long inputSize, long hiddenSize, Consumer<RecurrentOptions> options) {
        super(RecurrentCell.GRU, inputSize, hiddenSize, options(options));
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
