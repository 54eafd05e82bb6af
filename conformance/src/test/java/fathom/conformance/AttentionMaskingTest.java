package fathom.conformance;

import static fathom.Tensors.arange;
import static fathom.Tensors.manualSeed;
import static fathom.Tensors.rand;
import static fathom.Tensors.randn;
import static fathom.Tensors.scaledDotProductAttention;
import static fathom.Tensors.tensor;
import static fathom.Tensors.zeros;
import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.Tensor;
import fathom.options.AttentionOptions;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Masks of attention: skipped tiles, causal masks at the lower right, lengths, and all of them together. */
class AttentionMaskingTest {
    private static final double CLOSE = 5e-5;

    @BeforeEach
    void seed() {
        manualSeed(12);
    }

    private static Tensor[] run(DType type, Tensor[] qkv, Consumer<AttentionOptions> options) {
        var leaves = new Tensor[3];
        for (int i = 0; i < 3; i++) {
            leaves[i] = qkv[i].detach().to(type).requiresGrad_();
        }
        Tensor y = scaledDotProductAttention(leaves[0], leaves[1], leaves[2], options);
        y.mul(arange(y.size(-1)).to(type).add(1)).sum().backward();
        return new Tensor[] {y.detach(), leaves[0].grad(), leaves[1].grad(), leaves[2].grad()};
    }

    /** The first in tiles of float32, the second with all scores in float64. */
    private static void compare(
            Tensor[] qkv, Consumer<AttentionOptions> options, Consumer<AttentionOptions> reference) {
        Tensor[] actual = run(DType.FLOAT32, qkv, options);
        Tensor[] expected = run(DType.FLOAT64, qkv, reference);
        for (int i = 0; i < 4; i++) {
            assertThat(actual[i]).isCloseTo(expected[i].to(DType.FLOAT32), CLOSE, 10 * CLOSE);
        }
    }

    private static Tensor[] numbers(long batch, long heads, long queries, long keys) {
        return new Tensor[] {
            randn(batch, heads, queries, 8), randn(batch, heads, keys, 8), randn(batch, heads, keys, 4)
        };
    }

    private static Tensor rows(long queries) {
        return arange(queries).unsqueeze(1);
    }

    @Test
    void masksWithBlocksThatAreHiddenOrOpen() {
        // one and several blocks of queries and of keys
        for (long[] size : new long[][] {{60, 90}, {60, 1200}, {400, 90}, {300, 1300}}) {
            long l = size[0];
            long s = size[1];
            Tensor[] qkv = numbers(2, 2, l, s);
            Tensor causal = rows(l).ge(arange(s));
            Tensor window = rows(l).mul(s / l).sub(arange(s)).abs().le(40);
            Tensor late = arange(s).ge(s - 30).expand(l, s);
            Tensor nothing = zeros(DType.BOOL, l, s);
            Tensor hidden = causal.clone();
            hidden.get("20:" + (l - 10)).fill_(0);
            for (Tensor mask : new Tensor[] {causal, window, late, nothing, hidden, nothing.logicalNot()}) {
                compare(qkv, o -> o.mask(mask), o -> o.mask(mask));
                compare(qkv, o -> o.mask(mask.t().contiguous().t()), o -> o.mask(mask));
            }
            Tensor perRow = rand(2, 1, l, 1).gt(0.5);
            compare(qkv, o -> o.mask(perRow), o -> o.mask(perRow));
            Tensor perHead = tensor(new long[] {0, 1, 1, 0}).to(DType.BOOL).reshape(2, 2, 1, 1);
            compare(qkv, o -> o.mask(perHead), o -> o.mask(perHead));
        }
    }

    @Test
    void aCausalMaskIsCausal() {
        Tensor[] qkv = numbers(1, 2, 700, 700);
        Tensor mask = rows(700).ge(arange(700));
        Tensor[] a = run(DType.FLOAT32, qkv, o -> o.mask(mask));
        Tensor[] b = run(DType.FLOAT32, qkv, o -> o.causal(true));
        for (int i = 0; i < 4; i++) {
            assertThat(a[i]).isCloseTo(b[i], 1e-5, 1e-4);
        }
    }

    @Test
    void theLastQuerySeesAllKeys() {
        for (long[] size :
                new long[][] {{1, 5}, {3, 5}, {5, 3}, {4, 4}, {60, 700}, {300, 1100}, {700, 300}, {1, 3000}}) {
            long l = size[0];
            long s = size[1];
            Tensor[] qkv = numbers(2, 1, l, s);
            Tensor mask = rows(l).add(s - l).ge(arange(s));
            compare(qkv, o -> o.causalLowerRight(true), o -> o.mask(mask));
            Tensor both = mask.logicalAnd(rows(l).ge(arange(s)));
            compare(qkv, o -> o.causalLowerRight(true).causal(true), o -> o.mask(both));
        }
        Tensor one =
                scaledDotProductAttention(
                        randn(2, 1, 4), randn(2, 6, 4), randn(2, 6, 4), o -> o.causalLowerRight(true));
        assertThat(one).hasShape(2, 1, 4);
    }

    @Test
    void causalWithMasksAndLengths() {
        for (long[] size : new long[][] {{6, 9}, {70, 600}, {200, 200}}) {
            long l = size[0];
            long s = size[1];
            Tensor[] qkv = numbers(3, 2, l, s);
            Tensor lengths = tensor(new long[] {s, 3, 0});
            Tensor within = arange(s).lt(lengths.reshape(3, 1, 1, 1));
            Tensor causal = rows(l).ge(arange(s));
            Tensor open = rand(l, s).gt(0.2);
            Tensor added = randn(2, l, s);
            compare(qkv, o -> o.lengths(lengths), o -> o.mask(within));
            compare(qkv, o -> o.lengths(lengths).causal(true), o -> o.mask(within.logicalAnd(causal)));
            compare(
                    qkv,
                    o -> o.lengths(lengths).causal(true).mask(open),
                    o -> o.mask(within.logicalAnd(causal).logicalAnd(open)));
            Tensor sum = added.add(zeros(DType.FLOAT32, l, s).where(causal, Double.NEGATIVE_INFINITY));
            compare(qkv, o -> o.causal(true).mask(added), o -> o.mask(sum));
        }
    }

    @Test
    void fewQueriesOfGroupedHeads() {
        for (long keys : new long[] {1, 40, 1500}) {
            for (long queries : new long[] {1, 3}) {
                Tensor[] qkv = numbers(2, 6, queries, keys);
                Tensor[] few = {qkv[0], qkv[1].narrow(1, 0, 2), qkv[2].narrow(1, 0, 2)};
                Tensor[] all = {qkv[0], few[1].repeatInterleave(3, 1), few[2].repeatInterleave(3, 1)};
                Tensor mask = rand(6, queries, keys).gt(0.2);
                Tensor lengths = tensor(new long[] {keys, 1});
                for (var options :
                        java.util.List.<Consumer<AttentionOptions>>of(
                                o -> {},
                                o -> o.mask(mask),
                                o -> o.mask(mask.get("0, 0")),
                                o -> o.causalLowerRight(true),
                                o -> o.lengths(lengths))) {
                    Tensor y =
                            scaledDotProductAttention(
                                    few[0],
                                    few[1],
                                    few[2],
                                    o -> {
                                        options.accept(o);
                                        o.enableGqa(true);
                                    });
                    assertThat(y).isCloseTo(scaledDotProductAttention(all[0], all[1], all[2], options), 1e-5, 1e-5);
                }
            }
        }
    }

    @Test
    void lengthsOfOtherRowsAreRejected() {
        Tensor x = randn(2, 3, 4);
        assertThatThrownBy(() -> scaledDotProductAttention(x, x, x, o -> o.lengths(tensor(new long[] {1}))))
                .hasMessageContaining("lengths [1] of INT64: expected an integer for each row of the batch of query");
    }
}
