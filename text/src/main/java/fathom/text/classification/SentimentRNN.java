package fathom.text.classification;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import fathom.nn.Embedding;
import fathom.nn.Init;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.recurrent.LSTM;
import java.util.List;

/**
 * A classifier of texts by a bidirectional LSTM, which reads the last layer's hidden states at the first and at the
 * last token. Unlike the course's, it does not read padding, so a text has the same logits in any batch.
 *
 * <p>x: int64 {@code [N, T]}, padded at the end -> logits {@code [N, classes]}
 *
 * @see <a href="https://d2l.ai/chapter_natural-language-processing-applications/sentiment-analysis-rnn.html">Dive into
 *     Deep Learning, Sentiment Analysis: Using Recurrent Neural Networks</a>
 */
public final class SentimentRNN extends Layer {
    private final Embedding embedding;
    private final LSTM encoder;
    private final Linear decoder;
    private final long pad;

    /**
     * A network with matrices from Xavier's uniform distribution.
     *
     * @param embedding the word vectors
     * @param pad the index of the padding token
     * @param numHiddens the number of hidden units of a direction
     * @param numLayers the number of layers of the LSTM
     * @param classes the number of classes
     */
    public SentimentRNN(Embedding embedding, long pad, long numHiddens, int numLayers, long classes) {
        this.embedding = embedding;
        this.pad = pad;
        encoder =
                new LSTM(
                        embedding.weight.size(1),
                        numHiddens,
                        o -> o.numLayers(numLayers).bidirectional(true).batchFirst(true));
        decoder = new Linear(4 * numHiddens, classes);
        for (Block layer : List.of(encoder, decoder)) {
            layer.parameters().stream().filter(p -> p.dim() == 2).forEach(Init::xavierUniform_);
        }
    }

    @Override
    public Tensor forward(Tensor x) {
        TextChecks.texts("SentimentRNN", x);
        // a text of padding alone is read as one token of it
        Tensor lengths = x.ne(pad).sum(1).clampMin(1);
        Tensor states = encoder.forward(embedding.call(x), null, null, lengths).output();
        Tensor at = lengths.sub(1).reshape(-1, 1, 1).expand(-1, 1, states.size(2));
        Tensor ends = Tensors.cat(List.of(states.narrow(1, 0, 1), states.gather(1, at)), 2);
        return decoder.call(ends.flatten(1));
    }
}
