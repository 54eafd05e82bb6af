package fathom.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.Fathom;
import fathom.Tensor;
import fathom.Tensors;
import fathom.primitive.Cat;
import fathom.primitive.Computed;
import fathom.primitive.MatMul;
import fathom.primitive.Ops;
import fathom.primitive.Primitive;
import fathom.primitive.Spec;
import fathom.primitive.Views;
import fathom.primitive.neural.Attention;
import org.junit.jupiter.api.Test;

/** Shapes, types and strides of outputs from those of inputs. */
class InferTest {
    private static Spec of(Tensor t) {
        return new Spec(t.dtype(), t.shape().dims(), t.strides());
    }

    private static void holds(Primitive primitive, Tensor... inputs) {
        var specs = new Spec[inputs.length];
        for (int i = 0; i < specs.length; i++) {
            specs[i] = of(inputs[i]);
        }
        Spec[] inferred = Ops.infer(primitive, specs);
        Tensor[] computed = Ops.applyAll(primitive, inputs);
        assertThat(inferred).hasSameSizeAs(computed);
        for (int i = 0; i < inferred.length; i++) {
            assertThat(inferred[i]).isEqualTo(of(computed[i]));
        }
    }

    @Test
    void computedPrimitivesViewsAndCompositions() {
        Tensor a = Tensors.randn(2, 3, 4);
        holds(new MatMul(false), a, Tensors.randn(2, 5, 4).transpose(1, 2));
        holds(new Attention(1, true, false, false, 1), a, a, a);
        holds(new Views.Permute(new int[] {2, 0, 1}), a);
        holds(new Cat(1), a, Tensors.randn(2, 1, 4));
        holds(new fathom.primitive.neural.Softmax(2, false), a.transpose(0, 1));
    }

    @Test
    void aHugeProductTakesNoMemory() {
        Fathom.resetPeakMemory();
        long before = Fathom.memory().peak();
        Spec a = Spec.of(DType.FLOAT32, 1L << 30, 1L << 20);
        Spec b = Spec.of(DType.FLOAT32, 1L << 20, 1L << 25);
        Computed product = new MatMul(false);
        assertThat(product.infer(a, b)[0]).isEqualTo(Spec.of(DType.FLOAT32, 1L << 30, 1L << 25));
        assertThat(Fathom.memory().peak()).isEqualTo(before);
        assertThatThrownBy(() -> product.infer(a, a))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[1073741824, 1048576] x [1073741824, 1048576]");
    }
}
