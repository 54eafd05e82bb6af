package fathom.text.sentences;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import java.util.List;

/**
 * The loss of pairs of a text and its answer, paraphrase or translation, with the other answers of the batch as
 * negatives: the cross-entropy of choosing the right one by cosine. Larger batches have more negatives. A batch should
 * not hold two texts with the same answer.
 *
 * {@snippet :
 * var loss = new MultipleNegativesRankingLoss();
 * loss.forward(encoder.forward(questions), encoder.forward(answers)).backward();
 * }
 *
 * @see <a href="https://arxiv.org/abs/1705.00652">Henderson et al., 2017, Efficient Natural Language Response
 *     Suggestion for Smart Reply, section 4.4</a>
 * @see <a href="https://arxiv.org/abs/1807.03748">van den Oord et al., 2018, Representation Learning with Contrastive
 *     Predictive Coding</a>
 */
public final class MultipleNegativesRankingLoss extends Block {
    private final double scale;

    /** With a scale of 20, which is a temperature of 0.05. */
    public MultipleNegativesRankingLoss() {
        this(20);
    }

    /**
     * With a factor of cosines.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public MultipleNegativesRankingLoss(double scale) {
        if (!(scale > 0) || Double.isInfinite(scale)) {
            throw new IllegalArgumentException("MultipleNegativesRankingLoss: scale must be positive, got " + scale);
        }
        this.scale = scale;
    }

    /**
     * {@return the mean loss}
     *
     * @param anchors the vectors of texts, {@code [N, D]}
     * @param positives the vectors of what belongs to each, {@code [N, D]}
     * @throws IllegalArgumentException if the shapes differ
     */
    public Tensor forward(Tensor anchors, Tensor positives) {
        check(anchors, positives, "positives");
        return loss(anchors, positives);
    }

    /**
     * {@return the mean loss, with further negatives that belong to no text}
     *
     * @param negatives the vectors of texts that are easily mistaken for the positives, {@code [M, D]}
     * @throws IllegalArgumentException if the shapes do not fit
     */
    public Tensor forward(Tensor anchors, Tensor positives, Tensor negatives) {
        check(anchors, positives, "positives");
        if (negatives.dim() != 2 || negatives.size(1) != anchors.size(1)) {
            throw misfit(anchors, negatives, "negatives [M, D]");
        }
        return loss(anchors, Tensors.cat(List.of(positives, negatives), 0));
    }

    private Tensor loss(Tensor anchors, Tensor candidates) {
        Tensor scores = SentenceEncoder.similarity(anchors, candidates).mul(scale);
        return Tensors.crossEntropy(scores, Tensors.arange(anchors.size(0)).to(anchors.device()));
    }

    private static void check(Tensor a, Tensor b, String name) {
        if (a.dim() != 2 || !a.shape().equals(b.shape())) {
            throw misfit(a, b, name + " [N, D]");
        }
    }

    private static IllegalArgumentException misfit(Tensor a, Tensor b, String what) {
        return new IllegalArgumentException(
                "MultipleNegativesRankingLoss: expected anchors [N, D] and %s, got %s and %s"
                        .formatted(what, a.shape(), b.shape()));
    }
}
