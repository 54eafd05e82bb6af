package fathom.text.embeddings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.Captured;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Embedding;
import fathom.optim.Adagrad;
import fathom.optim.Adam;
import fathom.optim.Optimizer;
import fathom.optim.SGD;
import fathom.optim.SparseAdam;
import java.util.Collection;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Gradients of single rows, and optimisers that take them, against PyTorch 1.13 with sparse=True. */
class SparseEmbeddingTest {
    private static final long[][] LOOKUPS = {{1, 3, 1}, {3, 4, 0}, {1, 1, 1}};

    private static Embedding table(boolean sparse) {
        var table = Embedding.fromPretrained(start(), false, o -> o.sparse(sparse));
        assertThat(table.weight.requiresGrad()).isTrue();
        return table;
    }

    private static Tensor start() {
        return Tensors.arange(10).to(fathom.DType.FLOAT32).mul(0.1).sub(0.4).reshape(5, 2);
    }

    private static Tensor loss(Embedding e, Tensor index) {
        Tensor y = e.forward(index);
        Tensor weights = Tensors.arange(1, 7).to(fathom.DType.FLOAT32).reshape(3, 2);
        return y.mul(y).mul(weights).sum();
    }

    private static float[] trained(boolean sparse, Function<Collection<Tensor>, Optimizer> make) {
        Embedding e = table(sparse);
        Optimizer o = make.apply(e.parameters());
        for (long[] lookup : LOOKUPS) {
            Tensor loss = loss(e, Tensors.tensor(lookup));
            o.zeroGrad();
            loss.backward();
            assertThat(e.weight.grad() == null).isEqualTo(sparse);
            o.step();
        }
        return e.weight.toFloatArray();
    }

    @Test
    void rowsAreUpdatedAsInPyTorch() {
        assertThat(trained(true, p -> new SGD(p, 0.05)))
                .containsExactly(
                        new float[] {-0.2f, -0.12f, -0.008f, 0.004f, 0, 0.1f, 0.126f, 0.144f, 0.28f, 0.3f},
                        within(2e-6f));
        assertThat(trained(true, p -> new Adagrad(p, 0.05)))
                .containsExactly(
                        new float[] {-0.35f, -0.25f, -0.11263f, -0.02f, 0, 0.1f, 0.137873f, 0.230769f, 0.35f, 0.45f},
                        within(2e-6f));
        assertThat(trained(true, p -> new SparseAdam(p, 0.05)))
                .containsExactly(
                        new float[] {
                            -0.362793f,
                            -0.262793f,
                            -0.10702f,
                            -0.007825f,
                            0,
                            0.1f,
                            0.10847f,
                            0.20476f,
                            0.362793f,
                            0.462793f
                        },
                        within(2e-6f));
        // without moments, rows without a gradient do not move anyway
        assertThat(trained(true, p -> new SGD(p, 0.05)))
                .containsExactly(trained(false, p -> new SGD(p, 0.05)), within(1e-6f));
    }

    @Test
    void severalLookupsOfAStepAdd() {
        Embedding e = table(true);
        Embedding dense = table(false);
        for (Embedding each : new Embedding[] {e, dense}) {
            var o = new Adagrad(each.parameters(), 0.1);
            Tensor x = Tensors.tensor(new long[] {2, 0});
            o.zeroGrad();
            each.forward(x).sum().backward();
            each.forward(x).mul(3).sum().backward();
            each.forward(Tensors.tensor(new long[] {})).sum().backward();
            o.step();
        }
        assertThat(e.weight.toFloatArray()).containsExactly(dense.weight.toFloatArray(), within(1e-6f));
        // gradients are cleared by the network, too
        e.forward(Tensors.tensor(new long[] {1})).sum().backward();
        e.zeroGrad();
        float[] before = e.weight.toFloatArray();
        new SGD(e.parameters(), 1).step();
        assertThat(e.weight.toFloatArray()).isEqualTo(before);
    }

    @Test
    void aCapturedStepGivesTheSameRows() {
        Embedding eager = table(true);
        Embedding captured = table(true);
        var one = new SparseAdam(eager.parameters(), 0.05);
        var two = new SparseAdam(captured.parameters(), 0.05);
        var step =
                Captured.of((Tensor index) -> {
                    Tensor loss = loss(captured, index);
                    two.zeroGrad();
                    loss.backward();
                    two.step();
                    return loss;
                });
        for (int i = 0; i < 12; i++) {
            Tensor index = Tensors.tensor(new long[] {i % 5, (i * i) % 5, 1});
            Tensor loss = loss(eager, index);
            one.zeroGrad();
            loss.backward();
            one.step();
            assertThat(step.call(index).item()).as("step %s", i).isEqualTo(loss.item());
            assertThat(captured.weight.toFloatArray()).as("step %s", i).isEqualTo(eager.weight.toFloatArray());
        }
        assertThat(step.eagerReason()).isNull();
        assertThat(step.hasPlan(Tensors.tensor(new long[] {1, 2, 3}))).isTrue();
    }

    @Test
    void whatDoesNotFitIsRefused() {
        Embedding e = table(true);
        e.forward(Tensors.tensor(new long[] {1})).sum().backward();
        assertThatThrownBy(() -> new Adam(e.parameters(), 0.1).step())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Adam: the parameter of shape [5, 2] has gradients of single rows")
                .hasMessageContaining("SGD without momentum, Adagrad and SparseAdam");
        assertThatThrownBy(() -> new SGD(e.parameters(), 0.1, o -> o.momentum(0.9)).step())
                .hasMessageContaining("gradients of single rows");
        assertThatThrownBy(() -> new SGD(e.parameters(), 0.1, o -> o.weightDecay(0.1)).step())
                .hasMessageContaining("without weight decay");
        assertThatThrownBy(() -> Tensors.sparseEmbedding(Tensors.tensor(new long[] {1}), e.weight.mul(2)))
                .hasMessageContaining("the result of an operation");
        assertThat(e.toString()).contains("sparse=True");
    }
}
