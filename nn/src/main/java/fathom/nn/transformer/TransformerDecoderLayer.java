package fathom.nn.transformer;

import fathom.Tensor;
import fathom.nn.Block;
import fathom.nn.Dropout;
import fathom.nn.Linear;
import fathom.nn.norm.LayerNorm;
import java.util.function.Consumer;

/**
 * A layer of the Transformer's decoder (Vaswani et al., 2017): self-attention, cross-attention to the encoder's output,
 * then a position-wise feed-forward network, each with a residual connection and a layer norm.
 *
 * @see <a href="https://d2l.ai/chapter_attention-mechanisms-and-transformers/transformer.html">Dive into Deep Learning,
 *     The Transformer Architecture</a>
 */
public final class TransformerDecoderLayer extends Block {
    private final MultiheadAttention selfAttn;
    private final MultiheadAttention multiheadAttn;
    private final Linear linear1;
    private final Dropout dropout;
    private final Linear linear2;
    private final LayerNorm norm1;
    private final LayerNorm norm2;
    private final LayerNorm norm3;
    private final Dropout dropout1;
    private final Dropout dropout2;
    private final Dropout dropout3;
    private final long width;
    private final long heads;
    private final TransformerOptions options = new TransformerOptions();

    /** With PyTorch's defaults. */
    public TransformerDecoderLayer(long dModel, long nhead) {
        this(dModel, nhead, o -> {});
    }

    /** With options: {@code new TransformerDecoderLayer(256, 4, o -> o.dimFeedforward(1024).batchFirst(true))}. */
    public TransformerDecoderLayer(long dModel, long nhead, Consumer<TransformerOptions> options) {
        options.accept(this.options);
        var o = this.options;
        width = dModel;
        heads = nhead;
        selfAttn = o.attention(dModel, nhead);
        multiheadAttn = o.attention(dModel, nhead);
        linear1 = o.linear(dModel, o.dimFeedforward());
        dropout = new Dropout(o.activationDropout());
        linear2 = o.linear(o.dimFeedforward(), dModel);
        norm1 = o.norm(dModel);
        norm2 = o.norm(dModel);
        norm3 = o.norm(dModel);
        dropout1 = new Dropout(o.attentionOutputDropout());
        dropout2 = new Dropout(o.dropout());
        dropout3 = new Dropout(o.dropout());
    }

    /** {@return another layer with the same options and values} */
    TransformerDecoderLayer copy() {
        var copy = new TransformerDecoderLayer(width, heads, o -> o.set(options));
        copy.loadStateDict(stateDict());
        return copy;
    }

    /** {@return the target after this layer, without masks} */
    public Tensor forward(Tensor target, Tensor memory) {
        return forward(target, memory, m -> {});
    }

    /**
     * {@return the target after this layer}
     *
     * @param target {@code [T, N, E]} (batch first if set), or {@code [T, E]}
     * @param memory the encoder's output, {@code [S, N, E]}, or {@code [S, E]}
     * @param masks {@code o -> o.tgtIsCausal(true)}
     */
    public Tensor forward(Tensor target, Tensor memory, Consumer<TransformerMasks> masks) {
        var m = new TransformerMasks();
        masks.accept(m);
        return forward(target, memory, m);
    }

    Tensor forward(Tensor target, Tensor memory, TransformerMasks masks) {
        Tensor x = target;
        if (options.normFirst()) {
            x = x.add(selfAttention(norm1.forward(x), masks));
            x = x.add(crossAttention(norm2.forward(x), memory, masks));
            return x.add(feedForward(norm3.forward(x)));
        }
        x = norm1.forward(x.add(selfAttention(x, masks)));
        x = norm2.forward(x.add(crossAttention(x, memory, masks)));
        return norm3.forward(x.add(feedForward(x)));
    }

    private Tensor selfAttention(Tensor x, TransformerMasks masks) {
        return dropout1.forward(masks.onTarget(selfAttn, x));
    }

    private Tensor crossAttention(Tensor x, Tensor memory, TransformerMasks masks) {
        return dropout2.forward(masks.onMemory(multiheadAttn, x, memory));
    }

    private Tensor feedForward(Tensor x) {
        return dropout3.forward(linear2.forward(dropout.forward(options.activate(linear1.forward(x)))));
    }
}
