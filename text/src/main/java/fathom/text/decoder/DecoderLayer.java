package fathom.text.decoder;

import fathom.Tensor;
import fathom.nn.Block;
import fathom.nn.attention.RotaryFrequencies;
import fathom.nn.norm.RMSNorm;

/** A layer of Llama: attention and a feed-forward network, each behind a norm and with a residual. */
final class DecoderLayer extends Block {
    final DecoderAttention selfAttn;
    final GatedMlp mlp;
    final RMSNorm inputLayernorm;
    final RMSNorm postAttentionLayernorm;

    DecoderLayer(DecoderConfig c, int layer) {
        selfAttn = new DecoderAttention(c, layer);
        mlp = new GatedMlp(c);
        inputLayernorm = new RMSNorm(c.hiddenSize(), c.normEps());
        postAttentionLayernorm = new RMSNorm(c.hiddenSize(), c.normEps());
    }

    Tensor forward(Tensor x, Reading reading, RotaryFrequencies.Angles angles) {
        Tensor y = x.add(selfAttn.forward(inputLayernorm.forward(x), reading, angles));
        return y.add(mlp.call(postAttentionLayernorm.forward(y)));
    }
}
