package fathom.conformance;

import static fathom.Tensors.ones;
import static fathom.Tensors.randn;
import static fathom.Tensors.scaledDotProductAttention;
import static fathom.Tensors.zeros;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.Tensor;
import fathom.testkit.GoldenCase;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Scaled dot-product attention against PyTorch's values and gradients, and rejected arguments. */
class AttentionTest {
    private final Tensor q = randn(2, 4, 5, 8);
    private final Tensor k = randn(2, 4, 7, 8);
    private final Tensor v = randn(2, 4, 7, 3);

    @TestFactory
    Stream<DynamicTest> golden() {
        return Goldens.each(
                "attention",
                c -> {
                    double tolerance = c.out(0).dtype() == DType.FLOAT64 ? 1e-10 : 1e-4;
                    c.check(t -> new Tensor[] {call(c, t)}, tolerance, tolerance / 10);
                });
    }

    private static Tensor call(GoldenCase c, Tensor[] t) {
        return switch (c.op()) {
            case "plain" -> scaledDotProductAttention(t[0], t[1], t[2]);
            case "scale" -> scaledDotProductAttention(t[0], t[1], t[2], o -> o.scale(c.getDouble("scale")));
            case "causal" -> scaledDotProductAttention(t[0], t[1], t[2], o -> o.causal(true));
            case "mask" -> scaledDotProductAttention(t[0], t[1], t[2], o -> o.mask(t[3]));
            default -> throw new AssertionError("no operation is named " + c.op());
        };
    }

    @Test
    void fullyMaskedQueriesGetZerosAndNoGradient() {
        Tensor mask = ones(DType.BOOL, 5, 7);
        mask.set(0, "2");
        for (Tensor m : new Tensor[] {mask, zeros(5, 7).where(mask, Double.NEGATIVE_INFINITY)}) {
            Tensor query = q.clone().requiresGrad_(true);
            Tensor y = scaledDotProductAttention(query, k, v, o -> o.mask(m));
            y.sum().backward();
            assertThat(y.get("..., 2, :").abs().max().item()).isZero();
            assertThat(y.isfinite().all().itemBoolean()).isTrue();
            assertThat(query.grad().isfinite().all().itemBoolean()).isTrue();
            assertThat(query.grad().get("..., 2, :").abs().max().item()).isZero();
        }
    }

    @Test
    void sharedHeadsAreRepeated() {
        Tensor few = k.narrow(1, 0, 2);
        Tensor values = v.narrow(1, 0, 2);
        Tensor y = scaledDotProductAttention(q, few, values, o -> o.enableGqa(true));
        Tensor same = scaledDotProductAttention(q, few.repeatInterleave(2, 1), values.repeatInterleave(2, 1));
        assertThat(y.equal(same)).isTrue();
    }

    @Test
    void dropoutZeroesWeightsAndKeepsTheirMean() {
        Tensor one = ones(64, 64, 16);
        Tensor y = scaledDotProductAttention(one, one, one, o -> o.dropout(0.5));
        assertThat(y.mean().item()).isBetween(0.97, 1.03);
        assertThat(y.equal(one)).isFalse();
        assertThat(scaledDotProductAttention(q, k, v, o -> o.dropout(1)).abs().max().item()).isZero();
    }

    @Test
    void emptyTensors() {
        assertThat(scaledDotProductAttention(q.narrow(2, 0, 0), k, v).shape().dims()).containsExactly(2, 4, 0, 3);
        assertThat(scaledDotProductAttention(q, k.narrow(2, 0, 0), v.narrow(2, 0, 0)).abs().max().item()).isZero();
    }

    @Test
    void invalidArgumentsAreRejected() {
        assertThatThrownBy(() -> scaledDotProductAttention(q, v, k))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[2, 4, 5, 8]")
                .hasMessageContaining("[..., S, E]");
        assertThatThrownBy(() -> scaledDotProductAttention(q, k, v, o -> o.mask(ones(DType.BOOL, 5, 6))))
                .hasMessageContaining("[5, 6]")
                .hasMessageContaining("[..., 5, 7]");
        assertThatThrownBy(() -> scaledDotProductAttention(q, k, v, o -> o.mask(ones(DType.INT64, 5, 7))))
                .hasMessageContaining("INT64");
        assertThatThrownBy(() -> scaledDotProductAttention(q, k.narrow(1, 0, 3), v, o -> o.enableGqa(true)))
                .hasMessageContaining("enableGqa");
    }
}
