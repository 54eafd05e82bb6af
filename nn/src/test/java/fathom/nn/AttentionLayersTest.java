package fathom.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.transformer.MultiheadAttention;
import fathom.nn.transformer.PositionalEncoding;
import fathom.nn.transformer.TransformerEncoder;
import fathom.nn.transformer.TransformerEncoderLayer;
import fathom.testkit.TensorAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Attention layers beyond their values: masks' equivalence, rows that see nothing, copies, dropout, errors. */
class AttentionLayersTest {
    @BeforeEach
    void seed() {
        Tensors.manualSeed(3);
    }

    @Test
    void causalIsTheMaskAboveTheDiagonal() {
        var layer = new MultiheadAttention(8, 2);
        Tensor x = Tensors.randn(5, 2, 8);
        Tensor mask = Tensors.ones(5, 5).triu(1).to(DType.BOOL);
        for (boolean need : new boolean[] {false, true}) {
            Tensor a = layer.forward(x, x, x, c -> c.isCausal(true).needWeights(need)).output();
            Tensor b = layer.forward(x, x, x, c -> c.attnMask(mask).needWeights(need)).output();
            TensorAssert.assertThat(a.detach()).isCloseTo(b.detach(), 1e-5, 1e-6);
            Tensor padding = Tensors.zeros(DType.BOOL, 2, 5);
            Tensor d = layer.forward(x, x, x, c -> c.isCausal(true).keyPaddingMask(padding).needWeights(need)).output();
            TensorAssert.assertThat(d.detach()).isCloseTo(b.detach(), 1e-5, 1e-6);
        }
    }

    @Test
    void aSequenceThatIsAllPaddingGivesNumbersAndGradients() {
        var layer = new MultiheadAttention(8, 2);
        Tensor x = Tensors.randn(5, 2, 8).requiresGrad_();
        Tensor padding = Tensors.zeros(DType.BOOL, 2, 5);
        padding.select(0, 1).fill_(1);
        for (boolean need : new boolean[] {false, true}) {
            Tensor y = layer.forward(x, x, x, c -> c.keyPaddingMask(padding).needWeights(need)).output();
            y.sum().backward();
            assertThat(Double.isFinite(y.sum().item())).isTrue();
            assertThat(Double.isFinite(x.grad().abs().sum().item())).isTrue();
        }
    }

    @Test
    void layersOfAStackAreCopiesWithParametersOfTheirOwn() {
        var first = new TransformerEncoderLayer(8, 2, o -> o.dimFeedforward(12));
        var stack = new TransformerEncoder(first, 2);
        var names = stack.namedParameters();
        assertThat(names).hasSize(24).containsKey("layers.1.self_attn.in_proj_weight");
        Tensor a = names.get("layers.0.linear1.weight");
        Tensor b = names.get("layers.1.linear1.weight");
        assertThat(a).isNotSameAs(b);
        TensorAssert.assertThat(a.detach()).isCloseTo(b.detach(), 0, 0);
        assertThat(a.sharesStorageWith(b)).isFalse();
    }

    @Test
    void dropoutOnlyInTraining() {
        var layer = new TransformerEncoderLayer(8, 2, o -> o.dimFeedforward(12).dropout(0.5));
        Tensor x = Tensors.randn(5, 2, 8);
        Tensor a = layer.forward(x).sub(layer.forward(x)).abs().max();
        assertThat(a.item()).isGreaterThan(0);
        layer.eval();
        Tensor b = layer.forward(x).sub(layer.forward(x)).abs().max();
        assertThat(b.item()).isZero();
    }

    @Test
    void positionsHaveTheFormulasSinesAndCosines() {
        Tensor p = new PositionalEncoding(5, 0).forward(Tensors.zeros(1, 8, 5));
        assertThat(p.get(0, 3, 2).item())
                .isCloseTo(Math.sin(3 / Math.pow(10000, 2 / 5.0)), org.assertj.core.data.Offset.offset(1e-6));
        assertThat(p.get(0, 3, 3).item())
                .isCloseTo(Math.cos(3 / Math.pow(10000, 2 / 5.0)), org.assertj.core.data.Offset.offset(1e-6));
    }

    @Test
    void errorsNameShapes() {
        assertThatThrownBy(() -> new MultiheadAttention(8, 3)).hasMessageContaining("3 heads do not divide");
        var layer = new MultiheadAttention(8, 2);
        Tensor x = Tensors.zeros(5, 2, 8);
        assertThatThrownBy(() -> layer.forward(x, Tensors.zeros(5, 3, 8), Tensors.zeros(5, 3, 8)))
                .hasMessageContaining("key [5, 3, 8]");
        assertThatThrownBy(() -> layer.forward(x, x, x, c -> c.attnMask(Tensors.zeros(4, 5))))
                .hasMessageContaining("attnMask [4, 5]: expected [5, 5], or [4, 5, 5]");
        assertThatThrownBy(() -> layer.forward(x, x, x, c -> c.keyPaddingMask(Tensors.zeros(5, 2))))
                .hasMessageContaining("keyPaddingMask [5, 2]: expected [2, 5]");
        assertThatThrownBy(() -> layer.forward(x, x, x, c -> c.attnMask(Tensors.zeros(DType.INT64, 5, 5))))
                .hasMessageContaining("attnMask is INT64");
        assertThatThrownBy(() -> new PositionalEncoding(8, 0, 4).forward(x.transpose(0, 1)))
                .hasMessageContaining("L up to 4");
    }
}
