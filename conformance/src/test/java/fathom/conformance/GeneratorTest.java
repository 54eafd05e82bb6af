package fathom.conformance;

import static fathom.Tensors.manualSeed;
import static fathom.Tensors.rand;
import static fathom.Tensors.randn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Autograd;
import fathom.Captured;
import fathom.DType;
import fathom.Generator;
import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Generators: their numbers, their nesting, and the draws of captured steps. */
class GeneratorTest {
    private static final int CALLS = 9;

    /** Every function that takes a generator, against the same function with the generator open. */
    private static final List<Function<Generator, Tensor>> GIVEN =
            List.of(
                    g -> rand(g, 3, 4),
                    g -> rand(g, DType.FLOAT64, 5),
                    g -> randn(g, 7),
                    g -> randn(g, DType.FLOAT16, 7),
                    g -> Tensors.normal(g, 3, 2, 6),
                    g -> Tensors.randint(g, -5, 5, 40),
                    g -> Tensors.randperm(g, 20),
                    g -> Tensors.bernoulli(g, Tensors.full(0.4, DType.FLOAT32, 50)),
                    g -> Tensors.multinomial(g, Tensors.ones(9), 6, false),
                    g -> Tensors.zeros(8).uniform_(-1, 1, g),
                    g -> Tensors.zeros(8).normal_(1, 2, g),
                    g -> Tensors.zeros(80).bernoulli_(0.3, g),
                    g -> Tensors.randLike(g, Tensors.zeros(3, 2)),
                    g -> Tensors.randnLike(g, Tensors.zeros(DType.FLOAT64, 3)),
                    g -> Tensors.randintLike(g, Tensors.zeros(9), 2, 90),
                    g -> Tensors.uniform(g, -2, 5, 6),
                    g -> Tensors.normal(g, Tensors.arange(5L, DType.FLOAT32), Tensors.ones(5)),
                    g -> Tensors.ones(9).multinomial(4, true, g),
                    g -> Tensors.full(0.4, DType.FLOAT32, 50).bernoulli(g),
                    g -> g.with(() -> Tensors.dropout(Tensors.ones(50), 0.5, true)),
                    g -> Tensors.tensor(Tensors.randomSeed(g)));

    private static final List<Supplier<Tensor>> OPEN =
            List.of(
                    () -> rand(3, 4),
                    () -> rand(DType.FLOAT64, 5),
                    () -> randn(7),
                    () -> randn(DType.FLOAT16, 7),
                    () -> Tensors.normal(3, 2, 6),
                    () -> Tensors.randint(-5, 5, new long[] {40}),
                    () -> Tensors.randperm(20),
                    () -> Tensors.bernoulli(Tensors.full(0.4, DType.FLOAT32, 50)),
                    () -> Tensors.multinomial(Tensors.ones(9), 6, false),
                    () -> Tensors.zeros(8).uniform_(-1, 1),
                    () -> Tensors.zeros(8).normal_(1, 2),
                    () -> Tensors.zeros(80).bernoulli_(0.3),
                    () -> Tensors.randLike(Tensors.zeros(3, 2)),
                    () -> Tensors.randnLike(Tensors.zeros(DType.FLOAT64, 3)),
                    () -> Tensors.randintLike(Tensors.zeros(9), 2, 90),
                    () -> Tensors.uniform(-2, 5, 6),
                    () -> Tensors.normal(Tensors.arange(5L, DType.FLOAT32), Tensors.ones(5)),
                    () -> Tensors.ones(9).multinomial(4, true),
                    () -> Tensors.full(0.4, DType.FLOAT32, 50).bernoulli(),
                    () -> Tensors.dropout(Tensors.ones(50), 0.5, true),
                    () -> Tensors.tensor(Tensors.randomSeed()));

    @Test
    void operationsDrawFromTheGeneratorPassed() {
        long[] process = Generator.defaultGenerator().getState();
        for (int i = 0; i < GIVEN.size(); i++) {
            var given = new Generator(i);
            var open = new Generator(i);
            Tensor a = GIVEN.get(i).apply(given);
            Tensor b;
            try (var _ = open.open()) {
                b = OPEN.get(i).get();
            }
            assertThat(a.equal(b)).as("operation %d", i).isTrue();
            assertThat(given.getState()).isEqualTo(open.getState());
            assertThat(given.getState()[1]).isPositive();
            assertThat(GIVEN.get(i).apply(given).equal(a)).as("the next numbers differ").isFalse();
        }
        assertThat(Generator.defaultGenerator().getState()).isEqualTo(process);
    }

    @Test
    void matchesTheProcessGeneratorWithTheSameSeed() {
        manualSeed(17);
        Tensor expected = randn(100);
        assertThat(randn(new Generator(17), 100).equal(expected)).isTrue();
        assertThat(randn(new Generator().manualSeed(17), 100).equal(expected)).isTrue();
        assertThat(Tensors.withSeed(17, () -> randn(100)).equal(expected)).isTrue();
        assertThat(randn(new Generator(), 100).equal(randn(new Generator(), 100))).isTrue();
        assertThat(new Generator().initialSeed()).isEqualTo(67_280_421_310_721L);
    }

    @Test
    void continuesFromAState() {
        var g = new Generator(3);
        randn(g, 10);
        long[] state = g.getState();
        Tensor next = randn(g, 10);
        assertThat(randn(g, 10).equal(next)).isFalse();
        assertThat(randn(new Generator().setState(state), 10).equal(next)).isTrue();
        assertThat(g.initialSeed()).isEqualTo(3);
        assertThat(g.seed()).isNotEqualTo(g.seed());
        assertThatThrownBy(() -> g.setState(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 numbers");
    }

    @Test
    void theInnermostGeneratorIsCurrent() {
        manualSeed(1);
        long[] process = Tensors.randomState();
        var outer = new Generator(2);
        var inner = new Generator(3);
        assertThat(Generator.current()).isSameAs(Generator.defaultGenerator());
        try (var _ = outer.open()) {
            assertThat(Generator.current()).isSameAs(outer);
            try (var _ = inner.open()) {
                rand(1);
                assertThat(Tensors.randomState()).isEqualTo(inner.getState());
                manualSeed(5);
            }
            assertThat(Generator.current()).isSameAs(outer);
        }
        assertThat(Generator.current()).isSameAs(Generator.defaultGenerator());
        assertThat(inner.getState()).containsExactly(5, 0);
        assertThat(outer.getState()).containsExactly(2, 0);
        assertThat(Tensors.randomState()).isEqualTo(process);
    }

    @Test
    void closingOnAnotherThreadOrInAnotherOrderIsRejected() throws Exception {
        var outer = new Generator(2);
        var inner = new Generator(3);
        Autograd.Setting first = outer.open();
        Autograd.Setting second = inner.open();
        assertThatThrownBy(first::close).isInstanceOf(IllegalStateException.class).hasMessageContaining("order");
        try (var other = Executors.newSingleThreadExecutor()) {
            assertThatThrownBy(() -> other.submit(second::close).get()).hasMessageContaining("on their thread");
        }
        assertThat(Generator.current()).isSameAs(inner);
        second.close();
        first.close();
        assertThatThrownBy(second::close).isInstanceOf(IllegalStateException.class);
        assertThat(Generator.current()).isSameAs(Generator.defaultGenerator());
    }

    @Test
    void generatorsOfThreadsAreIndependent() {
        int threads = 4;
        var start = new CyclicBarrier(threads);
        var made = new ArrayList<CompletableFuture<Tensor>>();
        for (int t = 0; t < threads; t++) {
            long seed = t / 2; // two with each
            made.add(
                    CompletableFuture.supplyAsync(
                            () -> {
                                try (var _ = new Generator(seed).open()) {
                                    start.await();
                                    var parts = new ArrayList<Tensor>();
                                    for (int i = 0; i < 200; i++) {
                                        parts.add(Tensors.dropout(rand(50), 0.5, true));
                                    }
                                    return Tensors.cat(parts, 0);
                                } catch (Exception e) {
                                    throw new AssertionError(e);
                                }
                            },
                            r -> Thread.ofPlatform().start(r)));
        }
        assertThat(made.get(0).join().equal(made.get(1).join())).isTrue();
        assertThat(made.get(2).join().equal(made.get(3).join())).isTrue();
        assertThat(made.get(0).join().equal(made.get(2).join())).isFalse();
    }

    /** A step and the generators that it names, of which each run has its own. */
    private record Step(Function<Tensor, Tensor> run, List<Generator> named) {}

    /** Compares the captured step with the eager one, call by call, and their generators. */
    private static void same(Supplier<Step> make) {
        Step eager = make.get();
        Step replayed = make.get();
        var captured = Captured.of((Tensor x) -> replayed.run().apply(x));
        var a = new Generator(99);
        var b = new Generator(99);
        for (int i = 0; i < CALLS; i++) {
            Tensor x = Tensors.full(i, DType.FLOAT32, 31);
            Tensor expected;
            Tensor actual;
            try (var _ = a.open()) {
                expected = eager.run().apply(x);
            }
            try (var _ = b.open()) {
                actual = captured.call(x);
            }
            assertThat(actual.equal(expected)).as("call %d", i).isTrue();
            assertThat(b.getState()).isEqualTo(a.getState());
        }
        for (int g = 0; g < eager.named().size(); g++) {
            assertThat(replayed.named().get(g).getState()).isEqualTo(eager.named().get(g).getState());
        }
        assertThat(captured.eagerReason()).isNull();
        assertThat(captured.plan()).contains("kernels of");
    }

    @Test
    void aReplayDrawsFromTheGeneratorsThatTheStepNames() {
        same(() -> new Step(x -> Tensors.dropout(x, 0.5, true).add(randn(31)), List.of()));
        same(() -> {
            var g = new Generator(7);
            return new Step(x -> x.add(randn(g, 31)), List.of(g));
        });
        same(() -> {
            var g = new Generator(7);
            var h = new Generator(7); // the same numbers
            return new Step(
                    x -> {
                        Tensor y = x.add(randn(g, 31)).mul(rand(31)).add(rand(h, 31));
                        try (var _ = h.open()) {
                            return Tensors.dropout(y, 0.3, true).sub(rand(g, 31));
                        }
                    },
                    List.of(g, h));
        });
    }

    @Test
    void aGeneratorSeededInTheStepRepeats() {
        same(() -> new Step(x -> x.add(randn(new Generator(3), 31)).add(randn(31)), List.of()));
        same(() -> new Step(x -> x.add(Tensors.withSeed(3, () -> rand(31))), List.of()));
        same(() -> new Step(x -> x.add(randn(new Generator().manualSeed(4), 31)), List.of()));
    }

    @Test
    void aStepThatSeedsAnExternalGeneratorRunsEagerly() {
        var g = new Generator(1);
        var captured = Captured.of((Tensor x) -> x.add(randn(g.manualSeed(2), 31)));
        Tensor first = captured.call(Tensors.zeros(31));
        for (int i = 0; i < CALLS; i++) {
            assertThat(captured.call(Tensors.zeros(31)).equal(first)).isTrue();
        }
        assertThat(captured.eagerReason()).contains("seeds a generator");
    }

    @Test
    void aPlanServesWhateverGeneratorIsOpen() {
        var captured = Captured.of((Tensor x) -> x.add(randn(31)));
        Tensor zeros = Tensors.zeros(31);
        manualSeed(4);
        for (int i = 0; i < CALLS; i++) {
            captured.call(zeros);
        }
        for (int seed = 0; seed < 3; seed++) {
            try (var _ = new Generator(seed).open()) {
                assertThat(captured.call(zeros).equal(randn(new Generator(seed), 31))).isTrue();
            }
        }
        assertThat(captured.plan()).contains("kernels of");
    }

    @Test
    void aStepThatDrawsFromAnotherGeneratorEachTimeIsNotReplayed() {
        var g = new Generator[] {new Generator(1), new Generator(1)};
        var calls = new int[1];
        var captured = Captured.of((Tensor x) -> x.add(randn(g[calls[0]++ % 2], 31)));
        var same = new Generator[] {new Generator(1), new Generator(1)};
        for (int i = 0; i < CALLS; i++) {
            Tensor expected = randn(same[i % 2], 31);
            assertThat(captured.call(Tensors.zeros(31)).equal(expected)).as("call %d", i).isTrue();
        }
        assertThat(captured.eagerReason()).contains("a different generator");
    }
}
