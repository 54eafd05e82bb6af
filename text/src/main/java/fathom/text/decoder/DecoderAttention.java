package fathom.text.decoder;

import fathom.Tensor;
import fathom.nn.Block;
import fathom.nn.Linear;
import fathom.nn.attention.RotaryFrequencies;
import fathom.nn.norm.RMSNorm;
import org.jspecify.annotations.Nullable;

/** Grouped-query attention with rotary positions (Ainslie et al., 2023); Qwen3 normalises queries and keys. */
final class DecoderAttention extends Block {
    final Linear qProj;
    final Linear kProj;
    final Linear vProj;
    final Linear oProj;
    final @Nullable RMSNorm qNorm;
    final @Nullable RMSNorm kNorm;

    private final int layer;
    private final DecoderConfig config;

    DecoderAttention(DecoderConfig c, int layer) {
        this.config = c;
        this.layer = layer;
        boolean bias = c.attentionBias();
        qProj = new Linear(c.hiddenSize(), c.heads() * c.headDim(), o -> o.bias(bias));
        kProj = new Linear(c.hiddenSize(), c.kvHeads() * c.headDim(), o -> o.bias(bias));
        vProj = new Linear(c.hiddenSize(), c.kvHeads() * c.headDim(), o -> o.bias(bias));
        oProj = new Linear(c.heads() * c.headDim(), c.hiddenSize(), o -> o.bias(c.outputBias()));
        boolean norms = c.kind() == DecoderKind.QWEN3;
        qNorm = norms ? new RMSNorm(c.headDim(), c.normEps()) : null;
        kNorm = norms ? new RMSNorm(c.headDim(), c.normEps()) : null;
    }

    Tensor forward(Tensor x, Reading reading, RotaryFrequencies.Angles angles) {
        Tensor q = angles.turn(heads(qProj.forward(x), config.heads(), qNorm));
        Tensor k = angles.turn(heads(kProj.forward(x), config.kvHeads(), kNorm));
        Tensor v = heads(vProj.forward(x), config.kvHeads(), null);
        double dropout = isTraining() ? config.dropout() : 0;
        Tensor y = reading.attend(layer, config.windows().get(layer), q, k, v, dropout);
        return oProj.forward(y.transpose(1, 2).flatten(2));
    }

    /** {@return heads [N, H, L, D] of a projection [N, L, H D]} */
    private Tensor heads(Tensor projected, long heads, @Nullable RMSNorm norm) {
        Tensor split = projected.unflatten(-1, heads, config.headDim());
        return (norm == null ? split : norm.forward(split)).transpose(1, 2);
    }
}
