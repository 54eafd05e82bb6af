package fathom.text.sentences;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;

/**
 * The loss of pairs of texts whose similarity is known: the mean of the squared differences between the cosines of
 * their vectors and the similarities.
 *
 * @see <a href="https://arxiv.org/abs/1908.10084">Reimers and Gurevych, 2019, Sentence-BERT, section 3, regression
 *     objective function</a>
 */
public final class CosineSimilarityLoss extends Block {
    /** The loss has no options. */
    public CosineSimilarityLoss() {}

    /**
     * {@return the mean loss}
     *
     * @param a the vectors of the first texts, {@code [N, D]}
     * @param b the vectors of the second texts, {@code [N, D]}
     * @param similarity the similarities, from -1 to 1: {@code [N]}
     * @throws IllegalArgumentException if the shapes do not fit
     */
    public Tensor forward(Tensor a, Tensor b, Tensor similarity) {
        if (a.dim() != 2 || !a.shape().equals(b.shape()) || similarity.dim() != 1 || similarity.size(0) != a.size(0)) {
            throw new IllegalArgumentException(
                    "CosineSimilarityLoss: expected vectors [N, D] and [N, D] and similarities [N], got %s, %s and %s"
                            .formatted(a.shape(), b.shape(), similarity.shape()));
        }
        Tensor cosines = Tensors.normalize(a).mul(Tensors.normalize(b)).sum(1);
        return Tensors.mseLoss(cosines, similarity.to(cosines.dtype()));
    }
}
