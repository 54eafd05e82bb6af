package fathom.interop.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Tensor;
import fathom.Tensors;
import fathom.primitive.Composed;
import fathom.primitive.OperationListener;
import fathom.primitive.Ops;
import fathom.primitive.Primitive;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an observer of a thread's operations sees. */
final class OperationListenerTest {
    private final List<String> seen = new ArrayList<>();

    private OperationListener listener(boolean enters) {
        return new OperationListener() {
            @Override
            public boolean enters(Composed primitive) {
                return enters;
            }

            @Override
            public void applied(Primitive primitive, Tensor[] inputs, Tensor[] outputs) {
                seen.add(primitive.name() + " " + inputs.length + " " + outputs[0].shape());
            }

            @Override
            public void writing(Primitive primitive, Tensor self, Tensor[] inputs) {
                seen.add("into " + self.shape() + ", which begins with " + self.detach().stride(0));
            }

            @Override
            public void accessing(Object storage) {
                seen.add("access");
            }

            @Override
            public void refused(String what) {
                seen.add("refused: it " + what);
            }
        };
    }

    @Test
    void composedOperationsAreSeenWholeOrInParts() {
        Tensor x = Tensors.ones(2, 3);
        Tensor y = Ops.listen(listener(false), () -> x.exp().softmax(1).transpose(0, 1));
        assertThat(seen).containsExactly("exp 1 [2, 3]", "Softmax 1 [2, 3]", "Permute 1 [3, 2]");
        assertThat(y.shape().dims()).containsExactly(3, 2);
        seen.clear();
        Ops.listen(listener(true), () -> x.softmax(1));
        assertThat(seen).hasSize(2);
        assertThat(seen.getFirst()).startsWith("Rowwise");
        assertThat(seen.getLast()).startsWith("Softmax");
        x.exp();
        assertThat(seen).hasSize(2);
    }

    @Test
    void writesAccessesAndRandomNumbers() {
        Tensor x = Tensors.ones(2, 3);
        Ops.listen(
                listener(false),
                () -> {
                    x.add_(1);
                    x.sum().item();
                    Tensors.rand(2);
                    return x;
                });
        assertThat(seen.getFirst()).isEqualTo("into [2, 3], which begins with 3");
        assertThat(seen).contains("access", "refused: it draws random numbers");
    }

    @Test
    void thereIsOneAtATime() {
        Tensor x = Tensors.ones(2);
        OperationListener one = listener(false);
        assertThatThrownBy(() -> Ops.listen(one, () -> Ops.listen(listener(false), x::exp)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("already");
        assertThatThrownBy(() ->
                        Ops.listen(
                                one,
                                () -> {
                                    throw new IllegalArgumentException("of its own");
                                }))
                .hasMessage("of its own");
        assertThat(Ops.listen(one, x::exp).shape().dims()).containsExactly(2);
    }
}
