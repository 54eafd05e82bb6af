package fathom.nn.recurrent;

import fathom.Tensor;
import fathom.nn.Layer;

/** The outputs of a recurrent block, which starts from zeros, as a layer. */
final class RecurrentLayer extends Layer {
    private final RecurrentBlock rnn;

    RecurrentLayer(RecurrentBlock rnn) {
        this.rnn = rnn;
    }

    @Override
    public Tensor forward(Tensor x) {
        return rnn.unroll(x, null).output();
    }
}
