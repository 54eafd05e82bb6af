package fathom.text.embeddings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.Tensor;
import fathom.Tensors;
import fathom.text.TokenEmbedding;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ProjectionTest {
    @Test
    void principalComponentsKeepTheDistancesOfAPlane() {
        // points of a plane in four dimensions: (3, 1, 0, 0) / sqrt 10 and (0, 0, 1, 0) span it
        float[][] plane = {{0, 0}, {10, 0}, {-10, 0}, {0, 1}, {0, -1}, {5, 0.5f}};
        var rows = new float[6][];
        for (int i = 0; i < 6; i++) {
            float a = plane[i][0] / (float) Math.sqrt(10);
            rows[i] = new float[] {3 * a + 7, a - 2, plane[i][1], 1};
        }
        Tensor y = Projection.pca(Tensors.tensor(rows));
        assertThat(y.shape().dims()).containsExactly(6, 2);
        Tensor d = y.sub(y.get("0:1"));
        for (int i = 1; i < 6; i++) {
            double expected = Math.hypot(plane[i][0], plane[i][1]);
            assertThat(d.select(0, i).norm().item()).isCloseTo(expected, within(1e-4));
        }
        Tensor deviation = y.std(0);
        assertThat(deviation.select(0, 0).item()).isGreaterThan(deviation.select(0, 1).item());
        assertThatThrownBy(() -> Projection.pca(Tensors.zeros(1, 3))).hasMessageContaining("at least two vectors");
        assertThatThrownBy(() -> Projection.pca(Tensors.zeros(3, 1))).hasMessageContaining("two dimensions");
    }

    private static Tensor clusters() {
        var random = new SplittableRandom(1);
        var rows = new float[60][10];
        for (int i = 0; i < 60; i++) {
            for (int k = 0; k < 10; k++) {
                rows[i][k] = (float) (0.5 * random.nextGaussian() + (k == i / 20 ? 6 : 0));
            }
        }
        return Tensors.tensor(rows);
    }

    @Test
    void tsneSeparatesClusters() {
        Tensor y = Projection.tsne(clusters(), 10, 500);
        assertThat(y.isfinite().all().itemBoolean()).isTrue();
        Tensor d = Tensors.cdist(y, y);
        for (int i = 0; i < 60; i++) {
            long[] nearest = d.select(0, i).topk(6, 0, false).indices().toLongArray();
            for (long n : nearest) {
                assertThat(n / 20).as("near %s", i).isEqualTo(i / 20);
            }
        }
        assertThat(Projection.tsne(clusters(), 10, 50).toFloatArray())
                .isEqualTo(Projection.tsne(clusters(), 10, 50).toFloatArray());
        assertThat(Projection.tsne(clusters().get("0:2")).isfinite().all().itemBoolean()).isTrue();
        assertThatThrownBy(() -> Projection.tsne(clusters(), 60, 10)).hasMessageContaining("must be 1 to 59, got 60");
    }

    @Test
    void wordsAreDrawn() {
        TokenEmbedding vectors = TokenEmbedding.standIn(50);
        String svg = Projection.plot(vectors, List.of("man", "woman", "son", "daughter")).svg();
        assertThat(svg).contains("daughter").contains("woman");
        assertThatThrownBy(() -> Projection.plot(List.of("a"), Tensors.zeros(2, 2)))
                .hasMessageContaining("expected positions [1, 2], got [2, 2]");
    }
}
