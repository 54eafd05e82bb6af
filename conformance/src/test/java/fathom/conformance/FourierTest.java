package fathom.conformance;

import static fathom.Tensors.*;
import static fathom.conformance.GradcheckTest.any;
import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Captured;
import fathom.Tensor;
import fathom.testkit.Gradcheck;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Fourier transforms: gradients, inverses, long signals, rejected arguments. */
class FourierTest {
    @Test
    void gradients() {
        for (int n : new int[] {1, 2, 5, 6, 17}) {
            Gradcheck.checkTwice(t -> rfftAsReal(t[0]).square(), any(1, 2, n));
            Gradcheck.checkTwice(t -> irfftAsReal(t[0], o -> o.n(n)).square(), any(2, 2, n / 2 + 1, 2));
            Gradcheck.checkTwice(t -> fftAsReal(t[0], o -> o.dim(0).norm("ortho")).square(), any(3, n, 2, 2));
            Gradcheck.checkTwice(t -> ifftAsReal(t[0], o -> o.n(4)).square(), any(4, n, 2));
        }
        Gradcheck.checkTwice(t -> complexMul(t[0], t[1]), any(5, 3, 2), any(6, 2));
        Gradcheck.checkTwice(t -> complexAbs(t[0]), any(7, 3, 2));
    }

    /** Lengths of every kind: powers of 2 and of 3, mixed, primes, a prime above the limit for cached plans. */
    @Test
    void inversesOfAllLengths() {
        for (int n : new int[] {1, 2, 3, 64, 81, 100, 1001, 1009, 2018, 4096, 5003, 65537}) {
            Tensor x = randn(3, n).toDouble();
            assertThat(irfftAsReal(rfftAsReal(x), o -> o.n(n))).isCloseTo(x, 1e-11, 1e-11);
            Tensor z = complexAsReal(x, x.flip(-1));
            assertThat(ifftAsReal(fftAsReal(z))).isCloseTo(z, 1e-11, 1e-11);
            // Parseval: the orthonormal transform preserves norms
            Tensor length = fftAsReal(z, o -> o.norm("ortho")).square().sum();
            assertThat(length).isCloseTo(z.square().sum(), 1e-11, 1e-11);
        }
    }

    /** The product of spectra is that of a cyclic convolution. */
    @Test
    void productsOfSpectraConvolve() {
        Tensor x = tensor(new double[] {1, 2, 3, 4, 5});
        Tensor kernel = tensor(new double[] {1, 0, -1, 0, 0});
        Tensor y = irfftAsReal(complexMul(rfftAsReal(x), rfftAsReal(kernel)), o -> o.n(5));
        assertThat(y).isCloseTo(tensor(new double[] {1 - 4, 2 - 5, 3 - 1, 4 - 2, 5 - 3}), 1e-5, 1e-5);
    }

    @Test
    void stepsWithTransformsAreCaptured() {
        Tensor x = randn(4, 12);
        var step = Captured.of((Tensor t) -> rfftAsReal(t).square().sum());
        for (int i = 0; i < 5; i++) {
            assertThat(step.call(x)).isCloseTo(rfftAsReal(x).square().sum(), 0, 0);
        }
        assertThat(step.plan()).contains("FourierTransform");
    }

    @Test
    void viewsAndExpandedSignals() {
        Tensor x = randn(6, 4).toDouble();
        assertThat(rfftAsReal(x.t())).isCloseTo(rfftAsReal(x.t().contiguous()), 0, 0);
        assertThat(rfftAsReal(x.flip(0), o -> o.dim(0)).get(0))
                .isCloseTo(rfftAsReal(x, o -> o.dim(0)).get(0), 1e-12, 1e-12);
        Tensor row = x.get(0);
        assertThat(rfftAsReal(row.expand(3, 4)).get(2)).isCloseTo(rfftAsReal(row), 0, 0);
        Tensor z = randn(5, 2, 2).toDouble();
        assertThat(fftAsReal(z.transpose(0, 1))).isCloseTo(fftAsReal(z, o -> o.dim(0)).transpose(0, 1), 0, 0);
    }

    @Test
    void wrongArgumentsAreNamed() {
        Tensor x = randn(3, 4);
        assertThatThrownBy(() -> fftAsReal(x))
                .hasMessageContaining("fftAsReal")
                .hasMessageContaining("[3, 4]")
                .hasMessageContaining("complexAsReal");
        assertThatThrownBy(() -> irfftAsReal(tensor(new double[] {1, 2}))).hasMessageContaining("irfftAsReal");
        assertThatThrownBy(() -> rfftAsReal(tensor(1.0))).hasMessageContaining("scalar");
        assertThatThrownBy(() -> rfftAsReal(zeros(2, 0))).hasMessageContaining("at least one point");
        assertThatThrownBy(() -> irfftAsReal(zeros(1, 2))).hasMessageContaining("at least one point");
        assertThatThrownBy(() -> rfftAsReal(x, o -> o.n(0))).hasMessageContaining("not 0");
        assertThatThrownBy(() -> rfftAsReal(x, o -> o.norm("none"))).hasMessageContaining("none");
        assertThatThrownBy(() -> rfftAsReal(x, o -> o.dim(2))).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> rfftAsReal(x.to(FLOAT16))).hasMessageContaining("FLOAT16");
        assertThatThrownBy(() -> complexMul(x, x)).hasMessageContaining("complexMul");
        assertThatThrownBy(() -> fftfreq(0)).hasMessageContaining("fftfreq");
        assertThat(List.of(fftshift(tensor(1.0)).dim())).containsExactly(0);
    }
}
