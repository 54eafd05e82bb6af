package fathom.nn.recurrent;

import fathom.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The state of an {@link RNN}, {@link GRU} or {@link LSTM} between two pieces of a sequence.
 *
 * @param hidden each layer's and direction's hidden state, {@code [L D, B, H]}, or {@code [L D, H]} without a batch
 * @param cell the cell states of an LSTM, likewise; null for the others
 */
public record RecurrentState(Tensor hidden, @Nullable Tensor cell) {
    /** {@return the same numbers without their history: backpropagation ends here (truncated through time)} */
    public RecurrentState detach() {
        return new RecurrentState(hidden.detach(), cell == null ? null : cell.detach());
    }
}
