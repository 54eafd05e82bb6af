package fathom.text.translation;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Embedding;
import fathom.nn.Linear;
import fathom.nn.attention.AdditiveAttention;
import fathom.nn.recurrent.GRU;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A decoder of gated recurrent units whose context is, at each step, the additive attention of the top hidden state to
 * the encoder's outputs (Bahdanau et al., 2015).
 *
 * @see <a href="https://d2l.ai/chapter_attention-mechanisms-and-transformers/bahdanau-attention.html">Dive into Deep
 *     Learning, The Bahdanau Attention Mechanism</a>
 */
public final class AttentionDecoder extends Decoder<AttentionDecoder.AttentionState> {
    private final AdditiveAttention attention;
    private final Embedding embedding;
    private final GRU rnn;
    private final Linear dense;

    /** For a vocabulary, with embeddings and hidden states of these widths, the latter as in the encoder. */
    public AttentionDecoder(long vocabulary, long embedSize, long numHiddens, int numLayers, double dropout) {
        attention = new AdditiveAttention(numHiddens, numHiddens, numHiddens, dropout);
        embedding = new Embedding(vocabulary, embedSize);
        rnn =
                new GRU(
                        embedSize + numHiddens,
                        numHiddens,
                        o -> o.numLayers(numLayers).dropout(dropout).batchFirst(true));
        dense = new Linear(numHiddens, vocabulary);
        CourseInit.xavier(attention);
        CourseInit.xavier(rnn);
        CourseInit.xavier(dense);
    }

    /**
     * The state of an {@link AttentionDecoder}.
     *
     * @param hidden the hidden states, {@code [L, N, H]}
     * @param keys the encoder's outputs as the attention reads them, {@code [N, S, H]}
     * @param values the encoder's outputs, {@code [N, S, H]}
     * @param lengths the number of tokens of each source, {@code [N]}
     */
    public record AttentionState(Tensor hidden, Tensor keys, Tensor values, Tensor lengths)
            implements State<AttentionState> {
        @Override
        public AttentionState select(Tensor rows) {
            return new AttentionState(
                    hidden.indexSelect(1, rows),
                    keys.indexSelect(0, rows),
                    values.indexSelect(0, rows),
                    lengths.indexSelect(0, rows));
        }
    }

    @Override
    public AttentionState start(Encoder.Encoded encoded) {
        Tensor hidden = GRUDecoder.recurrent(encoded);
        return new AttentionState(hidden, attention.mapKeys(encoded.outputs()), encoded.outputs(), encoded.lengths());
    }

    @Override
    public Output<AttentionState> forward(Tensor tokens, AttentionState state) {
        var outputs = new ArrayList<Tensor>();
        Tensor hidden = run(tokens, state, outputs, new ArrayList<>());
        var after = new AttentionState(hidden, state.keys(), state.values(), state.lengths());
        return new Output<>(dense.call(Tensors.cat(outputs, 1)), after);
    }

    /** Reads tokens one by one, and returns the hidden states after the last. */
    private Tensor run(Tensor tokens, AttentionState state, List<Tensor> outputs, List<Tensor> weights) {
        Tensor x = embedding.call(tokens);
        Tensor hidden = state.hidden();
        for (long t = 0; t < tokens.size(1); t++) {
            Tensor query = hidden.select(0, -1).unsqueeze(1);
            var context = attention.attend(query, state.keys(), state.values(), state.lengths());
            weights.add(context.weights());
            var result = rnn.forward(Tensors.cat(List.of(context.output(), x.narrow(1, t, 1)), 2), hidden);
            outputs.add(result.output());
            hidden = result.hidden();
        }
        return hidden;
    }

    @Override
    public Map<AttentionKind, Tensor> attention(Tensor tokens, Encoder.Encoded encoded) {
        var weights = new ArrayList<Tensor>();
        run(tokens, start(encoded), new ArrayList<>(), weights);
        return Map.of(AttentionKind.CROSS, Tensors.cat(weights, 1).unsqueeze(1).unsqueeze(1));
    }
}
