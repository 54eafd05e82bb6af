package fathom.conformance;

import static fathom.Tensors.arange;
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
import fathom.Shape;
import fathom.Tensor;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** User-defined kernels on devices other than the CPU, also if the host cannot address the memory. */
class CustomKernelDeviceTest {
    /** The sums of rows and which element is the greatest, of float32 {@code [N, D]}. */
    private static final CustomKernel ROWS =
            new CustomKernel() {
                @Override
                protected Spec[] infer(Spec... in) {
                    if (in[0].shape().rank() != 2) {
                        throw new IllegalArgumentException("rows: expected [N, D], not " + in[0].shape());
                    }
                    Shape n = Shape.of(in[0].shape().dim(0));
                    return new Spec[] {new Spec(DType.FLOAT32, n), new Spec(DType.INT64, n)};
                }

                @Override
                protected void compute(Buffer[] in, Buffer[] out) {
                    assertThatThrownBy(() -> in[0].memory().set(ValueLayout.JAVA_BYTE, 0, (byte) 1))
                            .isInstanceOf(RuntimeException.class);
                    long d = in[0].shape().dim(1);
                    for (long i = 0; i < in[0].shape().dim(0); i++) {
                        float sum = 0;
                        long best = 0;
                        for (long j = 0; j < d; j++) {
                            float x = in[0].memory().getAtIndex(ValueLayout.JAVA_FLOAT, i * d + j);
                            sum += x;
                            if (x > in[0].memory().getAtIndex(ValueLayout.JAVA_FLOAT, i * d + best)) {
                                best = j;
                            }
                        }
                        out[0].memory().setAtIndex(ValueLayout.JAVA_FLOAT, i, sum);
                        out[1].memory().setAtIndex(ValueLayout.JAVA_LONG, i, best);
                    }
                }
            };

    /** The sums of rows, with their gradient. */
    private static final class RowSums extends AutogradFunction {
        @Override
        protected Tensor forward(Context c, Tensor x) {
            c.save(x);
            return ROWS.apply(x);
        }

        @Override
        protected Tensor backward(Context c, Tensor gradient) {
            return gradient.unsqueeze(1).expandAs(c.saved(0));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "cpu:1", "untouchable", "untouchable:1"})
    void computesWhereItsInputsAre(String name) {
        Device device = Device.of(name);
        Tensor x = tensor(new float[][] {{1, 5, 2}, {9, 0, -3}}).to(device);
        Tensor[] y = ROWS.applyAll(x);
        assertThat(y[0].device()).isSameAs(device);
        assertThat(y[1].device()).isSameAs(device);
        assertThat(y[0].toFloatArray()).containsExactly(8, 6);
        assertThat(y[1].toLongArray()).containsExactly(1, 0);
        // a view with other strides, and nothing at all
        assertThat(ROWS.apply(x.t()).toFloatArray()).containsExactly(10, 5, -1);
        assertThat(ROWS.apply(x.narrow(1, 1, 2)).toFloatArray()).containsExactly(7, -3);
        assertThat(ROWS.apply(x.narrow(0, 0, 0)).shape()).isEqualTo(Shape.of(0));
        // an operation uses its result before the asynchronous copy has ended
        assertThat(ROWS.apply(x).mul(2).add(y[1].to(DType.FLOAT32)).toFloatArray()).containsExactly(17, 12);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu:1", "untouchable"})
    void isReplayedInACapturedStep(String name) {
        Device device = Device.of(name);
        Tensor w = arange(12).to(DType.FLOAT32).reshape(4, 3).div(7).to(device).requiresGrad_();
        var step = Captured.of((Tensor x) -> train(w, new RowSums().apply(x.matmul(w))));
        for (int i = 0; i < 8; i++) {
            Tensor x = randn(5, 4).to(device);
            assertThat(step.call(x)).isCloseTo(train(w, x.matmul(w).sum(1)), 1e-4, 1e-4);
        }
        assertThat(step.eagerReason()).isNull();
    }

    private static Tensor train(Tensor w, Tensor sums) {
        Tensor loss = sums.square().mean();
        return loss.detach().add(Autograd.grad(loss, List.of(w)).getFirst().sum());
    }
}
