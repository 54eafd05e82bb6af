package fathom.text.embeddings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.Captured;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.nn.Embedding;
import fathom.nn.EmbeddingBag;
import fathom.optim.Adagrad;
import fathom.optim.Adam;
import fathom.optim.Optimizer;
import fathom.optim.SGD;
import fathom.optim.SparseAdam;
import fathom.options.EmbeddingBagOptions;
import fathom.options.EmbeddingBagOptions.Mode;
import java.util.Collection;
import java.util.function.Consumer;
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

    /** The gradients of both tables are products, which nothing but the update uses behind backward. */
    @Test
    void aCapturedStepOfSkipGramGivesTheSameRows() {
        Tensor words = Tensors.tensor(new long[] {1, 2, 3, 3, 0, 1}).reshape(2, 3);
        Tensor mask = Tensors.ones(2, 3);
        Tensor labels = Tensors.tensor(new float[] {1, 0, 0, 1, 0, 0}).reshape(2, 3);
        Tensors.manualSeed(1);
        var eager = new SkipGram(5, 4, true);
        Tensors.manualSeed(1);
        var captured = new SkipGram(5, 4, true);
        var one = new SGD(eager.parameters(), 0.5);
        var two = new SGD(captured.parameters(), 0.5);
        var step =
                Captured.of((Tensor centers) -> {
                    Tensor loss = captured.loss(Batch.of(centers, words, mask, labels));
                    two.zeroGrad();
                    loss.backward();
                    two.step();
                    return loss;
                });
        for (int i = 0; i < 8; i++) {
            Tensor centers = Tensors.tensor(new long[] {i % 5, 4}).reshape(2, 1);
            Tensor loss = eager.loss(Batch.of(centers, words, mask, labels));
            one.zeroGrad();
            loss.backward();
            one.step();
            assertThat(step.call(centers).item()).as("step %s", i).isEqualTo(loss.item());
            assertThat(captured.context.weight.toFloatArray()).isEqualTo(eager.context.weight.toFloatArray());
        }
        assertThat(step.eagerReason()).isNull();
        assertThat(captured.center.weight.toFloatArray()).isEqualTo(eager.center.weight.toFloatArray());
    }

    @Test
    void aStepThatLeavesTheUpdateToOthersIsNotCaptured() {
        Embedding e = table(true);
        var o = new SGD(e.parameters(), 0.05);
        var step =
                Captured.of((Tensor index) -> {
                    Tensor loss = loss(e, index);
                    loss.backward();
                    return loss;
                });
        for (long[] lookup : LOOKUPS) {
            step.call(Tensors.tensor(lookup));
            o.step();
            o.zeroGrad();
        }
        assertThat(e.weight.toFloatArray()).isEqualTo(trained(true, p -> new SGD(p, 0.05)));
        assertThat(step.eagerReason()).contains("it leaves gradients of single rows");
    }

    private static float[] bags(
            Consumer<EmbeddingBagOptions> options, boolean weighted, Function<Collection<Tensor>, Optimizer> make) {
        var bag = EmbeddingBag.fromPretrained(start(), false, o -> options.accept(o.sparse(true)));
        Optimizer o = make.apply(bag.parameters());
        long[][] lookups = {{1, 3, 1, 4}, {3, 4, 0, 3}, {1, 1, 2, 0}};
        long[] second = {3, 1, 2};
        Tensor factors = weighted ? Tensors.tensor(new float[] {1, 2, -1, 0.5f}) : null;
        for (int i = 0; i < 3; i++) {
            o.zeroGrad();
            Tensor y = bag.forward(Tensors.tensor(lookups[i]), Tensors.tensor(new long[] {0, second[i]}), factors);
            y.mul(y).mul(Tensors.tensor(new float[][] {{1, 2}, {3, 4}})).sum().backward();
            assertThat(bag.weight.grad()).isNull();
            o.step();
        }
        return bag.weight.toFloatArray();
    }

    @Test
    void bagsOfRowsAreUpdatedAsInPyTorch() {
        assertThat(bags(o -> o.mode(Mode.SUM), false, p -> new SGD(p, 0.05)))
                .containsExactly(
                        new float[] {
                            -0.301f, -0.2872f, -0.096f, -0.028f, 0.129f, 0.2248f, 0.168f, 0.112f, 0.25f, 0.188f
                        },
                        within(2e-6f));
        assertThat(bags(o -> {}, false, p -> new Adagrad(p, 0.05)))
                .containsExactly(
                        new float[] {
                            -0.400948f,
                            -0.309252f,
                            -0.10206f,
                            -0.10054f,
                            0.05f,
                            0.15f,
                            0.200123f,
                            0.200027f,
                            0.347227f,
                            0.445573f
                        },
                        within(2e-6f));
        assertThat(bags(o -> o.mode(Mode.SUM), true, p -> new SparseAdam(p, 0.05)))
                .containsExactly(
                        new float[] {
                            -0.331658f,
                            -0.231361f,
                            -0.168059f,
                            -0.068059f,
                            -0.031941f,
                            0.068059f,
                            0.102749f,
                            0.200101f,
                            0.311403f,
                            0.411257f
                        },
                        within(2e-6f));
        assertThat(bags(o -> o.paddingIdx(1), false, p -> new SparseAdam(p, 0.05)))
                .containsExactly(
                        new float[] {
                            -0.408337f,
                            -0.328886f,
                            -0.2f,
                            -0.1f,
                            0.031941f,
                            0.131941f,
                            0.100161f,
                            0.199934f,
                            0.315476f,
                            0.413333f
                        },
                        within(2e-6f));
        var max = new EmbeddingBag(5, 2, o -> o.mode(Mode.MAX).sparse(true));
        assertThatThrownBy(() -> max.forward(Tensors.tensor(new long[][] {{1, 2}})))
                .hasMessageContaining("sparse(true) requires mode SUM or MEAN and a leaf as weight, got MAX");
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
