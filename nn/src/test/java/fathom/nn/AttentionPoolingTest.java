package fathom.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.attention.AdditiveAttention;
import fathom.nn.attention.Alibi;
import fathom.nn.attention.DotProductAttention;
import fathom.nn.attention.NadarayaWatson;
import fathom.nn.attention.RotaryEmbedding;
import fathom.nn.attention.SequenceMask;
import fathom.nn.transformer.MultiheadAttention;
import fathom.testkit.Golden;
import fathom.testkit.GoldenCase;
import fathom.testkit.TensorAssert;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Attention pooling by its formulas, further keys as PyTorch has them, positions in queries and keys. */
class AttentionPoolingTest {
    @TestFactory
    Stream<DynamicTest> formulas() {
        return Golden.load("golden/attention-pooling.safetensors").cases().stream()
                .map(c -> DynamicTest.dynamicTest(c.name(), () -> check(c)));
    }

    private static void check(GoldenCase c) {
        switch (c.op()) {
            case "softmax" -> c.checkOne(in -> SequenceMask.softmax(in[0], c.tensor("lengths")), 1e-10, 1e-12);
            case "additive" ->
                    c.checkOne(
                            in -> {
                                var a = new AdditiveAttention(5, 3, 7, 0);
                                Parameters.replace(
                                        a,
                                        List.of("w_q.weight", "w_k.weight", "w_v.weight"),
                                        Arrays.asList(in).subList(3, 6));
                                return a.forward(in[0], in[1], in[2], c.tensor("lengths")).output();
                            },
                            1e-10,
                            1e-12);
            case "dot" ->
                    c.checkOne(
                            in -> new DotProductAttention(0).forward(in[0], in[1], in[2], c.tensor("lengths")).output(),
                            1e-10,
                            1e-12);
            case "nadarayawatson" ->
                    c.checkOne(
                            in -> {
                                var a = new NadarayaWatson();
                                Parameters.replace(a, List.of("w"), List.of(in[3]));
                                return a.forward(in[0], in[1], in[2]).output();
                            },
                            1e-10,
                            1e-12);
            case "rotary" ->
                    c.checkOne(
                            in ->
                                    new RotaryEmbedding(
                                                    8,
                                                    o ->
                                                            o.base(c.getDouble("base"))
                                                                    .maxLen(12)
                                                                    .interleaved(c.getBoolean("interleaved")))
                                            .forward(in[0], c.getInt("past")),
                            2e-6,
                            2e-6);
            case "alibi" ->
                    TensorAssert.assertThat(Alibi.bias(c.getInt("heads"), 3, 5)).isCloseTo(c.out(0), 1e-6, 1e-7);
            default -> throw new AssertionError(c.op());
        }
    }

    @TestFactory
    Stream<DynamicTest> furtherKeys() {
        return Golden.load("golden/attention-keys.safetensors").cases().stream()
                .map(c -> DynamicTest.dynamicTest(c.name(), () -> checkKeys(c)));
    }

    private static void checkKeys(GoldenCase c) {
        c.check(
                in -> {
                    var block =
                            new MultiheadAttention(
                                    8,
                                    2,
                                    o ->
                                            o.addBiasKv(c.getBoolean("add_bias_kv"))
                                                    .addZeroAttn(c.getBoolean("add_zero_attn")));
                    Parameters.replace(
                            block, List.of(c.get("names").split(",")), Arrays.asList(in).subList(3, in.length));
                    var out =
                            block.forward(
                                    in[0],
                                    in[1],
                                    in[2],
                                    o ->
                                            o.attnMask(c.hasTensor("attn_mask") ? c.tensor("attn_mask") : null)
                                                    .keyPaddingMask(
                                                            c.hasTensor("key_padding_mask")
                                                                    ? c.tensor("key_padding_mask")
                                                                    : null)
                                                    .needWeights(c.getBoolean("need")));
                    return c.getBoolean("need")
                            ? new Tensor[] {out.output(), Objects.requireNonNull(out.weights())}
                            : new Tensor[] {out.output()};
                },
                1e-9,
                1e-11);
    }

    @Test
    void theCoursesExamplesOfScoringFunctions() {
        Tensor keys = Tensors.ones(2, 10, 2);
        Tensor values = Tensors.arange(40).to(DType.FLOAT32).reshape(1, 10, 4).repeat(2, 1, 1);
        Tensor lengths = Tensors.tensor(new long[] {2, 6});
        var additive = new AdditiveAttention(20, 2, 8, 0.1);
        additive.eval();
        Tensor y = additive.forward(Tensors.randn(2, 1, 20), keys, values, lengths).output().detach();
        Tensor expected = Tensors.tensor(new float[] {2, 3, 4, 5, 10, 11, 12, 13}).reshape(2, 1, 4);
        TensorAssert.assertThat(y).isCloseTo(expected, 1e-5, 1e-5);
        var dot = new DotProductAttention(0.5);
        dot.eval();
        TensorAssert.assertThat(dot.forward(Tensors.randn(2, 1, 2), keys, values, lengths).output())
                .isCloseTo(expected, 1e-5, 1e-5);
    }

    @Test
    void anEmptyRowHasNoWeightsAndFiniteGradients() {
        Tensor scores = Tensors.randn(2, 3, 4).requiresGrad_();
        Tensor weights = SequenceMask.softmax(scores, Tensors.tensor(new long[] {0, 4}));
        weights.square().sum().backward();
        assertThat(weights.detach().select(0, 0).abs().max().item()).isZero();
        assertThat(Double.isFinite(scores.grad().abs().sum().item())).isTrue();
        Tensor mask = SequenceMask.of(Tensors.tensor(new int[] {0, 2, 5}), 3);
        assertThat(mask.toArray(boolean[][].class))
                .isDeepEqualTo(new boolean[][] {{false, false, false}, {true, true, false}, {true, true, true}});
        Tensor filled = SequenceMask.fill(Tensors.ones(2, 3, 1), Tensors.tensor(new long[] {1, 2}), -1);
        assertThat(filled.squeeze(2).toArray(float[][].class)).isDeepEqualTo(new float[][] {{1, -1, -1}, {1, 1, -1}});
    }

    @Test
    void productsOfTurnedVectorsDependOnDistances() {
        Tensors.manualSeed(4);
        for (boolean interleaved : new boolean[] {true, false}) {
            var rotary = new RotaryEmbedding(6, o -> o.interleaved(interleaved).maxLen(40));
            try (var off = Autograd.noGrad()) {
                Tensor q = Tensors.randn(1, 6);
                Tensor k = Tensors.randn(1, 6);
                double a = rotary.forward(q, 3).mul(rotary.forward(k, 8)).sum().item();
                double b = rotary.forward(q, 30).mul(rotary.forward(k, 35)).sum().item();
                assertThat(a).isCloseTo(b, org.assertj.core.data.Offset.offset(1e-4));
            }
        }
    }

    @Test
    void errorsNameShapes() {
        assertThatThrownBy(() -> new RotaryEmbedding(5)).hasMessageContaining("even width of at least 2, got 5");
        assertThatThrownBy(() -> new RotaryEmbedding(4, o -> o.maxLen(3)).forward(Tensors.zeros(2, 4), 2))
                .hasMessageContaining("input [2, 4] behind 2 positions: expected [..., L, 4], and at most 3");
        assertThatThrownBy(() -> Alibi.slopes(0)).hasMessageContaining("at least one head, got 0");
        assertThatThrownBy(() -> SequenceMask.softmax(Tensors.zeros(2, 3, 4), Tensors.tensor(new long[] {1})))
                .hasMessageContaining("scores [N, T, S] and lengths [N] or [N, T], got [2, 3, 4] and [1]");
        assertThatThrownBy(() -> SequenceMask.of(Tensors.zeros(2), 3)).hasMessageContaining("integer type");
        assertThatThrownBy(() -> new NadarayaWatson(1).forward(Tensors.zeros(2), Tensors.zeros(3), Tensors.zeros(4)))
                .hasMessageContaining("queries [2], keys [3], values [4]");
        var layer = new MultiheadAttention(8, 2);
        Tensor x = Tensors.zeros(5, 2, 8);
        assertThatThrownBy(() -> layer.forward(x, x, x, c -> c.keyLengths(Tensors.tensor(new long[] {1}))))
                .hasMessageContaining("keyLengths [1]: expected [2]");
    }
}
