package fathom.conformance;

import static fathom.Tensors.bceWithLogits;
import static fathom.Tensors.tensor;
import static fathom.Tensors.zerosLike;
import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import fathom.Autograd;
import fathom.Captured;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.options.Reduction;
import fathom.options.Rounding;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A branch not taken contributes nothing to the gradient, however steep it is; nor do steps have a slope. */
class BranchGradientsTest {
    private static final double[] FAR = {17.8, 89, 100, 710, 1000, 1e4, Double.POSITIVE_INFINITY};

    /** Functions equal to x (or a multiple) far above 0, where their expression for negative x overflows. */
    private static final Map<String, UnaryOperator<Tensor>> LINEAR_ABOVE = new LinkedHashMap<>();

    static {
        LINEAR_ABOVE.put("elu", Tensor::elu);
        LINEAR_ABOVE.put("elu(0.5)", x -> x.elu(0.5));
        LINEAR_ABOVE.put("celu", x -> x.celu(0.5));
        LINEAR_ABOVE.put("selu", x -> x.selu().div(1.0507009873554805));
        LINEAR_ABOVE.put("softplus", Tensor::softplus);
        LINEAR_ABOVE.put("softplus(5)", x -> x.softplus(5, 20));
        LINEAR_ABOVE.put("softplus, never cut", x -> x.softplus(1, Double.POSITIVE_INFINITY));
        LINEAR_ABOVE.put("logsigmoid", x -> x.neg().logsigmoid().neg());
    }

    private static Tensor far(DType type) {
        return tensor(FAR, DType.FLOAT64).to(type);
    }

    private static Tensor gradient(UnaryOperator<Tensor> f, Tensor at) {
        Tensor x = at.detach().clone().requiresGrad_();
        f.apply(x).sum().backward();
        return x.grad();
    }

    private static Tensor second(UnaryOperator<Tensor> f, Tensor at) {
        return gradient(x -> Autograd.grad(f.apply(x).sum(), List.of(x), o -> o.createGraph(true)).getFirst(), at);
    }

    @TestFactory
    Stream<DynamicTest> farAboveZero() {
        return Stream.of(DType.FLOAT32, DType.FLOAT64, DType.FLOAT16, DType.BFLOAT16)
                .flatMap(type ->
                        LINEAR_ABOVE.entrySet().stream()
                                .map(e ->
                                        DynamicTest.dynamicTest(
                                                e.getKey() + " of " + type,
                                                () -> farAboveZero(e.getValue(), far(type)))));
    }

    private static void farAboveZero(UnaryOperator<Tensor> f, Tensor x) {
        double rtol = x.dtype().size() == 2 ? 1e-2 : 1e-6;
        assertThat(f.apply(x)).isCloseTo(x, rtol, 0);
        assertThat(gradient(f, x)).isCloseTo(Tensors.onesLike(x), rtol, 0);
        assertThat(second(f, x)).isCloseTo(zerosLike(x), 0, 1e-6);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64", "FLOAT16", "BFLOAT16"})
    void mishFarFromZero(DType type) {
        Tensor x = tensor(new double[] {20, 100, 1000, -1000}, DType.FLOAT64).to(type);
        assertThat(gradient(Tensor::mish, x)).hasValues(1, 1, 1, 0);
        assertThat(second(Tensor::mish, x)).isCloseTo(zerosLike(x), 0, 1e-6);
    }

    @Test
    void placeAndLayoutDoNotMatter() {
        Tensor x = tensor(new float[][] {{100, -1}, {200, -2}});
        Tensor expected = tensor(new float[][] {{1, (float) Math.exp(-1)}, {1, (float) Math.exp(-2)}});
        assertThat(gradient(t -> t.clone().elu_(), x)).isCloseTo(expected, 1e-6, 0);
        assertThat(gradient(t -> t.t().elu(), x)).isCloseTo(expected, 1e-6, 0);
        assertThat(gradient(t -> t.get("::, 0").elu(), x)).isEqualToTensor(tensor(new float[][] {{1, 0}, {1, 0}}));
        assertThat(gradient(Tensor::elu, tensor(100f))).hasShape().hasValues(1);
        assertThat(gradient(Tensor::elu, Tensors.zeros(0, 3))).hasShape(0, 3);
    }

    @Test
    void capturedStepsHaveTheSameGradients() {
        UnaryOperator<Tensor> step =
                given -> {
                    Tensor x = given.detach().requiresGrad_();
                    Tensor sum = x.elu().add(x.softplus(5, 20)).add(x.mish()).add(x.abs().maximum(x.exp()));
                    sum.sum().add(x.norm(0.5)).backward();
                    return x.grad();
                };
        Captured captured = Captured.of(step);
        for (int i = 0; i < 6; i++) {
            Tensor x = tensor(100f, 20f + i, 0, -1 - i, -100);
            Tensor g = captured.call(x);
            assertThat(g).isEqualToTensor(step.apply(x));
            assertThat(g.isnan().any().itemBoolean()).isFalse();
        }
        assertThat(captured.eagerReason()).isNull();
    }

    /** log(1 + e^x) has second derivative 1/4 at 0, where a formula with |x| has none. */
    @Test
    void softplusHasCurvatureAtZero() {
        Tensor zero = tensor(0.0);
        assertThat(second(Tensor::softplus, zero)).hasValues(0.25);
        assertThat(second(Tensor::logsigmoid, zero)).hasValues(-0.25);
        assertThat(second(x -> bceWithLogits(x, tensor(1.0)), zero)).hasValues(0.25);
        assertThat(second(x -> bceWithLogits(x, tensor(0.0)), zero)).hasValues(0.25);
    }

    @Test
    void losesNoPrecisionWhereFunctionsSaturate() {
        Tensor x = tensor(15f, 20f, -15f, -20f);
        Tensor right = tensor(1f, 1, 0, 0);
        Tensor g = gradient(t -> bceWithLogits(t, right, o -> o.reduction(Reduction.SUM)), x);
        float a = (float) (1 / (1 + Math.exp(15)));
        float b = (float) (1 / (1 + Math.exp(20)));
        assertThat(g).isCloseTo(tensor(-a, -b, a, b), 1e-6, 0);
        Tensor loss = bceWithLogits(x, right, o -> o.reduction(Reduction.NONE));
        assertThat(loss).isCloseTo(tensor(a, b, a, b), 1e-6, 0);
        Tensor weighted =
                gradient(t -> bceWithLogits(t, right, o -> o.posWeight(tensor(3f)).reduction(Reduction.SUM)), x);
        assertThat(weighted).isCloseTo(tensor(-3 * a, -3 * b, a, b), 1e-6, 0);
        float e17 = (float) Math.exp(-17);
        for (UnaryOperator<Tensor> f : List.<UnaryOperator<Tensor>>of(Tensor::expm1, Tensor::elu, Tensor::celu)) {
            assertThat(gradient(f, tensor(-17f))).isCloseTo(tensor(e17), 1e-6, 0);
        }
        double near = 1 - 0x1p-24;
        double slope = 1 / Math.sqrt((1 - near) * (1 + near));
        assertThat(gradient(Tensor::asin, tensor((float) near))).isCloseTo(tensor((float) slope), 1e-6, 0);
        assertThat(gradient(Tensor::acos, tensor((float) near))).isCloseTo(tensor((float) -slope), 1e-6, 0);
        assertThat(gradient(Tensor::atanh, tensor((float) near))).isCloseTo(tensor((float) (slope * slope)), 1e-6, 0);
        double above = 1 + 0x1p-23;
        double acosh = 1 / Math.sqrt((above - 1) * (above + 1));
        assertThat(gradient(Tensor::acosh, tensor((float) above))).isCloseTo(tensor((float) acosh), 1e-6, 0);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 0.9, -0.5, -1, -3, 0})
    void normsWhosePowersAreSteepAtZero(double p) {
        assertThat(gradient(x -> x.norm(p), Tensors.zeros(3))).hasValues(0, 0, 0);
        Tensor x = tensor(0f, 1, 4);
        assertThat(gradient(t -> t.norm(p), x).get(0)).hasValues(0);
        assertThat(gradient(t -> t.norm(p), x).isfinite().all().itemBoolean()).isTrue();
        Tensor rows = tensor(new float[][] {{0, 0}, {3, 0}});
        assertThat(gradient(t -> t.norm(p, 1), rows).get(0)).hasValues(0, 0);
        if (p != 0) {
            assertThat(second(t -> t.norm(p), x).isfinite().all().itemBoolean()).isTrue();
        }
    }

    @Test
    void halfPowerNormsByHand() {
        assertThat(gradient(x -> x.norm(0.5), tensor(0f, 1, 4))).isCloseTo(tensor(0f, 3, 1.5f), 1e-6, 0);
        assertThat(gradient(x -> x.norm(-1), tensor(2f, 1))).isCloseTo(tensor(1 / 9f, 4 / 9f), 1e-6, 0);
    }

    @Test
    void hardswishAtItsKinks() {
        assertThat(gradient(Tensor::hardswish, tensor(-3f, 3f))).hasValues(-0.5, 1.5);
    }

    /** Piecewise constant functions have gradient 0, which is not a missing one: weight decay continues. */
    @TestFactory
    Stream<DynamicTest> stepsHaveGradientZero() {
        var f = new LinkedHashMap<String, UnaryOperator<Tensor>>();
        Tensor other = tensor(-2f, 0.75f, 3f);
        f.put("floor", Tensor::floor);
        f.put("ceil", Tensor::ceil);
        f.put("round", Tensor::round);
        f.put("round(1)", x -> x.round(1));
        f.put("trunc", Tensor::trunc);
        f.put("sign", Tensor::sign);
        f.put("div, floor", x -> x.div(other, Rounding.FLOOR));
        f.put("div, trunc", x -> x.div(other, Rounding.TRUNC));
        f.put("div by number, floor", x -> x.div(2, Rounding.FLOOR));
        f.put("divisor, floor", x -> other.div(x, Rounding.FLOOR));
        f.put("divisor, trunc", x -> other.div(x, Rounding.TRUNC));
        f.put("floorDivide", x -> x.floorDivide(other));
        f.put("sign of copysign", x -> other.copysign(x));
        f.put("threshold", x -> x.threshold(100, 1));
        f.put("norm 0", x -> x.norm(0));
        f.put("floor in place", x -> x.clone().floor_());
        f.put("sign in place", x -> x.clone().sign_());
        return f.entrySet().stream()
                .flatMap(e ->
                        Stream.of(DType.FLOAT32, DType.FLOAT64, DType.FLOAT16, DType.BFLOAT16)
                                .map(t ->
                                        DynamicTest.dynamicTest(e.getKey() + " of " + t, () -> zero(e.getValue(), t))));
    }

    private static void zero(UnaryOperator<Tensor> f, DType type) {
        Tensor x = tensor(1.5f, -2.25f, 7f).to(type).requiresGrad_();
        Tensor y = f.apply(x);
        assertThat(y.requiresGrad()).isTrue();
        assertThat(Autograd.grad(y, List.of(x), o -> o.gradient(Tensors.onesLike(y)).retainGraph(true)).getFirst())
                .isEqualToTensor(zerosLike(x));
        y.sum().backward();
        assertThat(x.grad()).isEqualToTensor(zerosLike(x));
        assertThat(gradient(t -> f.apply(t).sum().add(t.square().sum()), x)).isEqualToTensor(x.detach().mul(2));
        assertThat(second(t -> f.apply(t).sum().mul(t.sum()), x)).isEqualToTensor(zerosLike(x));
    }

    @Test
    void partsOfRemaindersAsInPyTorch() {
        Tensor divisor = tensor(2f, 3).requiresGrad_();
        tensor(5.5f, -7).remainder(divisor).sum().backward();
        assertThat(divisor.grad()).hasValues(-2, 3);
        divisor.setGrad(null);
        tensor(5.5f, -7).fmod(divisor).sum().backward();
        assertThat(divisor.grad()).hasValues(-2, 2);
        assertThat(gradient(Tensor::frac, tensor(1.5f, -2.25f))).hasValues(1, 1);
    }
}
