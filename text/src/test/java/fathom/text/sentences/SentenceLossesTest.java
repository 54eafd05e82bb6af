package fathom.text.sentences;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.Tensor;
import fathom.Tensors;
import org.junit.jupiter.api.Test;

/** Losses and metrics against their definitions. */
class SentenceLossesTest {
    private static final float[][] A = {{3, 4}, {1, 0}};
    private static final float[][] P = {{4, 3}, {0, 2}};
    private static final float[][] N = {{-1, 0}};

    private static double cosine(float[] a, float[] b) {
        return (a[0] * b[0] + a[1] * b[1]) / Math.hypot(a[0], a[1]) / Math.hypot(b[0], b[1]);
    }

    private static double rankingLoss(double scale, float[][] candidates) {
        double sum = 0;
        for (int i = 0; i < A.length; i++) {
            double all = 0;
            for (float[] c : candidates) {
                all += Math.exp(scale * cosine(A[i], c));
            }
            sum += Math.log(all) - scale * cosine(A[i], candidates[i]);
        }
        return sum / A.length;
    }

    @Test
    void rankingIsTheCrossEntropyOfCosines() {
        Tensor a = Tensors.tensor(A);
        Tensor p = Tensors.tensor(P);
        assertThat(new MultipleNegativesRankingLoss().forward(a, p).item()).isCloseTo(rankingLoss(20, P), within(1e-4));
        assertThat(new MultipleNegativesRankingLoss(3).forward(a, p, Tensors.tensor(N)).item())
                .isCloseTo(rankingLoss(3, new float[][] {P[0], P[1], N[0]}), within(1e-5));
        // the length of vectors does not count
        assertThat(new MultipleNegativesRankingLoss().forward(a.mul(7), p).item())
                .isCloseTo(rankingLoss(20, P), within(1e-4));
    }

    @Test
    void regressionIsTheSquaredErrorOfCosines() {
        double first = cosine(A[0], P[0]) - 0.5;
        double second = cosine(A[1], P[1]) + 1;
        Tensor target = Tensors.tensor(new double[] {0.5, -1});
        assertThat(new CosineSimilarityLoss().forward(Tensors.tensor(A), Tensors.tensor(P), target).item())
                .isCloseTo((first * first + second * second) / 2, within(1e-6));
    }

    @Test
    void stepsBringPairsTogether() {
        Tensor a = Tensors.tensor(A).requiresGrad_(true);
        Tensor p = Tensors.tensor(P);
        var loss = new MultipleNegativesRankingLoss(5);
        double before = loss.forward(a, p).item();
        loss.forward(a, p).backward();
        Tensor next = a.detach().sub(a.grad().mul(0.5));
        assertThat(loss.forward(next, p).item()).isLessThan(before);
    }

    @Test
    void shapesAreChecked() {
        Tensor a = Tensors.ones(2, 3);
        var ranking = new MultipleNegativesRankingLoss();
        assertThatThrownBy(() -> ranking.forward(a, Tensors.ones(3, 3))).hasMessageContaining("positives [N, D]");
        assertThatThrownBy(() -> ranking.forward(a, a, Tensors.ones(2, 4))).hasMessageContaining("negatives [M, D]");
        assertThatThrownBy(() -> new MultipleNegativesRankingLoss(0)).hasMessageContaining("must be positive, got 0");
        assertThatThrownBy(() -> new CosineSimilarityLoss().forward(a, a, Tensors.ones(3)))
                .hasMessageContaining("similarities [N]");
    }

    @Test
    void recallCountsAnswersAmongTheNearest() {
        Tensor questions = Tensors.tensor(new float[][] {{1, 0}, {0, 1}, {1, 1}});
        Tensor candidates = Tensors.tensor(new float[][] {{1, 0.1f}, {1, 0.9f}, {-1, -1}, {0, 1}});
        assertThat(SentenceMetrics.recall(questions, candidates, 1)).isCloseTo(1 / 3.0, within(1e-9));
        assertThat(SentenceMetrics.recall(questions, candidates, 2)).isCloseTo(2 / 3.0, within(1e-9));
        assertThat(SentenceMetrics.recall(questions, candidates, 4)).isEqualTo(1);
        assertThatThrownBy(() -> SentenceMetrics.recall(questions, candidates, 5)).hasMessageContaining("k=5");
        assertThatThrownBy(() -> SentenceMetrics.recall(candidates, questions, 1)).hasMessageContaining("4 questions");
    }

    @Test
    void ranksAreCorrelated() {
        assertThat(SentenceMetrics.spearman(new double[] {1, 2, 3, 4}, new double[] {10, 100, 1000, 1e4}))
                .isCloseTo(1, within(1e-12));
        assertThat(SentenceMetrics.spearman(new double[] {1, 2, 3}, new double[] {3, 2, 1}))
                .isCloseTo(-1, within(1e-12));
        // ranks 0, 1.5, 1.5, 3 and 1, 0, 2, 3: sums of products 3, of squares 4.5 and 5
        assertThat(SentenceMetrics.spearman(new double[] {1, 2, 2, 5}, new double[] {2, 1, 3, 4}))
                .isCloseTo(3 / Math.sqrt(22.5), within(1e-12));
        assertThat(SentenceMetrics.spearman(new double[] {1, 1}, new double[] {1, 2})).isNaN();
        assertThatThrownBy(() -> SentenceMetrics.spearman(new double[2], new double[3]))
                .hasMessageContaining("2 and 3");
    }
}
