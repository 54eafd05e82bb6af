package fathom.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.testkit.Golden;
import fathom.testkit.GoldenCase;
import fathom.testkit.TensorAssert;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Clipped gradients are PyTorch's. */
class ClipTest {
    static Stream<GoldenCase> cases() {
        return Golden.load("golden/trajectories.safetensors").cases("clip");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void clipsAsPyTorch(GoldenCase c) {
        List<Tensor> parameters = List.of(leaf(c.in(0)), leaf(c.in(1)));
        if (c.get("rule").equals("clipGradNorm")) {
            double norm = Clip.gradNorm_(parameters, c.getDouble("max"), c.getDouble("p"));
            assertThat(norm).isCloseTo(c.out(2).item(), within(1e-9));
        } else {
            Clip.gradValue_(parameters, c.getDouble("max"));
        }
        for (int i = 0; i < 2; i++) {
            TensorAssert.assertThat(parameters.get(i).grad()).isCloseTo(c.out(i), 1e-9, 1e-12);
        }
    }

    private static Tensor leaf(Tensor gradient) {
        Tensor p = Tensors.zerosLike(gradient).requiresGrad_();
        p.setGrad(gradient);
        return p;
    }

    @Test
    void typesMayDifferAndGradientsMayBeMissing() {
        Tensor a = leaf(Tensors.tensor(3.0));
        Tensor b = leaf(Tensors.tensor(4.0).to(DType.FLOAT64));
        Tensor none = Tensors.zeros(2).requiresGrad_();
        Tensor empty = leaf(Tensors.zeros(0, 2));
        assertThat(Clip.gradNorm_(List.of(a, none, b, empty), 1)).isEqualTo(5);
        assertThat(a.grad().item()).isCloseTo(0.6, within(1e-6));
        assertThat(b.grad().item()).isCloseTo(0.8, within(1e-6));
        assertThat(Clip.gradNorm_(List.of(none), 1)).isZero();
        assertThat(Clip.gradNorm_(List.of(a, b), 1, 3)).isCloseTo(Math.cbrt(0.216 + 0.512), within(1e-5));
    }

    @Test
    void gradientsThatAreNotFiniteShow() {
        Tensor a = leaf(Tensors.tensor(Double.NaN));
        Tensor b = leaf(Tensors.tensor(1.0));
        assertThat(Clip.gradNorm_(List.of(a, b), 1)).isNaN();
        assertThat(b.grad().item()).isNaN();
        assertThat(Clip.gradNorm_(List.of(a, b), 1, Double.POSITIVE_INFINITY)).isNaN();
        assertThatThrownBy(() -> Clip.gradNorm_(List.of(b), 1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Clip.gradValue_(List.of(b), -1)).isInstanceOf(IllegalArgumentException.class);
    }
}
