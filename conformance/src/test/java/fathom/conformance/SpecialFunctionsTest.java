package fathom.conformance;

import static fathom.Tensors.*;
import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Captured;
import fathom.Tensor;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Special functions at special points, rejected arguments, and shared memory. */
class SpecialFunctionsTest {
    private static final double INF = Double.POSITIVE_INFINITY;

    @Test
    void emptyLogSumExpHasFiniteGradients() {
        Tensor x = tensor(-INF, -INF, 0, 1).requiresGrad_();
        Tensor sums = x.logcumsumexp(0);
        sums.sum().backward();
        assertThat(sums).isCloseTo(tensor(-INF, -INF, 0, Math.log(1 + Math.E)), 1e-6, 0);
        double share = 1 / (1 + Math.E);
        assertThat(x.grad()).isCloseTo(tensor(0, 0, 1 + share, 1 - share), 1e-6, 0);
        Tensor a = tensor(-INF, INF, -INF).requiresGrad_();
        a.logaddexp(tensor(-INF, INF, 2)).sum().backward();
        assertThat(a.grad()).hasValues(0.5, 0.5, 0);
    }

    @Test
    void logSumExpNeitherOverflowsNorUnderflows() {
        assertThat(tensor(1000.0, -1000).logaddexp(tensor(1000.0, -1000)))
                .isCloseTo(tensor(1000 + Math.log(2), -1000 + Math.log(2)), 1e-7, 0);
        assertThat(tensor(60.0).to(FLOAT16).logaddexp(tensor(60.0).to(FLOAT16)).item())
                .isCloseTo(60.6875, Offset.offset(0.01));
        // a running maximum far above the first elements does not absorb them
        assertThat(tensor(-1000.0, 0).logcumsumexp(0)).hasValues(-1000, 0);
    }

    @Test
    void zeroTimesALogarithmHasFiniteGradients() {
        Tensor x = tensor(0.0, 0, 0, 2).requiresGrad_();
        Tensor y = tensor(0.0, -1, 3, 3).requiresGrad_();
        x.xlogy(y).sum().backward();
        assertThat(x.grad()).isCloseTo(tensor(0, 0, Math.log(3), Math.log(3)), 1e-6, 0);
        assertThat(y.grad()).isCloseTo(tensor(0, 0, 0, 2.0 / 3), 1e-6, 0);
    }

    @Test
    void sincIsAccurateNearZero() {
        Tensor x = tensor(1e-4, 1e-3, 1e-2).requiresGrad_();
        x.sinc().sum().backward();
        var expected = new double[3];
        for (int i = 0; i < 3; i++) {
            double t = Math.PI * Math.pow(10, i - 4);
            expected[i] = -Math.PI * t / 3 * (1 - t * t / 10);
        }
        assertThat(x.grad()).isCloseTo(tensor(expected), 1e-6, 0);
    }

    @Test
    void besselFunctionsCoverTheWholeRange() {
        Tensor x = tensor(new double[] {0, 19.999999, 20, 709, INF, -INF}, FLOAT64);
        assertThat(x.i0())
                .isCloseTo(
                        tensor(
                                new double[] {
                                    1, 43558240.10460082, 43558282.559553534, 1.2315477067016538e306, INF, INF
                                },
                                FLOAT64),
                        1e-13,
                        0);
        assertThat(x.i1().get(4).item()).isEqualTo(INF);
        assertThat(x.i1().get(5).item()).isEqualTo(-INF);
    }

    @Test
    void extremaPreferNumbersToNan() {
        Tensor nan = tensor(Double.NaN, 1, Double.NaN);
        Tensor other = tensor(2.0, Double.NaN, Double.NaN);
        assertThat(nan.fmax(other)).hasValues(2, 1, Double.NaN);
        assertThat(nan.fmin(other)).hasValues(2, 1, Double.NaN);
        assertThat(tensor(3L, 1).fmax(tensor(2L, 2))).isEqualToTensor(tensor(3L, 2));
    }

    @Test
    void viewsShareMemory() {
        Tensor x = arange(6).reshape(2, 3);
        for (Tensor view : List.of(x.T(), x.mT(), x.tensorSplit(2, 1).getLast(), x.hsplit(3).getFirst())) {
            assertThat(view.sharesStorageWith(x)).isTrue();
        }
        x.T().mul_(2);
        assertThat(x.flatten()).hasValues(0, 2, 4, 6, 8, 10);
        assertThat(x.rot90(0).sharesStorageWith(x)).isFalse();
    }

    @Test
    void wrongArgumentsAreNamed() {
        Tensor number = tensor(1.0);
        Tensor row = arange(7);
        assertThatThrownBy(() -> number.tensorSplit(2)).hasMessageContaining("tensorSplit").hasMessageContaining("[]");
        assertThatThrownBy(() -> row.tensorSplit(0)).hasMessageContaining("0");
        assertThatThrownBy(() -> row.hsplit(2)).hasMessageContaining("hsplit").hasMessageContaining("[7]");
        assertThatThrownBy(() -> row.vsplit(7)).hasMessageContaining("vsplit: expected at least 2 dimensions");
        assertThatThrownBy(() -> row.reshape(1, 7).dsplit(1)).hasMessageContaining("dsplit");
        assertThatThrownBy(row::rot90).hasMessageContaining("rot90");
        assertThatThrownBy(() -> zeros(2, 2).rot90(1, dims(1, -1))).hasMessageContaining("[1, -1]");
        assertThatThrownBy(row::fliplr).hasMessageContaining("fliplr");
        assertThatThrownBy(number::flipud).hasMessageContaining("flipud");
        assertThatThrownBy(row::mT).hasMessageContaining("mT");
        assertThatThrownBy(number::diff).hasMessageContaining("diff").hasMessageContaining("[]");
        assertThatThrownBy(() -> row.diff(-1)).hasMessageContaining("-1");
        assertThatThrownBy(() -> row.diff(1, 0, number, null)).hasMessageContaining("diff");
        assertThatThrownBy(() -> row.heaviside(number)).hasMessageContaining("INT64").hasMessageContaining("FLOAT32");
        assertThatThrownBy(() -> row.logaddexp(row)).hasMessageContaining("logaddexp").hasMessageContaining("INT64");
        assertThatThrownBy(() -> row.logcumsumexp(0)).hasMessageContaining("logcumsumexp");
        assertThatThrownBy(() -> row.cummax(1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> trapezoid(row, arange(3)))
                .hasMessageContaining("7 samples")
                .hasMessageContaining("[3]");
        assertThatThrownBy(() -> trapezoid(row.gt(1))).hasMessageContaining("BOOL");
        assertThatThrownBy(() -> number.bitwiseAnd(1)).hasMessageContaining("bitwiseAnd");
        assertThatThrownBy(() -> row.bitwiseOr(1.5)).hasMessageContaining("1.5");
        assertThatThrownBy(() -> row.clamp((Tensor) null, null)).hasMessageContaining("clamp");
    }

    @Test
    void scansAreCaptured() {
        Tensor x = rand(3, 5).requiresGrad_();
        var step =
                Captured.of((Tensor y) -> {
                    Tensor z = x.mul(y);
                    Tensor loss = z.logcumsumexp(1).sum().add(z.cummax(0).values().sinc().sum());
                    x.setGrad(null);
                    loss.backward();
                    return loss;
                });
        for (int i = 0; i < 8; i++) {
            Tensor y = full(1 + 0.25 * i, FLOAT32, 5);
            double loss = step.call(y).item();
            Tensor grad = x.grad().clone();
            Tensor z = x.detach().clone().requiresGrad_();
            Tensor product = z.mul(y);
            Tensor expected = product.logcumsumexp(1).sum().add(product.cummax(0).values().sinc().sum());
            expected.backward();
            assertThat(loss).isEqualTo(expected.item());
            assertThat(grad).isEqualToTensor(z.grad());
        }
        assertThat(step.plan()).contains("LogCumSumExp");
    }
}
