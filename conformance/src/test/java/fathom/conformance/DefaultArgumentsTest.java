package fathom.conformance;

import static fathom.Tensors.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Overloads with fewer arguments have PyTorch's defaults, and those with KeepDim keep dimensions if asked. */
class DefaultArgumentsTest {
    private final Tensor x = arange(6).reshape(2, 3).to(FLOAT32);

    private static long[] shape(Tensor t) {
        return t.shape().dims();
    }

    @Test
    void pieces() {
        assertThat(x.unbind()).hasSize(2);
        assertThat(x.chunk(2)).allSatisfy(t -> assertThat(shape(t)).containsExactly(1, 3));
        assertThat(x.split(1)).hasSize(2);
        assertThat(shape(stack(List.of(x, x)))).containsExactly(2, 2, 3);
        assertThat(shape(cat(List.of(x, x)))).containsExactly(4, 3);
        assertThat(arange(2).repeatInterleave(2).toLongArray()).containsExactly(0, 0, 1, 1);
    }

    @Test
    void severalDimensionsAtOnce() {
        Tensor y = zeros(2, 3, 4);
        assertThat(shape(y.movedim(new int[] {0, 1}, new int[] {2, 0}))).containsExactly(3, 4, 2);
        assertThat(shape(y.movedim(new int[] {0, 2}, new int[] {1, 0}))).containsExactly(4, 2, 3);
        assertThat(shape(y.movedim(-1, 0))).containsExactly(4, 2, 3);
        assertThatThrownBy(() -> y.movedim(new int[] {0, 0}, new int[] {1, 2}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[0, 0]");
        assertThat(arange(4).reshape(2, 2).roll(new long[] {1, 1}, new int[] {0, 1}).flatten().toLongArray())
                .containsExactly(3, 2, 1, 0);
        assertThatThrownBy(() -> y.roll(new long[] {1}, new int[] {0, 1})).hasMessageContaining("roll");
    }

    @Test
    void reductions() {
        assertThat(x.prod(dims(0, 1)).item()).isEqualTo(0);
        assertThat(shape(x.prod(dims(0, 1), KEEP_DIM))).containsExactly(1, 1);
        assertThat(shape(x.any(1, KEEP_DIM))).containsExactly(2, 1);
        assertThat(shape(x.all(0, KEEP_DIM))).containsExactly(1, 3);
        assertThat(shape(x.norm(2, 1, KEEP_DIM))).containsExactly(2, 1);
        assertThat(shape(x.logsumexp(1, KEEP_DIM))).containsExactly(2, 1);
        assertThat(shape(x.median(1, KEEP_DIM).values())).containsExactly(2, 1);
        assertThat(shape(x.kthvalue(2, 0, KEEP_DIM).indices())).containsExactly(1, 3);
        assertThat(x.kthvalue(2).values().toFloatArray()).containsExactly(1, 4);
        assertThat(x.topk(1, 0).values().reshape(3).toFloatArray()).containsExactly(3, 4, 5);
        assertThat(x.countNonzero(dims(0, 1)).itemLong()).isEqualTo(5);
        assertThat(x.var(dims(0, 1)).item()).isEqualTo(3.5);
        assertThat(x.std(dims(0, 1)).square().item()).isCloseTo(3.5, org.assertj.core.data.Offset.offset(1e-6));
        assertThat(x.histc(3).toFloatArray()).containsExactly(2, 2, 2);
        assertThat(x.histc().sum().item()).isEqualTo(6);
        assertThat(tensor(0, 2, 2).bincount(tensor(0.5, 1.0, 2.0)).toFloatArray()).containsExactly(0.5f, 0, 3);
        assertThatThrownBy(() -> tensor(0, 2, 2).bincount(tensor(0.5, 1.0)))
                .hasMessageContaining("[2]")
                .hasMessageContaining("[3]");
    }

    @Test
    void aNormOfZerosHasAZeroGradient() {
        Tensor z = zeros(2, 2).requiresGrad_();
        z.norm().add(z.std()).add(z.norm(2, 1).sum()).backward();
        assertThat(z.grad().flatten().toFloatArray()).containsExactly(0, 0, 0, 0);
    }

    @Test
    void selecting() {
        Tensor large = x.gt(2);
        assertThat(x.where(large, 0).flatten().toFloatArray()).containsExactly(0, 0, 0, 3, 4, 5);
        assertThat(where(large, 1, x).flatten().toFloatArray()).containsExactly(0, 1, 2, 1, 1, 1);
        assertThat(where(large, x, x.neg()).flatten().toFloatArray()).containsExactly(-0f, -1, -2, 3, 4, 5);
        assertThatThrownBy(() -> x.where(x, x))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("FLOAT32");
    }

    @Test
    void writingAtIndices() {
        Tensor y = zeros(2, 3);
        y.set(7, 1, -1);
        y.set(tensor(1.0, 2.0, 3.0), 0);
        assertThat(y.flatten().toFloatArray()).containsExactly(1, 2, 3, 0, 0, 7);
        assertThatThrownBy(() -> y.set(1, 2, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        Tensor put = zeros(3).indexPut(List.of(tensor(0, 2)), tensor(4.0, 5.0));
        assertThat(put.toFloatArray()).containsExactly(4, 0, 5);
        Tensor masked = zeros(3).maskedScatter_(tensor(true, false, true), tensor(4.0, 5.0));
        assertThat(masked.toFloatArray()).containsExactly(4, 0, 5);
    }

    @Test
    void arithmetic() {
        assertThat(x.sub(x, 2).equal(x.neg())).isTrue();
        assertThat(x.clone().sub_(x, 2).equal(x.neg())).isTrue();
        assertThat(x.addcmul(x, x).equal(x.add(x.mul(x)))).isTrue();
        assertThat(x.add(1).addcdiv(x, x.add(1)).isclose(x.add(1).add(x.div(x.add(1)))).all().itemBoolean()).isTrue();
        assertThat(tensor(1.0, 0.0, 0.0).cross(tensor(0.0, 1.0, 0.0)).toFloatArray()).containsExactly(0, 0, 1);
        assertThat(tensor(-1.0).leakyRelu().item()).isCloseTo(-0.01, org.assertj.core.data.Offset.offset(1e-8));
        assertThat(tensor(-3.0).hardtanh().item()).isEqualTo(-1);
        assertThat(tensor(-3.0).elu().equal(tensor(-3.0).celu())).isTrue();
        assertThat(tensor(0.4).softshrink().item()).isZero();
        assertThat(tensor(0.4).hardshrink().item()).isZero();
    }

    @Test
    void randomLike() {
        manualSeed(1);
        Tensor d = zeros(FLOAT64, 2, 3);
        assertThatThrownBy(() -> bernoulli(tensor(0.5, 2.0))).hasMessageContaining("[2]");
        assertThat(randLike(d).dtype()).isEqualTo(FLOAT64);
        assertThat(shape(randnLike(d))).containsExactly(2, 3);
        assertThat(randintLike(d, 4, 5).flatten().toDoubleArray()).containsOnly(4);
    }
}
