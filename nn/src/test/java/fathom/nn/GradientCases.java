package fathom.nn;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.testkit.Gradcheck;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Checks derivatives of functions of float64 tensors, which are given by name. */
final class GradientCases {
    /** A function and where its derivatives are checked. */
    record Case(Function<Tensor[], Tensor> function, Tensor... inputs) {}

    private GradientCases() {}

    static Tensor randn(long... shape) {
        return Tensors.randn(DType.FLOAT64, shape);
    }

    /** {@return numbers from 0.1 to 0.9} */
    static Tensor positive(long... shape) {
        return Tensors.rand(DType.FLOAT64, shape).mul(0.8).add(0.1);
    }

    /** {@return one test per case, of first and second derivatives by differences} */
    static Stream<DynamicTest> firstAndSecondOrder(Map<String, Case> cases) {
        return cases.entrySet().stream()
                .map(e ->
                        DynamicTest.dynamicTest(
                                e.getKey(),
                                () -> Gradcheck.checkTwice(e.getValue().function(), e.getValue().inputs())));
    }

    /** The fused gradients and those made of differentiable operations are two programs for one thing. */
    static void fusedAndComposedAgree(Map<String, Case> cases) {
        cases.forEach((name, c) -> {
            for (Tensor t : c.inputs()) {
                t.requiresGrad_();
            }
            Tensor y = c.function().apply(c.inputs());
            Tensor up = randn(y.shape().dims());
            List<Tensor> in = List.of(c.inputs());
            List<Tensor> fused = Autograd.grad(y, in, o -> o.gradient(up).retainGraph(true).allowUnused(true));
            List<Tensor> composed = Autograd.grad(y, in, o -> o.gradient(up).createGraph(true).allowUnused(true));
            for (int i = 0; i < in.size(); i++) {
                Tensor a = fused.get(i);
                Tensor b = composed.get(i);
                assertThat(a == null).as("%s, input %d", name, i).isEqualTo(b == null);
                assertThat(a == null || a.allclose(b.detach(), 1e-9, 1e-12)).as("%s, input %d", name, i).isTrue();
            }
        });
    }
}
