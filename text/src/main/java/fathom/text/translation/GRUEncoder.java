package fathom.text.translation;

import fathom.Tensor;
import fathom.nn.Embedding;
import fathom.nn.recurrent.GRU;

/**
 * An encoder of embedded tokens by gated recurrent units. Unlike the course's, it does not read padding: its final
 * states are those after the last token of each source.
 *
 * @see <a href="https://d2l.ai/chapter_recurrent-modern/seq2seq.html">Dive into Deep Learning, Sequence-to-Sequence
 *     Learning</a>
 */
public final class GRUEncoder extends Encoder {
    private final Embedding embedding;
    private final GRU rnn;

    /** For a vocabulary, with embeddings and hidden states of these widths; {@code dropout} acts between layers. */
    public GRUEncoder(long vocabulary, long embedSize, long numHiddens, int numLayers, double dropout) {
        embedding = new Embedding(vocabulary, embedSize);
        rnn = new GRU(embedSize, numHiddens, o -> o.numLayers(numLayers).dropout(dropout).batchFirst(true));
        CourseInit.xavier(rnn);
    }

    @Override
    public Encoded forward(Tensor tokens, Tensor lengths) {
        var result = rnn.forward(embedding.call(tokens), null, lengths);
        return new Encoded(result.output(), result.hidden(), lengths);
    }
}
