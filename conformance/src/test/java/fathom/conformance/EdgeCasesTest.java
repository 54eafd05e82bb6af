package fathom.conformance;

import static fathom.Tensors.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import fathom.Captured;
import fathom.Tensor;
import fathom.options.InterpolateOptions.Mode;
import fathom.options.PadMode;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Results and messages of operations at the limits of their domains. */
class EdgeCasesTest {
    private static long[] shape(Tensor t) {
        return t.shape().dims();
    }

    @Test
    void oneAndSeveralDimensionsMeanTheSame() {
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
    void emptyAndMissingDimensions() {
        assertThat(tensor(1, 2, 3).flip(new int[0]).toLongArray()).containsExactly(1, 2, 3);
        assertThat(shape(tensor(3.0).topk(1).values())).isEmpty();
        assertThat(shape(tensor(3.0).topk(1).indices())).isEmpty();
        assertThat(shape(zeros(5, 5, 0).matmul(zeros(0, 5)))).containsExactly(5, 5, 5);
        assertThat(linear(zeros(2, 3, 0), zeros(4, 0), ones(4)).sum().item()).isEqualTo(24);
    }

    @Test
    void negativePadsCrop() {
        Tensor x = arange(4, FLOAT32).reshape(1, 1, 4);
        assertThat(pad(x, new long[] {-1, 1}, PadMode.CIRCULAR).flatten().toFloatArray()).containsExactly(1, 2, 3, 1);
        assertThat(shape(pad(x, new long[] {-2, -2}, PadMode.CIRCULAR))).containsExactly(1, 1, 0);
        for (PadMode mode : PadMode.values()) {
            assertThatThrownBy(() -> pad(x, new long[] {-3, -2}, mode))
                    .hasMessageContaining("pad")
                    .hasMessageContaining("4");
        }
        assertThatThrownBy(() -> pad(x, -5, 3)).hasMessageContaining("crops more");
        // the wrapped-around elements would be cropped ones
        assertThatThrownBy(() -> pad(x, new long[] {2, -3}, PadMode.CIRCULAR)).hasMessageContaining("CIRCULAR");
    }

    @Test
    void interpolationToTheSameSize() {
        Tensor x = arange(3, FLOAT32).reshape(1, 1, 3);
        assertThat(interpolate(x, o -> o.scaleFactor(1.3)).flatten().toFloatArray()).containsExactly(0, 1, 2);
        assertThat(interpolate(x, o -> o.scaleFactor(1.3).mode(Mode.LINEAR)).flatten().toFloatArray())
                .containsExactly(0, 1, 2);
        assertThatThrownBy(() -> interpolate(x, o -> o.size(5).alignCorners(true)))
                .hasMessageContaining("nearest does not support alignCorners");
        assertThatThrownBy(() -> interpolate(x, o -> o.size(5).alignCorners(false)))
                .hasMessageContaining("nearest does not support alignCorners");
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
    void indexErrorsNameTheCalledOperation() {
        Tensor x = arange(3, FLOAT32);
        String bad = "index 5 is out of bounds for dimension 0 of size 3";
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
        assertThatThrownBy(() -> x.takeAlongDim(tensor(new long[] {5}), 0)).hasMessage("takeAlongDim: " + bad);
        assertThatThrownBy(() -> x.indexPut(List.of(tensor(5)), ones(1))).hasMessageStartingWith("indexPut: index 5");
        assertThatThrownBy(() -> x.set(1, tensor(5))).hasMessageStartingWith("set: index 5");
        assertThatThrownBy(() -> x.get(tensor(5))).hasMessageStartingWith("get: index 5");
    }

    @Test
    void viewsWithHugeArgumentsStayWithinTheirMemory() {
        long most = Long.MAX_VALUE;
        long inverse = 7905747460161236407L; // of 7, modulo 2^64
        Tensor x = arange(6, FLOAT32).reshape(2, 3);
        Tensor one = ones(1);
        List<ThrowingCallable> calls =
                List.of(
                        () -> one.reshape(7, inverse),
                        () -> one.view(7, inverse),
                        () -> one.unflatten(0, 7, inverse),
                        () -> one.reshape(most, most, -1),
                        () -> one.expand(most, 2),
                        () -> one.expand(1L << 32, 1L << 32),
                        () -> one.broadcastTo(most, most),
                        () -> one.repeat(most, 3),
                        () -> x.narrow(1, 2, most),
                        () -> x.narrow(0, -1, most - 1),
                        () -> x.asStrided(dims64(5, 5), dims64(1L << 62, 1L << 62), 0),
                        () -> x.asStrided(dims64(most), dims64(most), 0),
                        () -> x.asStrided(dims64(2), dims64(most), most),
                        () -> x.asStrided(dims64(most, most), dims64(0, 0), 0),
                        () -> x.asStrided(dims64(-1), dims64(1), 3),
                        () -> x.asStrided(dims64(2), dims64(1, 1), 0),
                        () -> one.expand(1L << 40).unfold(0, 1L << 39, 1).unfold(0, 1L << 38, 1),
                        () -> emptyStrided(dims64(most, most), dims64(0, 0), FLOAT32),
                        () -> x.select(0, Long.MIN_VALUE),
                        () -> x.get(Long.MIN_VALUE));
        for (int i = 0; i < calls.size(); i++) {
            assertThatThrownBy(calls.get(i))
                    .as("call %d", i)
                    .isInstanceOfAny(IllegalArgumentException.class, IndexOutOfBoundsException.class);
        }
        assertThatThrownBy(() -> emptyStrided(dims64(2, 2), dims64(most, 1), FLOAT32))
                .isInstanceOf(OutOfMemoryError.class);
        // existing tensors are intact
        assertThat(shape(x.slice(0, Long.MIN_VALUE, most, most))).containsExactly(1, 3);
        assertThat(x.slice(1, -2, most, most - 1).flatten().toFloatArray()).containsExactly(1, 4);
        assertThat(shape(x.get("::9223372036854775807"))).containsExactly(1, 3);
        assertThat(shape(x.slice(0, 5, 9, most))).containsExactly(0, 3);
        assertThat(x.slice(0, 1, 2, most).strides()).containsExactly(6, 1);
        assertThat(x.slice(0, 1, 2, most).matmul(ones(3, 2)).flatten().toFloatArray()).containsExactly(12, 12);
        assertThat(x.unfold(0, 2, most).strides()).containsExactly(6, 1, 3);
        assertThat(x.unfold(0, 2, most).flatten().toFloatArray()).containsExactly(0, 3, 1, 4, 2, 5);
        assertThat(shape(zeros(0, 3).reshape(1L << 40, 1L << 40, 0))).containsExactly(1L << 40, 1L << 40, 0);
        assertThat(shape(zeros(0, 3).expand(most, 0, 3))).containsExactly(most, 0, 3);
        assertThat(one.expand(1L << 31, 1L << 31).numel()).isEqualTo(1L << 62);
        assertThat(x.asStrided(dims64(2, 2), dims64(1, 1), 4 - 2).flatten().toFloatArray()).containsExactly(2, 3, 3, 4);
        assertThat(shape(x.asStrided(dims64(0), dims64(1), 100))).containsExactly(0);
    }

    private static long[] dims64(long... numbers) {
        return numbers;
    }

    @Test
    void invalidNumbersAreRejected() {
        long most = Long.MAX_VALUE;
        Tensor x = arange(6, FLOAT32).reshape(2, 3);
        for (PadMode mode : PadMode.values()) {
            assertThatThrownBy(() -> pad(x, new long[] {most, most}, mode)).hasMessageContaining("pad");
            assertThatThrownBy(() -> pad(x, new long[] {Long.MIN_VALUE, Long.MIN_VALUE}, mode))
                    .hasMessageContaining("-2^60 to 2^60");
        }
        assertThatThrownBy(() -> pad(x, new long[] {1L << 40, 1L << 40}, PadMode.REPLICATE))
                .hasMessageContaining("does not fit");
        assertThatThrownBy(() -> x.repeatInterleave(-1))
                .hasMessage("repeatInterleave: repeats must not be negative, but are -1");
        assertThatThrownBy(() -> x.repeatInterleave(tensor(most, most), 0)).hasMessageContaining("sum to more");
        assertThatThrownBy(() -> combinations(arange(10_000), 5, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("combinations: those of 5 from 10000 have more than 2^31 - 1 elements");
        assertThatThrownBy(() -> oneHot(tensor(-1L))).hasMessage("oneHot: class index -1 is negative");
        assertThatThrownBy(() -> x.histc(3, 0, Double.POSITIVE_INFINITY)).hasMessageContaining("finite");
        assertThatThrownBy(() -> x.histc(3, Double.NaN, 1)).hasMessageContaining("finite");
        assertThatThrownBy(() -> randint(Long.MIN_VALUE, most, 3)).hasMessageContaining("more than 2^63 - 1");
        assertThatThrownBy(() -> uniform(Double.NEGATIVE_INFINITY, 0, 3)).hasMessageContaining("finite");
        assertThatThrownBy(() -> arange(Long.MIN_VALUE, most, 1L)).isInstanceOf(OutOfMemoryError.class);
        assertThat(arange(Long.MIN_VALUE, most, 1L << 62).toLongArray())
                .containsExactly(Long.MIN_VALUE, -(1L << 62), 0, 1L << 62);
        assertThat(arange(most, Long.MIN_VALUE, Long.MIN_VALUE).toLongArray()).containsExactly(most, -1);
        assertThat(arange(5, -4, -3).toLongArray()).containsExactly(5, 2, -1);
        assertThat(x.tril(most).equal(x)).isTrue();
        assertThat(x.triu(Long.MIN_VALUE).equal(x)).isTrue();
        assertThat(x.tril(Long.MIN_VALUE).equal(zeros(2, 3))).isTrue();
        assertThat(x.triu(most).equal(zeros(2, 3))).isTrue();
    }

    @Test
    void replaysRejectThemToo() {
        Tensor table = ones(3, 2).keep();
        var step = Captured.of(i -> embedding(i, table).sum());
        for (int k = 0; k < 5; k++) {
            assertThat(step.call(tensor(0, 1, 2)).item()).isEqualTo(6);
        }
        assertThatThrownBy(() -> step.call(tensor(0, 1, 5))).hasMessageContaining("embedding: index 5");
        assertThat(step.call(tensor(2, 2, 2)).item()).isEqualTo(6);
    }
}
