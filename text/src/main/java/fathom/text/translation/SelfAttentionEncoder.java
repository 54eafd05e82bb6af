package fathom.text.translation;

import fathom.Tensor;
import fathom.nn.Embedding;
import fathom.nn.transformer.AttentionWeights;
import fathom.nn.transformer.PositionalEncoding;
import fathom.nn.transformer.TransformerEncoder;
import fathom.nn.transformer.TransformerEncoderLayer;
import fathom.nn.transformer.TransformerOptions;
import java.util.function.Consumer;

/**
 * The Transformer's encoder of tokens: embeddings times the square root of their width, positions, then layers of
 * self-attention that ignores padding.
 *
 * @see <a href="https://d2l.ai/chapter_attention-mechanisms-and-transformers/transformer.html">Dive into Deep Learning,
 *     The Transformer Architecture</a>
 */
public final class SelfAttentionEncoder extends Encoder {
    private final Embedding embedding;
    private final PositionalEncoding positions;
    private final TransformerEncoder layers;
    private final double scale;

    /**
     * For a vocabulary.
     *
     * @param numHiddens the width of all layers
     * @param dropout the dropout probability, also of the layers
     * @param options {@code o -> o.dimFeedforward(64)}
     */
    public SelfAttentionEncoder(
            long vocabulary,
            long numHiddens,
            long numHeads,
            int numLayers,
            double dropout,
            Consumer<TransformerOptions> options) {
        embedding = new Embedding(vocabulary, numHiddens);
        positions = new PositionalEncoding(numHiddens, dropout);
        layers =
                new TransformerEncoder(
                        new TransformerEncoderLayer(
                                numHiddens,
                                numHeads,
                                o -> {
                                    options.accept(o);
                                    o.dropout(dropout).batchFirst(true);
                                }),
                        numLayers);
        scale = Math.sqrt(numHiddens);
        CourseInit.xavier(layers);
    }

    @Override
    public Encoded forward(Tensor tokens, Tensor lengths) {
        return new Encoded(layers.forward(embedded(tokens), m -> m.srcLengths(lengths)), null, lengths);
    }

    private Tensor embedded(Tensor tokens) {
        return positions.call(embedding.call(tokens).mul(scale));
    }

    @Override
    public Tensor attention(Tensor tokens, Tensor lengths) {
        var weights = new AttentionWeights();
        layers.forward(embedded(tokens), m -> m.srcLengths(lengths).weights(weights));
        return weights.source();
    }
}
