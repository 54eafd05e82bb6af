package fathom.conformance;

import static fathom.Tensors.randn;
import static fathom.Tensors.tensor;
import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Autograd;
import fathom.AutogradFunction;
import fathom.Captured;
import fathom.CustomKernel;
import fathom.DType;
import fathom.Device;
import fathom.PointwiseFunction;
import fathom.Shape;
import fathom.Tensor;
import fathom.Tensors;
import fathom.ir.Expr;
import fathom.testkit.Gradcheck;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** User-defined functions: with a gradient of their own, and as one expression. */
class AutogradFunctionTest {
    /** The straight-through estimator: rounds forward, passes the gradient on backward. */
    private static final class StraightThrough extends AutogradFunction {
        @Override
        protected Tensor forward(Context c, Tensor x) {
            return x.round();
        }

        @Override
        protected Tensor backward(Context c, Tensor gradient) {
            return gradient;
        }
    }

    /** x^3 y, written with its saved tensors. */
    private static final class CubeTimes extends AutogradFunction {
        @Override
        protected Tensor[] forward(Context c, Tensor... in) {
            c.save(in);
            return new Tensor[] {in[0].pow(3).mul(in[1])};
        }

        @Override
        protected @Nullable Tensor[] backward(Context c, Tensor... g) {
            Tensor x = c.saved(0);
            Tensor y = c.saved(1);
            return new @Nullable Tensor[] {
                c.needsGradient(0) ? g[0].mul(x.square()).mul(y).mul(3) : null,
                c.needsGradient(1) ? g[0].mul(x.pow(3)) : null
            };
        }
    }

    /** A function with the results x and 2 x. */
    private static final class Both extends AutogradFunction {
        @Override
        protected Tensor[] forward(Context c, Tensor... in) {
            return new Tensor[] {in[0], in[0].mul(2)};
        }

        @Override
        protected @Nullable Tensor[] backward(Context c, Tensor... g) {
            return new @Nullable Tensor[] {g[0].add(g[1].mul(2))};
        }
    }

    /** A kernel that returns every second element in row-major order, of float32. */
    private static final CustomKernel EVERY_SECOND =
            new CustomKernel() {
                @Override
                protected Spec[] infer(Spec... in) {
                    if (in[0].dtype() != DType.FLOAT32) {
                        throw new IllegalArgumentException("everySecond: expected float32, not " + in[0].dtype());
                    }
                    return new Spec[] {new Spec(DType.FLOAT32, Shape.of(in[0].shape().numel() / 2))};
                }

                @Override
                protected void compute(Buffer[] in, Buffer[] out) {
                    for (long i = 0; i < out[0].shape().numel(); i++) {
                        float value = in[0].memory().getAtIndex(ValueLayout.JAVA_FLOAT, 2 * i);
                        out[0].memory().setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
                    }
                }
            };

    private static final PointwiseFunction SQUARED_RELU = PointwiseFunction.of("squaredRelu", x -> x.max(0).square());

    @Test
    void theGradientIsUserDefined() {
        Tensor x = tensor(0.4, 1.6).requiresGrad_();
        Tensor y = new StraightThrough().apply(x);
        assertThat(y).isEqualToTensor(tensor(0.0, 2));
        y.mul(tensor(3.0, 5)).sum().backward();
        assertThat(x.grad()).isEqualToTensor(tensor(3.0, 5));
        assertThat(y.toString()).contains("StraightThrough");
    }

    @Test
    void savedTensorsAreUsedInFirstAndSecondDerivatives() {
        Tensor x = GradcheckTest.any(1, 2, 3);
        Tensor y = GradcheckTest.any(2, 2, 3);
        Gradcheck.checkTwice(t -> new CubeTimes().apply(t), x, y);
    }

    @Test
    void modifiedSavedTensorsAreRejected() {
        Tensor x = tensor(1.0, 2).requiresGrad_();
        Tensor y = tensor(3.0, 4);
        Tensor z = new CubeTimes().apply(x, y);
        y.add_(1);
        assertThatThrownBy(() -> z.sum().backward())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("modified in place");
    }

    @Test
    void backwardFreesSavedTensors() {
        Tensor x = tensor(1.0, 2).requiresGrad_();
        Tensor y = tensor(3.0, 4);
        Tensor kept = new CubeTimes().apply(x, y).sum();
        kept.backward(b -> b.retainGraph(true));
        kept.backward();
        assertThat(x.grad()).isEqualToTensor(tensor(2 * 9.0, 2 * 48));
        assertThatThrownBy(kept::backward)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("retainGraph(true)");
    }

    @Test
    void returnedInputsStayLeavesAndUnusedResultsGetZeros() {
        Tensor x = tensor(1.0, 2).requiresGrad_();
        Tensor[] both = new Both().applyAll(x);
        assertThat(x.isLeaf()).isTrue();
        both[1].sum().backward();
        assertThat(x.grad()).isEqualToTensor(tensor(2.0, 2));
        x.setGrad(null);
        Tensor[] again = new Both().applyAll(x);
        again[0].add(again[1]).sum().backward();
        assertThat(x.grad()).isEqualToTensor(tensor(3.0, 3));
    }

    @Test
    void wrongNumbersOfGradientsAreNamed() {
        var wrong =
                new AutogradFunction() {
                    @Override
                    protected Tensor[] forward(Context c, Tensor... in) {
                        return new Tensor[] {in[0].add(in[1])};
                    }

                    @Override
                    protected String name() {
                        return "Wrong";
                    }

                    @Override
                    protected Tensor backward(Context c, Tensor gradient) {
                        return gradient;
                    }
                };
        Tensor x = tensor(1.0, 2).requiresGrad_();
        Tensor y = wrong.apply(x, x);
        assertThatThrownBy(() -> y.sum().backward())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Wrong")
                .hasMessageContaining("1 gradients")
                .hasMessageContaining("2 inputs");
    }

    @Test
    void anExpressionIsAFunctionWithItsDerivedGradient() {
        assertThat(SQUARED_RELU.apply(tensor(-1.0, 3))).isEqualToTensor(tensor(0.0, 9));
        Gradcheck.checkTwice(t -> SQUARED_RELU.apply(t), GradcheckTest.any(3, 5));
        var softclip = PointwiseFunction.of("softclip", (x, limit) -> x.div(limit).tanh().mul(limit));
        Gradcheck.checkTwice(t -> softclip.apply(t), GradcheckTest.any(4, 3, 2), GradcheckTest.between(0.5, 2, 5, 2));
        assertThat(SQUARED_RELU.apply(Tensors.tensor(new long[] {-1, 3})).dtype()).isEqualTo(DType.FLOAT32);
        assertThatThrownBy(() -> softclip.apply(tensor(1.0, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("softclip");
    }

    @Test
    void methodsOfExpressionsMatchThoseOfTensors() {
        var all =
                PointwiseFunction.of(
                        "all",
                        (x, y) -> {
                            Expr sums = x.add(y).sub(1).mul(x.sub(y)).div(y.add(4));
                            Expr curves = x.exp().add(x.abs().add(1).log()).add(x.tanh()).add(y.sigmoid()).add(y.erf());
                            Expr bounded = x.max(y).min(1).add(x.square().add(1).sqrt().pow(1.5)).add(x.neg().sign());
                            Expr chosen =
                                    x.gt(0)
                                            .where(x, y)
                                            .add(x.lt(y).where(y, x))
                                            .add(x.ge(2).where(y, x.le(1).where(x, y)));
                            return sums.add(curves).add(bounded).add(chosen);
                        });
        Tensor x = GradcheckTest.any(6, 3, 4);
        Tensor y = GradcheckTest.between(-1.9, 1.9, 7, 3, 4);
        Tensor sums = x.add(y).sub(1).mul(x.sub(y)).div(y.add(4));
        Tensor curves = x.exp().add(x.abs().add(1).log()).add(x.tanh()).add(y.sigmoid()).add(y.erf());
        Tensor bounded = x.maximum(y).clampMax(1).add(x.square().add(1).sqrt().pow(1.5)).add(x.neg().sign());
        Tensor chosen =
                Tensors.where(x.gt(0), x, y)
                        .add(Tensors.where(x.lt(y), y, x))
                        .add(Tensors.where(x.ge(2), y, Tensors.where(x.le(1), x, y)));
        assertThat(all.apply(x, y)).isCloseTo(sums.add(curves).add(bounded).add(chosen), 1e-14, 1e-14);
        Gradcheck.checkTwice(t -> all.apply(t), x, y);
    }

    @Test
    void aKernelOnMemoryIsAnOperationOfInferredShape() {
        Tensor x = tensor(3.0, -1, 2, 7, 0, 5).reshape(2, 3);
        assertThat(EVERY_SECOND.apply(x.t())).isEqualToTensor(tensor(3.0, -1, 2));
        assertThat(EVERY_SECOND.apply(x.to(DType.FLOAT32).requiresGrad_()).requiresGrad()).isFalse();
        assertThatThrownBy(() -> EVERY_SECOND.apply(x.to(DType.INT64)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("INT64");
        try (var meta = Device.META.open()) {
            assertThat(EVERY_SECOND.apply(Tensors.zeros(5, 5)).shape()).isEqualTo(Shape.of(12));
        }
    }

    @Test
    void captureReplaysBothWithTheSameBits() {
        Tensor w = randn(8, 8).requiresGrad_();
        Tensor v = w.detach().clone().requiresGrad_();
        var step = Captured.of((Tensor x) -> train(w, x));
        for (int i = 0; i < 12; i++) {
            Tensor x = randn(4, 8);
            assertThat(step.call(x)).isEqualToTensor(train(v, x));
            assertThat(w.detach()).isEqualToTensor(v.detach());
        }
        assertThat(step.eagerReason()).isNull();
    }

    private static Tensor train(Tensor w, Tensor x) {
        Tensor h = SQUARED_RELU.apply(x.matmul(w));
        Tensor loss = new CubeTimes().apply(new StraightThrough().apply(h), h).mean().add(EVERY_SECOND.apply(h).sum());
        Tensor g = Autograd.grad(loss, List.of(w)).getFirst();
        try (var off = Autograd.noGrad()) {
            w.sub_(g.mul(1e-6));
        }
        return loss.detach();
    }
}
