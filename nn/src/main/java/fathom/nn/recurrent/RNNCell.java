package fathom.nn.recurrent;

import fathom.Tensor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One step of an {@link RNN}. */
public final class RNNCell extends RecurrentCellBlock {
    private final RNN.Nonlinearity nonlinearity;

    /** With tanh and biases. */
    public RNNCell(long inputSize, long hiddenSize) {
        this(inputSize, hiddenSize, RNN.Nonlinearity.TANH, o -> {});
    }

    /** With a nonlinearity and options. */
    public RNNCell(long inputSize, long hiddenSize, RNN.Nonlinearity nonlinearity, Consumer<Options> options) {
        super(RNN.cell(nonlinearity), inputSize, hiddenSize, options);
        this.nonlinearity = nonlinearity;
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

    @Override
    protected String extraRepr() {
        return super.extraRepr() + (nonlinearity == RNN.Nonlinearity.RELU ? ", nonlinearity=relu" : "");
    }
}
