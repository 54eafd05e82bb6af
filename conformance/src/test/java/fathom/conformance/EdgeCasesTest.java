package fathom.conformance;

import static fathom.Tensors.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import fathom.Captured;
import fathom.InterpolateOptions.Mode;
import fathom.PadMode;
import fathom.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What operations give, or say, at the edges of what they are for. */
class EdgeCasesTest {
    private static long[] shape(Tensor t) {
        return t.shape().dims();
    }

    @Test
    void aNumberMeansTheSameHoweverManyFollow() {
        Tensor t = randint(1, 10, 5000);
        assertThat(shape(t)).containsExactly(5000);
        assertThat(t.min().itemLong()).isEqualTo(1);
        assertThat(t.max().itemLong()).isEqualTo(9);
        assertThat(shape(randint(1, 10, 5, 2))).containsExactly(5, 2);
        assertThat(shape(randint(10, new long[] {5, 2}))).containsExactly(5, 2);
        assertThat(shape(randint(3, 4, new long[0]))).isEmpty();
        assertThatThrownBy(() -> randint(10, 5, 3)).hasMessageContaining("from 10 below 5");
        assertThat(shape(uniform(1, 10, 5))).containsExactly(5);
        assertThat(shape(normal(1, 10, 5))).containsExactly(5);
        assertThat(shape(full(1, INT64, 10, 5))).containsExactly(10, 5);
        assertThat(shape(eye(2, 3))).containsExactly(2, 3);
        assertThat(arange(2.5).toFloatArray()).containsExactly(0, 1, 2);
        assertThat(arange(0.5, 2.6).toFloatArray()).containsExactly(0.5f, 1.5f, 2.5f);
        assertThat(logspace(0, 2, 3).toFloatArray()).containsExactly(1, 10, 100);
    }

    @Test
    void theGradientOfEigenvectorsIsSymmetric() {
        Tensor a = tensor(new double[][] {{2, 1}, {1, 3}}, FLOAT64).requiresGrad_();
        Tensor weights = tensor(new double[][] {{1, -2}, {3, -4}}, FLOAT64);
        Tensor v = a.eigh().eigenvectors();
        Tensor signs = v.get(0).detach().sign(); // each vector's sign is free
        v.mul(signs).mul(weights).sum().backward();
        assertThat(
                        a.grad()
                                .isclose(
                                        tensor(new double[][] {{-0.535212, -0.267606}, {-0.267606, 0.535212}}, FLOAT64),
                                        1e-5,
                                        0)
                                .all()
                                .itemBoolean())
                .isTrue();
    }

    @Test
    void logarithmsOfDeterminants() {
        Tensor swap = tensor(new double[][] {{0, 1}, {1, 0}});
        assertThat(swap.logdet().item()).isNaN();
        assertThat(swap.slogdet().sign().item()).isEqualTo(-1);
        assertThat(swap.slogdet().logabsdet().item()).isZero();
        // the determinant itself is beyond any type
        assertThat(eye(400).mul(1e3).logdet().item()).isCloseTo(400 * Math.log(1e3), offset(1e-3));
        assertThat(eye(400).mul(1e-3).slogdet().logabsdet().item()).isCloseTo(-400 * Math.log(1e3), offset(1e-3));
        Tensor batch = stack(List.of(zeros(2, 2), eye(2).mul(2))).requiresGrad_();
        batch.slogdet().logabsdet().get(1).backward();
        assertThat(batch.grad().get(1).equal(eye(2).mul(0.5))).isTrue();
    }

    @Test
    void factorsOfZeros() {
        var qr = zeros(FLOAT64, 3, 2).qr();
        assertThat(qr.q().t().matmul(qr.q()).equal(eye(2, 2, FLOAT64))).isTrue();
        assertThat(qr.r().abs().max().item()).isZero();
    }

    @Test
    void noDimensionsAndNone() {
        assertThat(tensor(1, 2, 3).flip(new int[0]).toLongArray()).containsExactly(1, 2, 3);
        assertThat(shape(tensor(3.0).topk(1).values())).isEmpty();
        assertThat(shape(tensor(3.0).topk(1).indices())).isEmpty();
        assertThat(shape(zeros(5, 5, 0).matmul(zeros(0, 5)))).containsExactly(5, 5, 5);
        assertThat(linear(zeros(2, 3, 0), zeros(4, 0), ones(4)).sum().item()).isEqualTo(24);
    }

    @Test
    void padsThatCut() {
        Tensor x = arange(4, FLOAT32).reshape(1, 1, 4);
        assertThat(pad(x, new long[] {-1, 1}, PadMode.CIRCULAR).flatten().toFloatArray()).containsExactly(1, 2, 3, 1);
        assertThat(shape(pad(x, new long[] {-2, -2}, PadMode.CIRCULAR))).containsExactly(1, 1, 0);
        for (PadMode mode : PadMode.values()) {
            assertThatThrownBy(() -> pad(x, new long[] {-3, -2}, mode))
                    .hasMessageContaining("pad")
                    .hasMessageContaining("4");
        }
        assertThatThrownBy(() -> pad(x, -5, 3)).hasMessageContaining("cuts more");
        // what comes round would be what was cut
        assertThatThrownBy(() -> pad(x, new long[] {2, -3}, PadMode.CIRCULAR)).hasMessageContaining("CIRCULAR");
    }

    @Test
    void interpolationToTheSameSize() {
        Tensor x = arange(3, FLOAT32).reshape(1, 1, 3);
        assertThat(interpolate(x, o -> o.scaleFactor(1.3)).flatten().toFloatArray()).containsExactly(0, 1, 2);
        assertThat(interpolate(x, o -> o.scaleFactor(1.3).mode(Mode.LINEAR)).flatten().toFloatArray())
                .containsExactly(0, 1, 2);
        assertThatThrownBy(() -> interpolate(x, o -> o.size(5).alignCorners(true)))
                .hasMessageContaining("nearest has no alignCorners");
        assertThatThrownBy(() -> interpolate(x, o -> o.size(5).alignCorners(false)))
                .hasMessageContaining("nearest has no alignCorners");
    }

    @Test
    void receiversOfMasks() {
        Tensor y = ones(2).maskedScatter(ones(BOOL, 2, 2), zeros(4));
        assertThat(y.flatten().toFloatArray()).containsExactly(0, 0, 0, 0);
        assertThat(shape(y)).containsExactly(2, 2);
        assertThatThrownBy(() -> ones(2).maskedScatter_(ones(BOOL, 2, 2), zeros(4))).hasMessageContaining("[2, 2]");
        assertThatThrownBy(() -> ones(2).maskedScatter(ones(BOOL, 2), zeros(FLOAT64, 2)))
                .hasMessageContaining("FLOAT64");
    }

    @Test
    void reductionsOfScatteredIntegersAndInPlace() {
        Tensor index = tensor(0, 0, 1);
        Tensor src = tensor(5, 6, 7);
        assertThat(arange(4).scatterReduce(0, index, src, "amin", false).toLongArray()).containsExactly(5, 7, 2, 3);
        assertThat(arange(4).to(INT8).scatterReduce(0, index, src.to(INT8), "amax", false).toLongArray())
                .containsExactly(6, 7, 2, 3);
        assertThat(arange(4).scatterReduce(0, index, src, "mean").toLongArray()).containsExactly(3, 4, 2, 3);
        Tensor x = arange(4);
        assertThat(x.scatterReduce_(0, index, src, "prod")).isSameAs(x);
        assertThat(x.toLongArray()).containsExactly(0, 7, 2, 3);
        assertThat(x.indexReduce_(0, index, src, "mean", false).toLongArray()).containsExactly(5, 7, 2, 3);
        assertThatThrownBy(() -> x.scatterReduce(0, index, src, "max")).hasMessageContaining("amax");
        assertThatThrownBy(() -> x.indexReduce(0, index, src, "sum")).hasMessageContaining("indexAdd");
        assertThatThrownBy(() -> x.indexCopy(0, tensor(0, 1), src)).hasMessageContaining("indexCopy: 2 indices");
        Tensor w = ones(2).requiresGrad_();
        Tensor y = w.mul(2);
        y.scatterReduce_(0, tensor(0), tensor(5.0).reshape(1), "amax");
        y.sum().backward();
        assertThat(w.grad().toFloatArray()).containsExactly(0, 2);
    }

    @Test
    void badIndicesAreThoseOfTheOperationCalled() {
        Tensor x = arange(3, FLOAT32);
        String bad = "index 5 is out of bounds for dimension 0 of extent 3";
        assertThatThrownBy(() -> embedding(tensor(1, 5), ones(3, 2)))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("embedding: " + bad);
        assertThatThrownBy(() -> x.take(tensor(5))).hasMessage("take: " + bad);
        assertThatThrownBy(() -> x.take(tensor(-4))).hasMessageStartingWith("take: index -4");
        assertThatThrownBy(() -> x.indexSelect(0, tensor(5))).hasMessage("indexSelect: " + bad);
        assertThatThrownBy(() -> x.indexFill(0, tensor(5), 1)).hasMessage("indexFill: " + bad);
        assertThatThrownBy(() -> x.indexCopy(0, tensor(new long[] {5}), ones(1))).hasMessage("indexCopy: " + bad);
        assertThatThrownBy(() -> x.indexAdd_(0, tensor(new long[] {5}), ones(1))).hasMessage("indexAdd_: " + bad);
        assertThatThrownBy(() -> x.scatterAdd(0, tensor(new long[] {5}), ones(1))).hasMessage("scatterAdd: " + bad);
        assertThatThrownBy(() -> x.gather(0, tensor(5))).hasMessage("gather: " + bad);
    }

    @Test
    void aReplayedStepSaysSoToo() {
        Tensor table = ones(3, 2).keep();
        var step = Captured.of(i -> embedding(i, table).sum());
        for (int k = 0; k < 5; k++) {
            assertThat(step.call(tensor(0, 1, 2)).item()).isEqualTo(6);
        }
        assertThatThrownBy(() -> step.call(tensor(0, 1, 5))).hasMessageContaining("embedding: index 5");
        assertThat(step.call(tensor(2, 2, 2)).item()).isEqualTo(6);
    }
}
