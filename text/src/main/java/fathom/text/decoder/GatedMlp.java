package fathom.text.decoder;

import fathom.Tensor;
import fathom.nn.Layer;
import fathom.nn.Linear;

/** A feed-forward network with a gate, SwiGLU (Shazeer, 2020): {@code down(silu(gate(x)) up(x))}. */
final class GatedMlp extends Layer {
    final Linear gateProj;
    final Linear upProj;
    final Linear downProj;

    GatedMlp(DecoderConfig c) {
        gateProj = new Linear(c.hiddenSize(), c.intermediateSize(), o -> o.bias(c.mlpBias()));
        upProj = new Linear(c.hiddenSize(), c.intermediateSize(), o -> o.bias(c.mlpBias()));
        downProj = new Linear(c.intermediateSize(), c.hiddenSize(), o -> o.bias(c.mlpBias()));
    }

    @Override
    public Tensor forward(Tensor x) {
        return downProj.forward(gateProj.forward(x).silu().mul(upProj.forward(x)));
    }
}
