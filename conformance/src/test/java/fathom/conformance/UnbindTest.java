package fathom.conformance;

import static fathom.testkit.TensorAssert.assertThat;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.testkit.Gradcheck;
import org.junit.jupiter.api.Test;

/** Slices along a dimension: gradients assembled at once, also if some slices are unused. */
class UnbindTest {
    @Test
    void firstAndSecondDerivatives() {
        for (int dim = 0; dim < 3; dim++) {
            int d = dim;
            Tensor x = Tensors.arange(24).to(DType.FLOAT64).div(7).reshape(2, 3, 4).sin();
            Gradcheck.checkTwice(
                    t -> {
                        var s = t[0].unbind(d);
                        return s.getFirst().mul(s.getLast()).add(s.get(1).exp());
                    },
                    x);
        }
    }

    @Test
    void unusedSlicesHaveNoInfluence() {
        Tensor x = Tensors.ones(3, 2).requiresGrad_();
        x.unbind(0).get(1).sum().backward();
        assertThat(x.grad()).isCloseTo(Tensors.tensor(new float[][] {{0, 0}, {1, 1}, {0, 0}}), 0, 0);
    }

    @Test
    void slicesAreViewsAndWritesIntoThemCount() {
        Tensor x = Tensors.ones(2, 2).requiresGrad_();
        Tensor y = x.mul(3);
        var slices = y.unbind(0);
        slices.get(0).mul_(2);
        assertThat(y.detach()).isCloseTo(Tensors.tensor(new float[][] {{6, 6}, {3, 3}}), 0, 0);
        slices.get(0).add(slices.get(1)).sum().backward();
        assertThat(x.grad()).isCloseTo(Tensors.tensor(new float[][] {{6, 6}, {3, 3}}), 0, 0);
    }
}
