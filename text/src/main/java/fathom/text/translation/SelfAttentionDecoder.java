package fathom.text.translation;

import fathom.Tensor;
import fathom.nn.Embedding;
import fathom.nn.Linear;
import fathom.nn.transformer.AttentionWeights;
import fathom.nn.transformer.KeyValueCache;
import fathom.nn.transformer.PositionalEncoding;
import fathom.nn.transformer.TransformerDecoder;
import fathom.nn.transformer.TransformerDecoderLayer;
import fathom.nn.transformer.TransformerOptions;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The Transformer's decoder of tokens. Its state is a cache of keys and values, so that a step of decoding computes
 * those of its own token alone.
 *
 * @see <a href="https://d2l.ai/chapter_attention-mechanisms-and-transformers/transformer.html">Dive into Deep Learning,
 *     The Transformer Architecture</a>
 */
public final class SelfAttentionDecoder extends Decoder<SelfAttentionDecoder.CacheState> {
    private final Embedding embedding;
    private final PositionalEncoding positions;
    private final TransformerDecoder layers;
    private final Linear dense;
    private final double scale;

    /** As {@link SelfAttentionEncoder}. */
    public SelfAttentionDecoder(
            long vocabulary,
            long numHiddens,
            long numHeads,
            int numLayers,
            double dropout,
            Consumer<TransformerOptions> options) {
        embedding = new Embedding(vocabulary, numHiddens);
        positions = new PositionalEncoding(numHiddens, dropout);
        layers =
                new TransformerDecoder(
                        new TransformerDecoderLayer(
                                numHiddens,
                                numHeads,
                                o -> {
                                    options.accept(o);
                                    o.dropout(dropout).batchFirst(true);
                                }),
                        numLayers);
        dense = new Linear(numHiddens, vocabulary);
        scale = Math.sqrt(numHiddens);
        CourseInit.xavier(layers);
        CourseInit.xavier(dense);
    }

    /**
     * The state of a {@link SelfAttentionDecoder}.
     *
     * @param memory the encoder's outputs, {@code [N, S, H]}
     * @param lengths the number of tokens of each source, {@code [N]}
     * @param cache the keys and values of all tokens so far
     */
    public record CacheState(Tensor memory, Tensor lengths, KeyValueCache cache) implements State<CacheState> {
        @Override
        public CacheState select(Tensor rows) {
            return new CacheState(memory.indexSelect(0, rows), lengths.indexSelect(0, rows), cache.select(rows));
        }
    }

    @Override
    public CacheState start(Encoder.Encoded encoded) {
        return new CacheState(encoded.outputs(), encoded.lengths(), new KeyValueCache());
    }

    @Override
    public Output<CacheState> forward(Tensor tokens, CacheState state) {
        KeyValueCache cache = state.cache().copy();
        Tensor x = positions.forward(embedding.call(tokens).mul(scale), cache.length());
        Tensor y =
                layers.forward(x, state.memory(), m -> m.tgtIsCausal(true).memoryLengths(state.lengths()).cache(cache));
        return new Output<>(dense.call(y), new CacheState(state.memory(), state.lengths(), cache));
    }

    @Override
    public Map<AttentionKind, Tensor> attention(Tensor tokens, Encoder.Encoded encoded) {
        var weights = new AttentionWeights();
        layers.forward(
                positions.call(embedding.call(tokens).mul(scale)),
                encoded.outputs(),
                m -> m.tgtIsCausal(true).memoryLengths(encoded.lengths()).weights(weights));
        var all = new EnumMap<AttentionKind, Tensor>(AttentionKind.class);
        all.put(AttentionKind.DECODER, weights.target());
        all.put(AttentionKind.CROSS, weights.memory());
        return all;
    }
}
