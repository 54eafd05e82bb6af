package fathom.text.translation;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Embedding;
import fathom.nn.Linear;
import fathom.nn.recurrent.GRU;
import java.util.List;

/**
 * A decoder of gated recurrent units, which begins with the encoder's final states, and reads the top one of them, the
 * context, beside each token (Cho et al., 2014).
 *
 * @see <a href="https://d2l.ai/chapter_recurrent-modern/seq2seq.html">Dive into Deep Learning, Sequence-to-Sequence
 *     Learning</a>
 */
public final class GRUDecoder extends Decoder<GRUDecoder.GRUState> {
    private final Embedding embedding;
    private final GRU rnn;
    private final Linear dense;

    /** For a vocabulary, with embeddings and hidden states of these widths, the latter as in the encoder. */
    public GRUDecoder(long vocabulary, long embedSize, long numHiddens, int numLayers, double dropout) {
        embedding = new Embedding(vocabulary, embedSize);
        rnn =
                new GRU(
                        embedSize + numHiddens,
                        numHiddens,
                        o -> o.numLayers(numLayers).dropout(dropout).batchFirst(true));
        dense = new Linear(numHiddens, vocabulary);
        CourseInit.xavier(rnn);
        CourseInit.xavier(dense);
    }

    /**
     * The state of a {@link GRUDecoder}.
     *
     * @param hidden the hidden states, {@code [L, N, H]}
     * @param context the encoder's final state, {@code [N, H]}, the same at all steps
     */
    public record GRUState(Tensor hidden, Tensor context) implements State<GRUState> {
        @Override
        public GRUState select(Tensor rows) {
            return new GRUState(hidden.indexSelect(1, rows), context.indexSelect(0, rows));
        }
    }

    @Override
    public GRUState start(Encoder.Encoded encoded) {
        Tensor hidden = recurrent(encoded);
        return new GRUState(hidden, hidden.select(0, -1));
    }

    /**
     * {@return the final states of a recurrent encoder}
     *
     * @throws IllegalArgumentException if the encoder is not recurrent
     */
    static Tensor recurrent(Encoder.Encoded encoded) {
        Tensor hidden = encoded.hidden();
        if (hidden == null) {
            throw new IllegalArgumentException(
                    "this decoder begins with an encoder's hidden states, and this encoder has none: use a recurrent one, such as GRUEncoder");
        }
        return hidden;
    }

    @Override
    public Output<GRUState> forward(Tensor tokens, GRUState state) {
        Tensor context = state.context().unsqueeze(1);
        Tensor repeated = context.expand(context.size(0), tokens.size(1), context.size(2));
        Tensor x = Tensors.cat(List.of(embedding.call(tokens), repeated), 2);
        var result = rnn.forward(x, state.hidden());
        return new Output<>(dense.call(result.output()), new GRUState(result.hidden(), state.context()));
    }
}
