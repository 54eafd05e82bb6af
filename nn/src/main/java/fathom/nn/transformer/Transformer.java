package fathom.nn.transformer;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import fathom.nn.FailedLayer;
import fathom.nn.Init;
import java.util.function.Consumer;

/**
 * The Transformer (Vaswani et al., 2017): an encoder of the source, and a decoder of the target that attends to the
 * encoder's output. Embeddings, positional encoding and the projection to the vocabulary are the caller's. Matrices are
 * initialised Xavier-uniform.
 *
 * @see <a href="https://d2l.ai/chapter_attention-mechanisms-and-transformers/transformer.html">Dive into Deep Learning,
 *     The Transformer Architecture</a>
 */
public final class Transformer extends Block {
    private final TransformerEncoder encoder;
    private final TransformerDecoder decoder;

    /** The paper's base model: width 512, 8 heads, 6 layers each. */
    public Transformer() {
        this(512, 8, 6, 6, o -> {});
    }

    /** With PyTorch's defaults. */
    public Transformer(long dModel, long nhead, int numEncoderLayers, int numDecoderLayers) {
        this(dModel, nhead, numEncoderLayers, numDecoderLayers, o -> {});
    }

    /** With options: {@code new Transformer(256, 4, 2, 2, o -> o.dimFeedforward(1024).batchFirst(true))}. */
    public Transformer(
            long dModel, long nhead, int numEncoderLayers, int numDecoderLayers, Consumer<TransformerOptions> options) {
        var o = new TransformerOptions();
        options.accept(o);
        encoder =
                new TransformerEncoder(
                        new TransformerEncoderLayer(dModel, nhead, options), numEncoderLayers, o.norm(dModel));
        decoder =
                new TransformerDecoder(
                        new TransformerDecoderLayer(dModel, nhead, options), numDecoderLayers, o.norm(dModel));
        for (Tensor p : parameters()) {
            if (p.dim() > 1) {
                Init.xavierUniform_(p);
            }
        }
    }

    /** {@return the target's sequence after the decoder, without masks} */
    public Tensor forward(Tensor source, Tensor target) {
        return forward(source, target, m -> {});
    }

    /**
     * {@return the target's sequence after the decoder}
     *
     * @param source {@code [S, N, E]} (batch first if set), or {@code [S, E]}
     * @param target {@code [T, N, E]}, or {@code [T, E]}
     * @param masks {@code o -> o.srcKeyPaddingMask(p).memoryKeyPaddingMask(p).tgtIsCausal(true)}
     */
    public Tensor forward(Tensor source, Tensor target, Consumer<TransformerMasks> masks) {
        var m = new TransformerMasks();
        masks.accept(m);
        if (m.isCached()) {
            throw new IllegalArgumentException(
                    "Transformer: a cache is for its decoder alone: encode once, then decoder().forward(...)");
        }
        try {
            return decoder.forward(target, encoder.forward(source, m), m);
        } catch (RuntimeException e) {
            throw FailedLayer.in(this, e);
        }
    }

    /**
     * {@return the causal mask in floating point: zeros on and below the diagonal, minus infinity above it}
     *
     * @param size the length of the sequence
     */
    public static Tensor generateSquareSubsequentMask(long size) {
        return Tensors.full(Double.NEGATIVE_INFINITY, DType.FLOAT32, size, size).triu(1);
    }

    /** {@return the encoder alone} */
    public TransformerEncoder encoder() {
        return encoder;
    }

    /** {@return the decoder alone} */
    public TransformerDecoder decoder() {
        return decoder;
    }
}
