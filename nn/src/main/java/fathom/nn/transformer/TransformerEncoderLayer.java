package fathom.nn.transformer;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;
import fathom.nn.Dropout;
import fathom.nn.Linear;
import fathom.nn.norm.LayerNorm;
import java.util.function.Consumer;

/**
 * A layer of the Transformer's encoder (Vaswani et al., 2017): self-attention, then a position-wise feed-forward
 * network, each with a residual connection and a layer norm.
 *
 * @see <a href="https://d2l.ai/chapter_attention-mechanisms-and-transformers/transformer.html">Dive into Deep Learning,
 *     The Transformer Architecture</a>
 */
public final class TransformerEncoderLayer extends BuiltInLayer {
    private final MultiheadAttention selfAttn;
    private final Linear linear1;
    private final Dropout dropout;
    private final Linear linear2;
    private final LayerNorm norm1;
    private final LayerNorm norm2;
    private final Dropout dropout1;
    private final Dropout dropout2;
    private final long width;
    private final long heads;
    private final TransformerOptions options = new TransformerOptions();

    /** With PyTorch's defaults. */
    public TransformerEncoderLayer(long dModel, long nhead) {
        this(dModel, nhead, o -> {});
    }

    /** With options: {@code new TransformerEncoderLayer(256, 4, o -> o.dimFeedforward(1024).batchFirst(true))}. */
    public TransformerEncoderLayer(long dModel, long nhead, Consumer<TransformerOptions> options) {
        options.accept(this.options);
        var o = this.options;
        width = dModel;
        heads = nhead;
        selfAttn = o.attention(dModel, nhead);
        linear1 = o.linear(dModel, o.dimFeedforward());
        dropout = new Dropout(o.activationDropout());
        linear2 = o.linear(o.dimFeedforward(), dModel);
        norm1 = o.norm(dModel);
        norm2 = o.norm(dModel);
        dropout1 = new Dropout(o.attentionOutputDropout());
        dropout2 = new Dropout(o.dropout());
    }

    /** {@return another layer with the same options and values} */
    TransformerEncoderLayer copy() {
        var copy = new TransformerEncoderLayer(width, heads, o -> o.set(options));
        copy.loadStateDict(stateDict());
        return copy;
    }

    /** {@return the sequence after this layer, without masks} */
    @Override
    protected Tensor compute(Tensor x) {
        return forward(x, new TransformerMasks());
    }

    /**
     * {@return the sequence after this layer}
     *
     * @param x {@code [S, N, E]} (batch first if set), or {@code [S, E]}
     * @param masks {@code o -> o.srcKeyPaddingMask(p)}
     */
    public Tensor forward(Tensor x, Consumer<TransformerMasks> masks) {
        var m = new TransformerMasks();
        masks.accept(m);
        return hooked(x, forward(x, m));
    }

    Tensor forward(Tensor x, TransformerMasks masks) {
        if (options.normFirst()) {
            Tensor y = x.add(selfAttention(norm1.forward(x), masks));
            return y.add(feedForward(norm2.forward(y)));
        }
        Tensor y = norm1.forward(x.add(selfAttention(x, masks)));
        return norm2.forward(y.add(feedForward(y)));
    }

    private Tensor selfAttention(Tensor x, TransformerMasks masks) {
        return dropout1.forward(masks.onSource(selfAttn, x));
    }

    private Tensor feedForward(Tensor x) {
        return dropout2.forward(linear2.forward(dropout.forward(options.activate(linear1.forward(x)))));
    }
}
