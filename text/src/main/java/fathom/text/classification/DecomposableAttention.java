package fathom.text.classification;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import fathom.nn.Dropout;
import fathom.nn.Embedding;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.attention.SequenceMask;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A classifier of pairs of texts that aligns the words of both, compares each word with those it is aligned with, and
 * aggregates the comparisons (Parikh et al., "A Decomposable Attention Model for Natural Language Inference", 2016).
 * Padding has no part in the result.
 *
 * <p>It does not see the order of words, unless {@link Options#intraAttention} is set.
 *
 * <p>x: int64 {@code [N, 2, T]}, padded at the end -> logits {@code [N, classes]}
 *
 * @see <a
 *     href="https://d2l.ai/chapter_natural-language-processing-applications/natural-language-inference-attention.html">Dive
 *     into Deep Learning, Natural Language Inference: Using Attention</a>
 */
public final class DecomposableAttention extends Layer {
    private final Embedding embedding;
    private final @Nullable IntraAttention intra;
    private final Sequential attend;
    private final Sequential compare;
    private final Sequential aggregate;
    private final Linear linear;
    private final long pad;

    /** Options of the network. */
    public static final class Options {
        private double dropout = 0.2;
        private boolean intraAttention;

        private Options() {}

        /** Sets the probability of dropout before each linear layer. Default: 0.2. */
        public Options dropout(double dropout) {
            this.dropout = dropout;
            return this;
        }

        /**
         * Sets whether each word is joined by what it attends to in its own text, weighted also by the distance
         * (section 3.4 of the paper), so that order matters. Default: false.
         */
        public Options intraAttention(boolean intraAttention) {
            this.intraAttention = intraAttention;
            return this;
        }
    }

    /**
     * A network with the course's options.
     *
     * @param embedding the word vectors
     * @param pad the index of the padding token
     * @param numHiddens the number of hidden units of all perceptrons
     * @param classes the number of classes
     */
    public DecomposableAttention(Embedding embedding, long pad, long numHiddens, long classes) {
        this(embedding, pad, numHiddens, classes, o -> {});
    }

    /** A network with options. */
    public DecomposableAttention(
            Embedding embedding, long pad, long numHiddens, long classes, Consumer<Options> options) {
        var o = new Options();
        options.accept(o);
        this.embedding = embedding;
        this.pad = pad;
        long own = embedding.weight.size(1);
        intra = o.intraAttention ? new IntraAttention(own, numHiddens, o.dropout) : null;
        long width = o.intraAttention ? 2 * own : own;
        attend = perceptron(width, numHiddens, o.dropout);
        compare = perceptron(2 * width, numHiddens, o.dropout);
        aggregate = perceptron(2 * numHiddens, numHiddens, o.dropout);
        linear = new Linear(numHiddens, classes);
    }

    static Sequential perceptron(long inputs, long hiddens, double dropout) {
        return new Sequential(
                new Dropout(dropout),
                new Linear(inputs, hiddens),
                new ReLU(),
                new Dropout(dropout),
                new Linear(hiddens, hiddens),
                new ReLU());
    }

    /**
     * How the words of two texts are aligned.
     *
     * @param ofFirst the weights of the second text's words for each word of the first, {@code [N, T, S]}
     * @param ofSecond the weights of the first text's words for each word of the second, {@code [N, S, T]}
     */
    public record Alignment(Tensor ofFirst, Tensor ofSecond) {}

    private record Encoded(Tensor words, Tensor lengths) {}

    private Encoded encode(Tensor text) {
        Tensor lengths = text.ne(pad).sum(1);
        Tensor words = embedding.call(text);
        return new Encoded(intra == null ? words : intra.forward(words, lengths), lengths);
    }

    private Alignment align(Encoded first, Encoded second) {
        Tensor scores = attend.call(first.words()).matmul(attend.call(second.words()).transpose(1, 2));
        return new Alignment(
                SequenceMask.softmax(scores, second.lengths()),
                SequenceMask.softmax(scores.transpose(1, 2), first.lengths()));
    }

    /**
     * {@return the weights of the alignment}
     *
     * @param first int64 {@code [N, T]}
     * @param second int64 {@code [N, S]}
     */
    public Alignment align(Tensor first, Tensor second) {
        return align(encode(first), encode(second));
    }

    @Override
    public Tensor forward(Tensor x) {
        TextChecks.pairs("DecomposableAttention", x);
        return forward(x.select(1, 0), x.select(1, 1));
    }

    /**
     * {@return the logits of pairs of texts, {@code [N, classes]}}
     *
     * @param first int64 {@code [N, T]}
     * @param second int64 {@code [N, S]}
     */
    public Tensor forward(Tensor first, Tensor second) {
        Encoded a = encode(first);
        Encoded b = encode(second);
        Alignment alignment = align(a, b);
        Tensor both =
                Tensors.cat(
                        List.of(
                                compared(a, alignment.ofFirst().matmul(b.words())),
                                compared(b, alignment.ofSecond().matmul(a.words()))),
                        1);
        return linear.call(aggregate.call(both));
    }

    /** {@return the sum over the words of their comparisons with what they are aligned with, {@code [N, H]}} */
    private Tensor compared(Encoded text, Tensor aligned) {
        Tensor each = compare.call(Tensors.cat(List.of(text.words(), aligned), 2));
        return SequenceMask.fill(each, text.lengths(), 0).sum(1);
    }

    /** Attention of the words of a text to each other, with a learned bias of their distance. */
    private static final class IntraAttention extends Block {
        /** Greater distances share a bias. */
        private static final int FARTHEST = 10;

        private final Sequential score;
        private final Tensor distance;

        IntraAttention(long width, long hiddens, double dropout) {
            score = perceptron(width, hiddens, dropout);
            distance = parameter(Tensors.zeros(2 * FARTHEST + 1));
        }

        /** {@return each word with what it attends to, {@code [N, T, 2 D]}} */
        Tensor forward(Tensor words, Tensor lengths) {
            long steps = words.size(1);
            Tensor projected = score.call(words);
            Tensor positions = words.device().with(() -> Tensors.arange(steps));
            Tensor offsets =
                    positions
                            .unsqueeze(1)
                            .sub(positions.unsqueeze(0))
                            .clamp(-FARTHEST, FARTHEST)
                            .add(FARTHEST)
                            .flatten();
            Tensor bias = distance.indexSelect(0, offsets).reshape(steps, steps);
            Tensor scores = projected.matmul(projected.transpose(1, 2)).add(bias);
            return Tensors.cat(List.of(words, SequenceMask.softmax(scores, lengths).matmul(words)), 2);
        }
    }
}
