package fathom.text.sentences;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.Tensor;
import fathom.Tensors;
import org.junit.jupiter.api.Test;

class PoolingTest {
    /** Two texts of three and one tokens; the padding must not be seen. */
    private static final Tensor TOKENS =
            Tensors.tensor(new float[] {1, -4, 3, -2, 5, -6, 100, 100, 7, 8, 100, 100, 100, 100, 100, 100})
                    .reshape(2, 4, 2);

    private static final Tensor MASK = Tensors.tensor(new long[] {1, 1, 1, 0, 1, 0, 0, 0}).reshape(2, 4);

    private static void check(Pooling pooling, double... expected) {
        float[] actual = pooling.apply(TOKENS, MASK).reshape(-1).toFloatArray();
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) actual[i]).as("%s, %s", pooling, i).isCloseTo(expected[i], within(1e-6));
        }
    }

    @Test
    void paddingIsLeftOut() {
        check(Pooling.CLS, 1, -4, 7, 8);
        check(Pooling.MEAN, 3, -4, 7, 8);
        check(Pooling.MAX, 5, -2, 7, 8);
        check(Pooling.MEAN_SQRT_LEN, 9 / Math.sqrt(3), -12 / Math.sqrt(3), 7, 8);
        check(Pooling.LAST, 5, -6, 7, 8);
    }

    @Test
    void textsWithoutTokensAreZero() {
        Tensor none = Tensors.zeros(fathom.DType.INT64, 2, 4);
        for (Pooling p : new Pooling[] {Pooling.MEAN, Pooling.MAX, Pooling.MEAN_SQRT_LEN, Pooling.LAST}) {
            assertThat(p.apply(TOKENS, none).abs().max().item()).as("%s", p).isZero();
        }
    }

    @Test
    void gradientsReachTokensAlone() {
        for (Pooling p : Pooling.values()) {
            Tensor x = TOKENS.clone().requiresGrad_(true);
            p.apply(x, MASK).sum().backward();
            assertThat(x.grad().get(0, 3).abs().max().item()).as("%s", p).isZero();
            assertThat(x.grad().sum().item()).as("%s", p).isGreaterThan(1);
        }
    }

    @Test
    void refusesOtherShapes() {
        assertThatThrownBy(() -> Pooling.MEAN.apply(TOKENS, MASK.t()))
                .hasMessageContaining("expected vectors [B, T, H]");
    }
}
