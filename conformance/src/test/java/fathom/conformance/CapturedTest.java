package fathom.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Autograd;
import fathom.Captured;
import fathom.DType;
import fathom.Device;
import fathom.Fathom;
import fathom.KeepDim;
import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** Steps that may be captured are replayed with correct values; others run eagerly. */
class CapturedTest {
    /** The number of calls after which a step is replayed. */
    private static final int LEARNT = 3;

    private static Tensor numbers(int seed, long... shape) {
        return Tensors.withSeed(seed, () -> Tensors.randn(shape));
    }

    /**
     * On GPUs the order of a sum depends on how many operands its kernel reads, and so on what was fused into it; on
     * CPUs it does not.
     */
    private static boolean areSame(Tensor captured, Tensor eager) {
        return Device.current().type().equals("cuda") ? captured.allclose(eager, 1e-5, 1e-5) : captured.equal(eager);
    }

    private static void same(UnaryOperator<Tensor> step, long... shape) {
        Captured captured = Captured.of(step);
        for (int i = 0; i < LEARNT + 3; i++) {
            Tensor x = numbers(i, shape);
            Tensor y = captured.call(x);
            assertThat(areSame(y, step.apply(x))).as("call %d", i).isTrue();
        }
        assertThat(captured.eagerReason()).isNull();
        assertThat(captured.plan()).contains("kernels of");
    }

    @Test
    void chains() {
        same(x -> x.mul(2).add(1).tanh().mul(x).sub(0.5).relu(), 33, 70);
        same(x -> x.mul(2).add(1).tanh(), 120, 100);
        same(x -> x.softmax(1).mul(x).sum(), 33, 70);
        same(x -> x.transpose(0, 1).exp().add(x.sum(1)).mean(0), 33, 70);
        same(x -> Tensors.cat(List.of(x.mul(2), x.add(1)), 0).cumsum(0), 8, 5);
    }

    /** Sums keep their order whatever is fused into the reduction. */
    @Test
    void sums() {
        for (long n : new long[] {30, 100, 219, 5000}) {
            same(x -> x.mul(3).tanh().sum(), n);
            same(x -> x.sin().mul(x).sum(), n);
            same(x -> x.to(DType.FLOAT64).exp().to(DType.FLOAT32).sum(), n);
            same(x -> x.mul(10).to(DType.INT64).to(DType.FLOAT32).mul(0.1).sum(), n);
            same(x -> x.erf().add(x.exp()).log1p().mean(-1), 6, n);
        }
    }

    @Test
    void operationsInPlace() {
        same(
                x -> {
                    Tensor y = x.mul(2);
                    y.add_(1).get("0").mul_(3);
                    y.t().exp_();
                    return y.add_(x);
                },
                4,
                5);
    }

    @Test
    void resultsOfAllKinds() {
        Tensor outside = numbers(1, 3);
        Captured c = Captured.ofAll(in -> List.of(in.getFirst(), in.getFirst().t(), outside, in.getFirst().exp().t()));
        for (int i = 0; i < LEARNT + 2; i++) {
            Tensor x = numbers(i, 2, 3);
            List<Tensor> y = c.callAll(x);
            assertThat(y.get(0).sharesStorageWith(x)).isTrue();
            assertThat(y.get(1).equal(x.t())).isTrue();
            assertThat(y.get(2).sharesStorageWith(outside)).isTrue();
            assertThat(y.get(3).equal(x.exp().t())).isTrue();
        }
    }

    @Test
    void laterReplaysDoNotChangeResults() {
        Captured c = Captured.of((Tensor x) -> x.add(1));
        var results = new ArrayList<Tensor>();
        for (int i = 0; i < LEARNT + 3; i++) {
            results.add(c.call(Tensors.full(i, DType.FLOAT32, 20_000)));
        }
        for (int i = 0; i < results.size(); i++) {
            assertThat(results.get(i).max().item()).isEqualTo(i + 1);
        }
    }

    @Test
    void eachShapeAndTypeHasItsPlan() {
        AtomicInteger runs = new AtomicInteger();
        Captured c =
                Captured.of((Tensor x) -> {
                    runs.incrementAndGet();
                    return x.mul(3).sum();
                });
        for (int i = 0; i < 20; i++) {
            Tensor x = numbers(i, 5 + i % 2).to(i % 4 < 2 ? DType.FLOAT32 : DType.FLOAT64);
            assertThat(c.call(x).equal(x.mul(3).sum())).isTrue();
        }
        assertThat(runs).hasValue(4 * LEARNT);
    }

    @Test
    void hundredsOfAlternatingShapesAreReplayed() {
        AtomicInteger runs = new AtomicInteger();
        Captured c =
                Captured.of((Tensor x) -> {
                    runs.incrementAndGet();
                    return x.mul(3).tanh();
                });
        int shapes = 300;
        for (int round = 0; round < LEARNT + 2; round++) {
            for (int n = 1; n <= shapes; n++) {
                Tensor x = numbers(round, n);
                assertThat(c.call(x).equal(x.mul(3).tanh())).isTrue();
            }
        }
        assertThat(runs).hasValue(shapes * LEARNT);
        for (int n = 1; n <= shapes; n++) {
            assertThat(c.hasPlan(Tensors.ones(n))).isTrue();
        }
        assertThat(c.hasPlan(Tensors.ones(shapes + 1))).isFalse();
    }

    @Test
    void plansBeyondTheLimitAreDroppedAndRecordedAnew() {
        Captured c = Captured.of((Tensor x) -> x.add(1));
        for (int n = 1; n <= 1100; n++) {
            for (int i = 0; i <= LEARNT; i++) {
                c.call(Tensors.ones(n));
            }
        }
        assertThat(c.hasPlan(Tensors.ones(1100))).isTrue();
        assertThat(c.hasPlan(Tensors.ones(1))).isFalse();
        for (int i = 0; i <= LEARNT; i++) {
            assertThat(c.call(Tensors.ones(1)).item()).isEqualTo(2);
        }
        assertThat(c.hasPlan(Tensors.ones(1))).isTrue();
    }

    @Test
    void readingAValueEndsTheCapture() {
        Captured c = Captured.of((Tensor x) -> x.sum().item() > 0 ? x.mul(2) : x.neg());
        for (int i = 0; i < LEARNT + 3; i++) {
            Tensor x = Tensors.full(i % 2 == 0 ? 1 : -1, DType.FLOAT32, 3);
            assertThat(c.call(x).max().item()).isEqualTo(i % 2 == 0 ? 2 : 1);
        }
        assertThat(c.eagerReason()).contains("reads values").contains("item at ").contains("(CapturedTest.java:");
        assertThat(c.plan()).contains("not captured");
    }

    @Test
    void theReasonNamesTheOperationAndTheLine() {
        Tensor outside = Tensors.ones(3);
        refused(x -> x.mul(outside.toFloatArray()[0]), "reads values", "toFloatArray at ");
        refused(x -> x.add(x.toString().length()), "reads values", "toString at ");
        refused(x -> x.get(x.gt(0)), "reads values");
        refused(x -> x.add(1).keep(), "keep");
        var random = new AtomicInteger();
        refused(x -> x.add(new java.util.Random(Tensors.randomSeed()).nextInt(9)), "seeds something", "randomSeed at ");
        refused(x -> x.mul(random.incrementAndGet()), "scalars", "mul at ");
        refused(
                x -> {
                    Tensor y = x.detach();
                    y.requiresGrad_();
                    Tensor z = Tensors.tensor(new float[] {1, 2, 3});
                    z.add_(x);
                    return z;
                },
                "numbers in Java",
                "add_ at ");
    }

    private static void refused(UnaryOperator<Tensor> step, String... parts) {
        Captured c = Captured.of(step);
        for (int i = 0; i < 10; i++) {
            c.call(numbers(i, 3));
        }
        assertThat(c.eagerReason()).contains(parts).contains("(CapturedTest.java:");
    }

    @Test
    void numbersThatChangeInJavaEndTheCapture() {
        var count = new AtomicInteger();
        Captured c = Captured.of((Tensor x) -> x.mul(count.incrementAndGet()));
        for (int i = 1; i < 12; i++) {
            assertThat(c.call(Tensors.ones(3)).max().item()).isEqualTo(i);
        }
        assertThat(c.eagerReason()).contains("mul").contains("scalars");
    }

    @Test
    void varyingControlFlowEndsTheCapture() {
        var count = new AtomicInteger();
        Captured c = Captured.of((Tensor x) -> count.incrementAndGet() % 2 == 0 ? x.exp() : x.add(1).add(1));
        for (int i = 1; i < 12; i++) {
            assertThat(c.call(Tensors.zeros(3)).max().item()).isEqualTo(i % 2 == 0 ? 1 : 2);
        }
        assertThat(c.eagerReason()).isNotNull();
    }

    @Test
    void javaArraysAreConstants() {
        same(
                x ->
                        x.mul(Tensors.tensor(new float[] {1, 2, 3}))
                                .where(Tensors.tensor(new boolean[] {true, false, true}), x),
                2,
                3);
    }

    @Test
    void changingJavaArraysEndsTheCapture() {
        var count = new AtomicInteger();
        Captured c = Captured.of((Tensor x) -> x.add(Tensors.tensor(new float[] {count.incrementAndGet()})));
        for (int i = 1; i < 12; i++) {
            assertThat(c.call(Tensors.zeros(3)).max().item()).isEqualTo(i);
        }
        assertThat(c.eagerReason()).contains("from Java");
    }

    @Test
    void randomNumbersAreDrawnAnew() {
        UnaryOperator<Tensor> step = x -> Tensors.dropout(x, 0.5, true).add(Tensors.randn(20)).add(Tensors.rand(20));
        var eager = new ArrayList<Tensor>();
        Tensors.manualSeed(3);
        for (int i = 0; i < 8; i++) {
            eager.add(step.apply(Tensors.ones(20)));
        }
        Captured c = Captured.of(step);
        Tensors.manualSeed(3);
        for (int i = 0; i < 8; i++) {
            assertThat(c.call(Tensors.ones(20)).equal(eager.get(i))).as("call %d", i).isTrue();
        }
        assertThat(c.eagerReason()).isNull();
    }

    @Test
    void gradientsMatchEager() {
        Tensor w = numbers(1, 4).requiresGrad_();
        Captured c =
                Captured.of((Tensor x) -> {
                    Tensor loss = w.mul(x).square().sum();
                    loss.backward();
                    return loss;
                });
        for (int i = 0; i < 12; i++) {
            Tensor x = numbers(i, 4);
            Tensor before = w.grad() == null ? Tensors.zeros(4) : w.grad().clone();
            c.call(x);
            Tensor expected = before.add(w.detach().mul(x).mul(x).mul(2));
            assertThat(w.grad().allclose(expected, 1e-5, 1e-6)).as("call %d", i).isTrue();
            if (i % 3 == 2) {
                w.setGrad(null);
            }
        }
        assertThat(c.eagerReason()).isNull();
    }

    @Test
    void replacedParameterMemoryHasItsOwnPlan() {
        Tensor w = Tensors.ones(3).requiresGrad_();
        Captured c = Captured.of((Tensor x) -> x.mul(w));
        for (int i = 0; i < 16; i++) {
            if (i % 5 == 4) {
                w.setData(Tensors.full(i, DType.FLOAT32, 3));
            }
            Tensor x = numbers(i, 3);
            assertThat(c.call(x).equal(x.mul(w).detach())).isTrue();
        }
    }

    @Test
    void noGradHasItsOwnPlan() {
        Tensor w = Tensors.ones(3).requiresGrad_();
        Captured c =
                Captured.of((Tensor x) -> {
                    Tensor y = x.mul(w);
                    return y.requiresGrad() ? y.add(1) : y;
                });
        for (int i = 0; i < 10; i++) {
            assertThat(c.call(Tensors.zeros(3)).max().item()).isEqualTo(1);
            try (var off = Autograd.noGrad()) {
                assertThat(c.call(Tensors.zeros(3)).max().item()).isEqualTo(0);
            }
        }
    }

    @Test
    void exceptionsPassThrough() {
        var fail = new AtomicInteger(1);
        Captured c =
                Captured.of((Tensor x) -> {
                    if (fail.incrementAndGet() % 2 == 1) {
                        throw new IllegalStateException("now");
                    }
                    return x.add(1);
                });
        for (int i = 0; i < 2 * LEARNT - 1; i++) {
            if (i % 2 == 0) {
                assertThat(c.call(Tensors.ones(2)).max().item()).isEqualTo(2);
            } else {
                assertThatThrownBy(() -> c.call(Tensors.ones(2))).hasMessage("now");
            }
        }
        assertThat(c.call(Tensors.ones(2)).max().item()).isEqualTo(2);
    }

    @Test
    void invalidClassIndicesAreRejectedAtReplays() {
        Captured c = Captured.of((Tensor x, Tensor y) -> Tensors.crossEntropy(x, y, o -> o.ignoreIndex(1)));
        for (int i = 0; i < LEARNT + 3; i++) {
            Tensor x = numbers(i, 4, 3);
            Tensor y = Tensors.tensor(new long[] {0, 1, 2, i % 2});
            Tensor loss = Tensors.crossEntropy(x, y, o -> o.ignoreIndex(1));
            assertThat(c.call(x, y).item()).isEqualTo(loss.item());
        }
        assertThat(c.eagerReason()).isNull();
        assertThatThrownBy(() -> c.call(numbers(1, 4, 3), Tensors.tensor(new long[] {0, 1, 2, 3})))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("3 classes");
        assertThat(c.call(numbers(1, 4, 3), Tensors.tensor(new long[] {0, 1, 2, 2})).item()).isFinite();
    }

    @Test
    void argumentsThatShareMemory() {
        Captured c = Captured.of((Tensor x, Tensor y) -> x.mul(2).add(y));
        for (int i = 0; i < 12; i++) {
            Tensor all = numbers(i, 6, 3);
            Tensor x = all.narrow(0, i % 2, 3);
            Tensor y = i % 3 == 0 ? numbers(i, 3, 3) : all.narrow(0, 2, 3);
            assertThat(c.call(x, y).equal(x.mul(2).add(y))).isTrue();
        }
    }

    @Test
    void writesToArgumentsAreVisible() {
        Captured c = Captured.of((Tensor x) -> x.add_(1).mul(2));
        for (int i = 0; i < LEARNT + 2; i++) {
            Tensor x = Tensors.full(i, DType.FLOAT32, 3);
            int version = x.version();
            assertThat(c.call(x).max().item()).isEqualTo(2 * i + 2);
            assertThat(x.max().item()).isEqualTo(i + 1);
            assertThat(x.version()).isGreaterThan(version);
        }
    }

    @Test
    void withinAScope() {
        Captured c = Captured.of((Tensor x) -> x.exp());
        for (int i = 0; i < LEARNT + 2; i++) {
            Tensor y;
            try (var scope = Scope.open()) {
                y = c.call(numbers(i, 1000));
                assertThat(y.min().item()).isPositive();
            }
            assertThatThrownBy(y::item).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void twoThreadsWithAStepEach() throws Exception {
        try (var pool = Executors.newFixedThreadPool(2)) {
            var runs = new ArrayList<Future<Double>>();
            for (int t = 0; t < 2; t++) {
                double factor = t + 1;
                Captured c = Captured.of((Tensor x) -> x.mul(factor).relu().sum());
                runs.add(
                        pool.submit(() -> {
                            double sum = 0;
                            for (int i = 0; i < 100; i++) {
                                sum += c.call(Tensors.ones(50, 40)).item();
                            }
                            return sum;
                        }));
            }
            assertThat(runs.get(0).get()).isEqualTo(100 * 2000.0);
            assertThat(runs.get(1).get()).isEqualTo(200 * 2000.0);
        }
    }

    @Test
    void memoryStaysFlat() {
        Tensor w = numbers(1, 200, 200).requiresGrad_();
        Captured c =
                Captured.of((Tensor x) -> {
                    Tensor loss = x.matmul(w).tanh().matmul(w).square().mean();
                    w.setGrad(null);
                    loss.backward();
                    return loss;
                });
        Tensor x = numbers(2, 200, 200);
        for (int i = 0; i < 10; i++) {
            c.call(x);
        }
        long before = Fathom.memory().inUse();
        for (int i = 0; i < 500; i++) {
            c.call(x);
        }
        assertThat(Fathom.memory().inUse() - before).isLessThan(5_000_000);
    }

    @Test
    void wrongNumberOfArguments() {
        Captured c = Captured.of((Tensor x, Tensor y) -> x.add(y));
        assertThatThrownBy(() -> c.call(Tensors.ones(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("takes 2 tensors");
    }

    /** Chains of random operations: values are unchanged whatever is fused. */
    @Property(tries = 40)
    void randomChains(@ForAll @LongRange(max = 1_000_000) long seed) {
        same(x -> chain(new java.util.Random(seed), x), 6, 20);
    }

    private static Tensor chain(java.util.Random random, Tensor x) {
        var known = new ArrayList<Tensor>(List.of(x));
        for (int i = 0; i < 12; i++) {
            Tensor a = known.get(random.nextInt(known.size()));
            Tensor b = known.get(random.nextInt(known.size()));
            known.add(
                    switch (random.nextInt(12)) {
                        case 0 -> a.add(b);
                        case 1 -> a.mul(b);
                        case 2 -> a.sub(b).tanh();
                        case 3 -> a.relu();
                        case 4 -> a.sum(1, KeepDim.KEEP_DIM).expand(6, 20);
                        case 5 -> a.mean(0).add(b);
                        case 6 -> a.reshape(20, 6).t();
                        case 7 -> a.reshape(20, 6).t().contiguous();
                        case 8 -> a.to(DType.BFLOAT16).mul(b.to(DType.BFLOAT16)).toFloat();
                        case 9 -> a.softmax(random.nextInt(2));
                        case 10 -> Tensors.cat(List.of(a.narrow(0, 0, 3), b.narrow(0, 1, 3)), 0);
                        default -> a.clone().add_(b).mul_(0.5);
                    });
        }
        return known.getLast().add(known.get(known.size() - 3));
    }
}
