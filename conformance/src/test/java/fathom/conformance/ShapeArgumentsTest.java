package fathom.conformance;

import static fathom.Tensors.FLOAT64;
import static fathom.Tensors.INT64;
import static fathom.Tensors.arange;
import static fathom.Tensors.empty;
import static fathom.Tensors.full;
import static fathom.Tensors.linear;
import static fathom.Tensors.manualSeed;
import static fathom.Tensors.normal;
import static fathom.Tensors.ones;
import static fathom.Tensors.rand;
import static fathom.Tensors.randint;
import static fathom.Tensors.randn;
import static fathom.Tensors.tensor;
import static fathom.Tensors.uniform;
import static fathom.Tensors.zeros;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Shape;
import fathom.Tensor;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** The shape of a tensor as an argument; constants without a type; booleans as a Java array. */
class ShapeArgumentsTest {
    private static final Shape SHAPE = Shape.of(2, 3);

    private static float[] seeded(Supplier<Tensor> make) {
        manualSeed(5);
        Tensor t = make.get();
        assertThat(t.shape()).isEqualTo(SHAPE);
        return t.toFloatArray();
    }

    @Test
    void factoriesTakeShapes() {
        for (Tensor t : List.of(zeros(SHAPE), ones(SHAPE), empty(SHAPE), full(3, SHAPE), full(3, FLOAT64, SHAPE))) {
            assertThat(t.shape()).isEqualTo(SHAPE);
        }
        for (Tensor t : List.of(zeros(FLOAT64, SHAPE), ones(FLOAT64, SHAPE), empty(FLOAT64, SHAPE))) {
            assertThat(t.shape()).isEqualTo(SHAPE);
            assertThat(t.dtype()).isEqualTo(FLOAT64);
        }
        assertThat(zeros(Shape.of()).dim()).isZero();
        assertThat(seeded(() -> rand(SHAPE))).isEqualTo(seeded(() -> rand(2, 3)));
        assertThat(seeded(() -> rand(FLOAT64, SHAPE))).isEqualTo(seeded(() -> rand(FLOAT64, 2, 3)));
        assertThat(seeded(() -> randn(SHAPE))).isEqualTo(seeded(() -> randn(2, 3)));
        assertThat(seeded(() -> randn(FLOAT64, SHAPE))).isEqualTo(seeded(() -> randn(FLOAT64, 2, 3)));
        assertThat(seeded(() -> uniform(1, 2, SHAPE))).isEqualTo(seeded(() -> uniform(1, 2, 2, 3)));
        assertThat(seeded(() -> normal(1, 2, SHAPE))).isEqualTo(seeded(() -> normal(1, 2, 2, 3)));
        assertThat(seeded(() -> randint(0, 9, SHAPE))).isEqualTo(seeded(() -> randint(0, 9, 2, 3)));
    }

    @Test
    void viewsTakeShapes() {
        Tensor x = arange(6);
        assertThat(x.reshape(SHAPE).shape()).isEqualTo(SHAPE);
        assertThat(x.view(SHAPE).shape()).isEqualTo(SHAPE);
        assertThat(tensor(1L, 2L, 3L).expand(SHAPE).toLongArray()).containsExactly(1, 2, 3, 1, 2, 3);
        assertThat(tensor(1L, 2L, 3L).broadcastTo(SHAPE).shape()).isEqualTo(SHAPE);
        assertThatThrownBy(() -> arange(5).reshape(SHAPE)).hasMessageContaining("[2, 3]");
    }

    @Test
    void constantsHaveTheNumbersType() {
        Tensor x = full(0.01, 2, 3);
        assertThat(x.shape()).isEqualTo(SHAPE);
        assertThat(x.toFloatArray()).containsOnly(0.01f);
        assertThat(full(7, 2).dtype()).isEqualTo(INT64);
        assertThat(full(7, 2).toLongArray()).containsExactly(7, 7);
        assertThat(full(2.5).item()).isEqualTo(2.5);
    }

    @Test
    void productsWithWeightsNeedNoBias() {
        Tensor y = linear(tensor(1.0, 2.0), tensor(new float[][] {{3, 4}, {5, 6}}));
        assertThat(y.toFloatArray()).containsExactly(11, 17);
    }

    @Test
    void booleansBecomeAnArray() {
        assertThat(tensor(true, false, true).toBooleanArray()).containsExactly(true, false, true);
        assertThat(arange(4).reshape(2, 2).gt(1).toBooleanArray()).containsExactly(false, false, true, true);
        assertThat(tensor(0.0, -0.5).toBooleanArray()).containsExactly(false, true);
        assertThat(zeros(0).toBooleanArray()).isEmpty();
    }
}
