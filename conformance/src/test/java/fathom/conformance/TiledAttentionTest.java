package fathom.conformance;

import static fathom.Tensors.manualSeed;
import static fathom.Tensors.ones;
import static fathom.Tensors.rand;
import static fathom.Tensors.randn;
import static fathom.Tensors.scaledDotProductAttention;
import static fathom.Tensors.withSeed;
import static fathom.Tensors.zeros;
import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import fathom.Autograd;
import fathom.Captured;
import fathom.DType;
import fathom.Fathom;
import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import fathom.options.AttentionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Tiled attention against the composition that materialises all scores, which float64 uses. */
class TiledAttentionTest {
    /** Tolerance for sums of some hundred products of numbers near 1, in a different order and in float32. */
    private static final double CLOSE = 5e-5;

    private static final Consumer<AttentionOptions> PLAIN = o -> {};
    private static final Consumer<AttentionOptions> CAUSAL = o -> o.causal(true);

    private static Tensor leaf(DType type, Tensor t) {
        return t.detach().to(type).requiresGrad_();
    }

    private static Tensor[] numbers(long[] batch, long queries, long keys, long width, long valueWidth) {
        return withSeed(
                5,
                () ->
                        new Tensor[] {
                            randn(shape(batch, queries, width)),
                            randn(shape(batch, keys, width)),
                            randn(shape(batch, keys, valueWidth))
                        });
    }

    private static long[] shape(long[] batch, long... last) {
        long[] all = java.util.Arrays.copyOf(batch, batch.length + last.length);
        System.arraycopy(last, 0, all, batch.length, last.length);
        return all;
    }

    /** {@return the result, and the gradients of query, key and value} */
    private static Tensor[] run(DType type, Tensor[] qkv, Consumer<AttentionOptions> options) {
        manualSeed(11);
        var leaves = new Tensor[3];
        for (int i = 0; i < 3; i++) {
            leaves[i] = leaf(type, qkv[i]);
        }
        Tensor y = scaledDotProductAttention(leaves[0], leaves[1], leaves[2], options);
        Tensor g = withSeed(3, () -> randn(y.shape().dims()));
        y.backward(g.to(type));
        return new Tensor[] {y.detach(), leaves[0].grad(), leaves[1].grad(), leaves[2].grad()};
    }

    private static void compare(Tensor[] qkv, Consumer<AttentionOptions> options) {
        Tensor[] expected = run(DType.FLOAT64, qkv, options);
        Tensor[] actual = run(DType.FLOAT32, qkv, options);
        for (int i = 0; i < 4; i++) {
            assertThat(actual[i]).as("%d of 4, query %s, key %s", i, qkv[0].shape(), qkv[1].shape());
            assertThat(actual[i]).hasType(DType.FLOAT32).isCloseTo(expected[i].to(DType.FLOAT32), CLOSE, CLOSE);
        }
    }

    @Test
    void sizes() {
        long[][] sizes = {
            {5, 7, 8, 3},
            {1, 2100, 1, 1},
            {2100, 1, 8, 8},
            {50, 47, 3, 8},
            {64, 33, 16, 16},
            {33, 130, 20, 12},
            {128, 128, 64, 64},
            {129, 100, 17, 33},
            {300, 70, 32, 32},
            {70, 530, 16, 24},
            {260, 1100, 16, 16},
            {3, 1030, 8, 8}
        };
        for (long[] s : sizes) {
            for (long[] batch : new long[][] {{}, {2, 3}, {9}}) {
                Tensor[] qkv = numbers(batch, s[0], s[1], s[2], s[3]);
                compare(qkv, PLAIN);
                compare(qkv, CAUSAL);
            }
        }
        compare(numbers(new long[] {2}, 52, 49, 4, 4), o -> o.scale(-0.7));
        compare(numbers(new long[] {2}, 52, 49, 4, 4), o -> o.scale(3).causal(true));
    }

    @Test
    void aSingleQueryReadsKeysAndValuesOnce() {
        for (long keys : new long[] {31, 32, 33, 128, 130, 700}) {
            for (long width : new long[] {8, 33, 64}) {
                Tensor[] qkv = numbers(new long[] {2, 4}, 1, keys, width, width + 3);
                Tensor some = Tensors.arange(keys).lt(Tensors.tensor(keys / 2, keys).reshape(2, 1, 1, 1));
                Tensor none = some.logicalAnd(Tensors.tensor(true, false).reshape(2, 1, 1, 1));
                Tensor bias = withSeed(6, () -> randn(2, 1, 1, keys));
                compare(qkv, PLAIN);
                compare(qkv, CAUSAL);
                compare(qkv, o -> o.causalLowerRight(true));
                compare(qkv, o -> o.mask(some));
                compare(qkv, o -> o.mask(none));
                compare(qkv, o -> o.mask(bias));
                compare(qkv, o -> o.mask(some).dropout(0.3));
            }
        }
    }

    @Test
    void aSingleQueryInBfloat16AndWithSharedKeysInAnyLayout() {
        Tensor q = withSeed(7, () -> randn(2, 6, 1, 40));
        Tensor k = withSeed(8, () -> randn(2, 200, 2, 40)).transpose(1, 2); // heads side by side
        Tensor v = withSeed(9, () -> randn(2, 2, 24, 200)).transpose(2, 3); // values by column
        Tensor mask = Tensors.arange(200).le(Tensors.tensor(57, 180).reshape(2, 1, 1, 1));
        Consumer<AttentionOptions> options = o -> o.enableGqa(true).mask(mask);
        for (DType type : new DType[] {DType.FLOAT32, DType.BFLOAT16}) {
            // rounded to the type first, so that only sums differ, and the rounding of weights and of the result
            Tensor expected =
                    scaledDotProductAttention(
                            q.to(type).to(DType.FLOAT64),
                            k.to(type).to(DType.FLOAT64),
                            v.to(type).to(DType.FLOAT64),
                            options);
            Tensor actual = scaledDotProductAttention(q.to(type), k.to(type), v.to(type), options);
            double close = type == DType.FLOAT32 ? CLOSE : 0x1p-7;
            assertThat(actual.to(DType.FLOAT64)).isCloseTo(expected, close, close);
        }
    }

    @Test
    void masksOfEveryForm() {
        long queries = 140;
        long keys = 600;
        Tensor[] qkv = numbers(new long[] {2, 3}, queries, keys, 8, 8);
        long[][] forms = {
            {},
            {keys},
            {1, keys},
            {queries, 1},
            {queries, keys},
            {3, queries, keys},
            {3, 1, 1},
            {2, 1, 1, keys},
            {2, 1, queries, 1},
            {2, 3, queries, keys},
            {1, 1, 1, 1}
        };
        for (long[] form : forms) {
            Tensor open = withSeed(2, () -> rand(form)).gt(0.3);
            Tensor added = withSeed(2, () -> randn(form));
            Tensor both = added.where(open, Double.NEGATIVE_INFINITY);
            for (Tensor mask : new Tensor[] {open, added, both, added.to(DType.FLOAT64), added.to(DType.BFLOAT16)}) {
                compare(qkv, o -> o.mask(mask));
            }
        }
        Tensor columns = withSeed(2, () -> rand(keys, queries)).gt(0.3).t();
        compare(qkv, o -> o.mask(columns));
        compare(qkv, o -> o.mask(columns.to(DType.FLOAT32).t().contiguous().t()));
    }

    @Test
    void fullyMaskedRows() {
        Tensor[] qkv = numbers(new long[] {2, 2}, 150, 700, 8, 8);
        Tensor open = withSeed(4, () -> rand(150, 700)).gt(0.2);
        open.get("3, :").fill_(0);
        open.get("130:140, :").fill_(0);
        open.get("5, :690").fill_(0); // sees keys of the last block only
        open.get("6, 10:").fill_(0); // and of the first only
        Tensor added = zeros(150, 700).where(open, Double.NEGATIVE_INFINITY);
        for (Tensor mask : new Tensor[] {open, added}) {
            compare(qkv, o -> o.mask(mask));
            Tensor[] found = run(DType.FLOAT32, qkv, o -> o.mask(mask));
            for (int i = 0; i < 2; i++) {
                assertThat(found[i].get("..., 3, :").abs().max().item()).isZero();
                assertThat(found[i].get("..., 130:140, :").abs().max().item()).isZero();
                assertThat(found[i].get("..., 5, :").abs().max().item()).isPositive();
            }
        }
    }

    @Test
    void dropoutMatchesTheComposition() {
        for (long keys : new long[] {5, 20, 600}) {
            Tensor[] qkv = numbers(new long[] {2, 3}, 130, keys, 8, 8);
            Tensor mask = withSeed(4, () -> rand(130, keys)).gt(0.2);
            compare(qkv, o -> o.dropout(0.3));
            compare(qkv, o -> o.dropout(0.3).causal(true));
            compare(qkv, o -> o.dropout(0.9).mask(mask));
            compare(qkv, o -> o.dropout(0.3).mask(zeros(130, keys).where(mask, -2)));
            assertThat(run(DType.FLOAT32, qkv, o -> o.dropout(1))[0].abs().max().item()).isZero();
        }
    }

    @Test
    void groupsOfHeadsShareKeys() {
        Tensor[] qkv = numbers(new long[] {2, 6}, 60, 50, 8, 4);
        Tensor[] few = {qkv[0], qkv[1].narrow(1, 0, 2), qkv[2].narrow(1, 0, 2)};
        Tensor mask = withSeed(4, () -> rand(2, 6, 60, 50)).gt(0.2);
        compare(few, o -> o.enableGqa(true));
        compare(few, o -> o.enableGqa(true).causal(true));
        compare(few, o -> o.enableGqa(true).mask(mask));
        compare(few, o -> o.enableGqa(true).mask(mask.narrow(1, 0, 1)).dropout(0.2));
        compare(few, o -> o.enableGqa(true).mask(mask.get("0, 0")));
        // keys with two groups, values with three
        compare(new Tensor[] {qkv[0], qkv[1].narrow(1, 0, 2), qkv[2].narrow(1, 0, 3)}, o -> o.enableGqa(true));
    }

    @Test
    void batchesThatBroadcast() {
        Tensor[] qkv = numbers(new long[] {2, 3}, 50, 60, 8, 4);
        compare(new Tensor[] {qkv[0], qkv[1].get("0"), qkv[2].get("0, 0")}, PLAIN);
        compare(new Tensor[] {qkv[0].get("0, 0"), qkv[1], qkv[2]}, CAUSAL);
        Tensor[] one = numbers(new long[] {}, 50, 60, 8, 4);
        Tensor mask = withSeed(4, () -> rand(4, 50, 60)).gt(0.2);
        compare(one, o -> o.mask(mask)); // a batch dimension of the mask only
    }

    @Test
    void headsInRows() {
        Tensor rows = withSeed(6, () -> randn(3, 50, 3, 4, 16));
        Tensor[] qkv = new Tensor[3];
        for (int i = 0; i < 3; i++) {
            qkv[i] = rows.select(2, i).transpose(1, 2);
        }
        Tensor y = scaledDotProductAttention(qkv[0], qkv[1], qkv[2]);
        Tensor dense = scaledDotProductAttention(qkv[0].contiguous(), qkv[1].contiguous(), qkv[2].contiguous());
        assertThat(y).isCloseTo(dense, 1e-6, 1e-6);
        assertThat(y.transpose(1, 2).isContiguous()).isTrue();
        assertThat(y.transpose(1, 2).flatten(2).sharesStorageWith(y)).isTrue();
    }

    @Test
    void gradientsOfSlicesAreOneTensor() {
        for (DType type : new DType[] {DType.FLOAT32, DType.BFLOAT16}) {
            for (int dim = 0; dim < 4; dim++) {
                int at = dim;
                long[] shape = {2, 50, 4, 16};
                long[] all = new long[5];
                for (int d = 0, i = 0; d < 5; d++) {
                    all[d] = d == at ? 3 : shape[i++];
                }
                Tensor x = leaf(type, withSeed(6, () -> randn(all)));
                Tensor given = withSeed(7, () -> randn(2, 4, 50, 16)).to(type);
                List<Tensor> slices = x.mul(1).unbind(at);
                var apart = new Tensor[3];
                for (int i = 0; i < 3; i++) {
                    apart[i] = leaf(type, slices.get(i).contiguous().transpose(1, 2));
                }
                Tensor y =
                        scaledDotProductAttention(
                                slices.get(0).transpose(1, 2),
                                slices.get(1).transpose(1, 2),
                                slices.get(2).transpose(1, 2));
                y.backward(given);
                scaledDotProductAttention(apart[0], apart[1], apart[2]).backward(given);
                for (int i = 0; i < 3; i++) {
                    Tensor same = apart[i].grad().transpose(1, 2);
                    assertThat(x.grad().select(at, i)).isCloseTo(same, 1e-5, 1e-6);
                }
            }
        }
    }

    @Test
    void gradientsOfSomeInputsOnly() {
        Tensor[] qkv = numbers(new long[] {2}, 50, 60, 8, 4);
        Tensor[] all = run(DType.FLOAT32, qkv, CAUSAL);
        for (int i = 0; i < 3; i++) {
            Tensor[] in = qkv.clone();
            in[i] = leaf(DType.FLOAT32, qkv[i]);
            Tensor y = scaledDotProductAttention(in[0], in[1], in[2], CAUSAL);
            y.backward(withSeed(3, () -> randn(y.shape().dims())));
            assertThat(in[i].grad()).isEqualToTensor(all[i + 1]);
        }
    }

    @Test
    void gradientsOfGradients() {
        Tensor open = withSeed(4, () -> rand(52, 49)).gt(0.3);
        open.get("2, :").fill_(0);
        for (Consumer<AttentionOptions> options :
                List.<Consumer<AttentionOptions>>of(PLAIN, CAUSAL, o -> o.mask(open), o -> o.dropout(0.2))) {
            Tensor[][] found = new Tensor[2][];
            for (int t = 0; t < 2; t++) {
                DType type = t == 0 ? DType.FLOAT64 : DType.FLOAT32;
                Tensor[] qkv = numbers(new long[] {2}, 52, 49, 4, 5);
                List<Tensor> leaves = List.of(leaf(type, qkv[0]), leaf(type, qkv[1]), leaf(type, qkv[2]));
                manualSeed(11);
                Tensor y = scaledDotProductAttention(leaves.get(0), leaves.get(1), leaves.get(2), options);
                Tensor loss = y.square().sum();
                List<Tensor> first = Autograd.grad(loss, leaves, o -> o.createGraph(true));
                Tensor norm = first.get(0).square().sum().add(first.get(1).square().sum()).add(first.get(2).sum());
                found[t] = Autograd.grad(norm, leaves).toArray(Tensor[]::new);
            }
            for (int i = 0; i < 3; i++) {
                // gradients of squared gradients are some hundred in size
                assertThat(found[1][i]).isCloseTo(found[0][i].to(DType.FLOAT32), 1e-4, 1e-3);
            }
        }
    }

    @Test
    void aMaskThatRequiresAGradientGetsIt() {
        Tensor[] qkv = numbers(new long[] {2}, 50, 60, 8, 4);
        Tensor mask = withSeed(4, () -> randn(50, 60)).requiresGrad_();
        scaledDotProductAttention(qkv[0], qkv[1], qkv[2], o -> o.mask(mask)).square().sum().backward();
        Tensor same = leaf(DType.FLOAT64, mask);
        Tensor[] wide = {qkv[0].to(DType.FLOAT64), qkv[1].to(DType.FLOAT64), qkv[2].to(DType.FLOAT64)};
        scaledDotProductAttention(wide[0], wide[1], wide[2], o -> o.mask(same)).square().sum().backward();
        assertThat(mask.grad()).isCloseTo(same.grad().to(DType.FLOAT32), CLOSE, CLOSE);
    }

    @Test
    void bfloat16() {
        for (long[] s : new long[][] {{50, 47, 8, 3}, {129, 100, 17, 33}, {70, 600, 16, 24}, {128, 128, 64, 64}}) {
            Tensor[] qkv = numbers(new long[] {2, 3}, s[0], s[1], s[2], s[3]);
            for (int i = 0; i < 3; i++) {
                qkv[i] = qkv[i].to(DType.BFLOAT16);
            }
            Tensor mask = withSeed(4, () -> rand(s[0], s[1])).gt(0.2);
            for (Consumer<AttentionOptions> options :
                    List.<Consumer<AttentionOptions>>of(
                            PLAIN, CAUSAL, o -> o.mask(mask), o -> o.dropout(0.2), o -> o.causal(true).dropout(0.2))) {
                Tensor[] expected = run(DType.FLOAT64, qkv, options);
                Tensor[] actual = run(DType.BFLOAT16, qkv, options);
                for (int i = 0; i < 4; i++) {
                    assertThat(actual[i]).hasType(DType.BFLOAT16);
                    // weights, their gradients and results are rounded to 8 bits
                    double size = expected[i].abs().max().item();
                    assertThat(actual[i].to(DType.FLOAT64)).isCloseTo(expected[i], 0.02, 0.015 * size);
                }
            }
        }
    }

    @Test
    void paddingOfRowsIsIgnored() {
        for (long width : new long[] {7, 17, 33, 64}) {
            Tensor around = Tensors.full(Double.NaN, DType.FLOAT32, 2, 130, 3, width + 40).to(DType.BFLOAT16);
            Tensor inside = around.narrow(3, 0, width);
            inside.copy_(withSeed(6, () -> randn(2, 130, 3, width)));
            Tensor nan = leaf(DType.BFLOAT16, around.transpose(1, 2));
            scaledDotProductAttention(nan, nan, nan).backward(around.transpose(1, 2)); // leaves NaN in scratch memory
            Tensor x = inside.detach().requiresGrad_();
            Tensor t = x.transpose(1, 2);
            scaledDotProductAttention(t, t, t).backward(inside.transpose(1, 2));
            assertThat(x.grad().isfinite().all().itemBoolean()).isTrue();
        }
    }

    @Test
    void sameBitsForAnyNumberOfThreads() {
        int before = Fathom.threads();
        try {
            for (long[] batch : new long[][] {{1}, {3}, {4, 5}}) {
                Tensor[] qkv = numbers(batch, 300, 1200, 16, 16);
                for (Consumer<AttentionOptions> options :
                        List.<Consumer<AttentionOptions>>of(PLAIN, CAUSAL, o -> o.dropout(0.1))) {
                    Fathom.setThreads(1);
                    Tensor[] one = run(DType.FLOAT32, qkv, options);
                    Fathom.setThreads(2);
                    Tensor[] two = run(DType.FLOAT32, qkv, options);
                    for (int i = 0; i < 4; i++) {
                        assertThat(two[i]).isEqualToTensor(one[i]);
                    }
                }
            }
        } finally {
            Fathom.setThreads(before);
        }
    }

    @Test
    void capturedMatchesEager() {
        Tensor[] qkv = numbers(new long[] {2, 3}, 60, 50, 8, 8);
        Tensor w = qkv[1].clone().requiresGrad_();
        for (Consumer<AttentionOptions> options :
                List.<Consumer<AttentionOptions>>of(PLAIN, CAUSAL, o -> o.dropout(0.5))) {
            var step =
                    (java.util.function.UnaryOperator<Tensor>)
                            x -> {
                                w.setGrad(null);
                                Tensor y = scaledDotProductAttention(x, w, qkv[2], options);
                                y.square().sum().backward();
                                return y.detach();
                            };
            var plain = new ArrayList<Tensor>();
            manualSeed(4);
            for (int i = 0; i < 8; i++) {
                plain.add(step.apply(qkv[0].mul(i)).clone());
                plain.add(w.grad().clone());
            }
            Captured captured = Captured.of(step);
            manualSeed(4);
            for (int i = 0; i < 8; i++) {
                assertThat(captured.call(qkv[0].mul(i))).isEqualToTensor(plain.get(2 * i));
                assertThat(w.grad()).isEqualToTensor(plain.get(2 * i + 1));
            }
            assertThat(captured.eagerReason()).isNull();
            assertThat(captured.plan()).contains("Attention").contains("AttentionGrad");
        }
    }

    @Test
    void scoresOfLongSequencesTakeNoMemory() {
        long n = 4096;
        Tensor[] qkv = numbers(new long[] {1}, n, n, 16, 16);
        long before = Fathom.memory().inUse();
        Fathom.resetPeakMemory();
        try (var scope = Scope.open()) {
            Tensor q = leaf(DType.FLOAT32, qkv[0].clone());
            Tensor y = scaledDotProductAttention(q, qkv[1], qkv[2], CAUSAL);
            y.sum().backward();
            assertThat(q.grad().isfinite().all().itemBoolean()).isTrue();
        }
        // scores would be 64 megabytes; a dozen tensors of the query's size are 3
        assertThat(Fathom.memory().peak() - before).isLessThan(12 * n * 16 * 4);
    }

    @Test
    void nanPropagates() {
        Tensor[] qkv = numbers(new long[] {2}, 50, 60, 8, 4);
        qkv[0].set(Double.NaN, "0, 3, 1");
        Tensor y = scaledDotProductAttention(qkv[0], qkv[1], qkv[2]);
        assertThat(y.get("0, 3").isnan().all().itemBoolean()).isTrue();
        assertThat(y.isnan().to(DType.INT64).sum().itemLong()).isEqualTo(4);
        Tensor all =
                scaledDotProductAttention(
                        ones(2, 50, 8), Tensors.full(Double.POSITIVE_INFINITY, DType.FLOAT32, 2, 60, 8), qkv[2]);
        assertThat(all.isnan().all().itemBoolean()).isTrue();
    }
}
