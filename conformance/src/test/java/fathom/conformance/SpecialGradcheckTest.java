package fathom.conformance;

import static fathom.conformance.GradcheckTest.any;
import static fathom.conformance.GradcheckTest.between;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.testkit.Gradcheck;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Special functions, cumulative results, differences and integrals against central differences, to second order. */
class SpecialGradcheckTest {
    private final List<DynamicTest> tests = new ArrayList<>();

    private void add(String name, Function<Tensor[], Tensor> f, Tensor... inputs) {
        tests.add(DynamicTest.dynamicTest(name, () -> Gradcheck.checkTwice(f, inputs)));
    }

    @TestFactory
    Stream<DynamicTest> functions() {
        Tensor a = any(1, 3, 4);
        Tensor b = any(2, 4);
        Tensor positive = between(0.3, 2, 3, 3, 1);
        add("logaddexp", t -> t[0].logaddexp(t[1]), a, b);
        add("logaddexp of equal numbers", t -> t[0].logaddexp(t[1]), b, b);
        add("logaddexp, far apart", t -> t[0].logaddexp(t[1]), a, b.mul(1000));
        add("logaddexp2", t -> t[0].logaddexp2(t[1]), a, b);
        add("xlogy", t -> t[0].xlogy(t[1]), a, positive);
        add("xlogy at 0", t -> t[0].xlogy(t[1]), Tensors.zeros(DType.FLOAT64, 4), positive);
        add("xlog1py", t -> t[0].xlog1py(t[1]), a, positive);
        add("sinc", t -> t[0].sinc(), a);
        add("sinc near 0", t -> t[0].sinc(), Tensors.tensor(new double[] {0, 1e-3, -1e-2, 0.1, 0.2}, DType.FLOAT64));
        add("fmax", t -> t[0].fmax(t[1]), a, b);
        add("fmin", t -> t[0].fmin(t[1]), a, b);
        add("floatPower", t -> t[0].floatPower(t[1]), positive, b);
        add("i0", t -> t[0].i0(), a);
        add("i1", t -> t[0].i1(), a);
        add("erfcx", t -> t[0].erfcx(), a);
        add("logit", t -> t[0].logit(0.01), between(-0.4, 1.4, 4, 7));
        add("clampMin", t -> t[0].clampMin(t[1]), a, b);
        add("clampMax", t -> t[0].clampMax(t[1]), a, b);
        add("clamp", t -> t[0].clamp(t[1], t[2]), a, b, positive);
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> scans() {
        Tensor x = any(1, 2, 4, 3);
        for (int dim = 0; dim < 3; dim++) {
            int d = dim;
            add("cummax, " + d, t -> t[0].cummax(d).values(), x);
            add("cummin, " + d, t -> t[0].cummin(d).values(), x);
            add("logcumsumexp, " + d, t -> t[0].logcumsumexp(d), x);
            add("diff, " + d, t -> t[0].diff(2, d).square(), x);
        }
        add("diff with both ends", t -> t[0].diff(1, 1, t[1], t[2]).square(), x, any(2, 2, 1, 3), any(3, 2, 2, 3));
        add("trapezoid", t -> Tensors.trapezoid(t[0], t[1], 1), x, any(4, 4));
        add("cumulativeTrapezoid", t -> Tensors.cumulativeTrapezoid(t[0], t[1]), x, any(4, 2, 4, 3));
        add("rot90", t -> t[0].rot90(3).square(), x);
        add("tensorSplit", t -> t[0].tensorSplit(3, 1).getFirst().square(), x);
        add("takeAlongDim", t -> t[0].takeAlongDim(Tensors.tensor(3L, 3, 0)).square(), x);
        return tests.stream();
    }
}
