package fathom.distributed.parallel;

import static fathom.Tensors.crossEntropy;
import static fathom.Tensors.randn;
import static fathom.Tensors.tensor;
import static fathom.Tensors.zeros;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.Autograd;
import fathom.Captured;
import fathom.DType;
import fathom.Generator;
import fathom.Tensor;
import fathom.distributed.DistributedException;
import fathom.distributed.LocalProcessGroup;
import fathom.distributed.ProcessGroup;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.norm.BatchNorm1d;
import fathom.optim.SGD;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Training by several processes equals that by one with all their data. */
class DistributedDataParallelTest {
    private static final int STEPS = 8;

    /** {@return a network, with the same weights for the same seed} */
    private static Sequential net(long seed) {
        try (var _ = new Generator(seed).open()) {
            return new Sequential(new Linear(6, 16), new ReLU(), new Linear(16, 8), new ReLU(), new Linear(8, 3));
        }
    }

    private static Tensor inputs(int step) {
        try (var _ = new Generator(100 + step).open()) {
            return randn(12, 6);
        }
    }

    private static Tensor targets(int step) {
        return inputs(step).slice(1, 0, 3, 1).argmax(1);
    }

    private static Tensor part(Tensor all, ProcessGroup g) {
        long n = all.size(0) / g.size();
        return all.slice(0, n * g.rank(), n * (g.rank() + 1), 1).contiguous();
    }

    /** {@return the weights after training by one process on all data} */
    private static float[] single(int steps, double lr) {
        Sequential net = net(1);
        var opt = new SGD(net.parameters(), lr, o -> o.momentum(0.9));
        for (int i = 0; i < steps; i++) {
            Tensor loss = crossEntropy(net.call(inputs(i)), targets(i));
            opt.zeroGrad();
            loss.backward();
            opt.step();
        }
        return weights(net);
    }

    private static float[] weights(Layer net) {
        var all = new ArrayList<Tensor>();
        net.parameters().forEach(p -> all.add(p.detach().reshape(-1)));
        return fathom.Tensors.cat(all, 0).toFloatArray();
    }

    /** {@return the weights of each process} */
    private static Map<Integer, float[]> onAll(int size, Function<ProcessGroup, Layer> training) {
        var results = new ConcurrentHashMap<Integer, float[]>();
        LocalProcessGroup.run(size, g -> results.put(g.rank(), weights(training.apply(g))));
        return results;
    }

    private static void assertClose(float[] a, float[] b, double tolerance) {
        assertThat(a).hasSameSizeAs(b);
        for (int i = 0; i < a.length; i++) {
            assertThat(a[i]).isCloseTo(b[i], within((float) tolerance));
        }
    }

    @ParameterizedTest
    @CsvSource({"2, false, 26214400", "2, true, 26214400", "3, false, 300", "3, true, 300", "2, true, 1"})
    void severalProcessesTrainAsOne(int size, boolean captured, long bucketBytes) {
        float[] one = single(STEPS, 0.1);
        Map<Integer, float[]> all =
                onAll(
                        size,
                        g -> {
                            // other initial weights: those of rank 0 count
                            var ddp =
                                    new DistributedDataParallel(net(1 + g.rank()), g, o -> o.bucketBytes(bucketBytes));
                            assertThat(ddp.reducer().bucketCount())
                                    .isEqualTo(bucketBytes == 1 ? 6 : bucketBytes == 300 ? 2 : 1);
                            var opt = new SGD(ddp.parameters(), 0.1, o -> o.momentum(0.9));
                            Captured step =
                                    Captured.of((x, y) -> {
                                        Tensor loss = crossEntropy(ddp.call(x), y);
                                        opt.zeroGrad();
                                        loss.backward();
                                        opt.step();
                                        return loss;
                                    });
                            for (int i = 0; i < STEPS; i++) {
                                Tensor x = part(inputs(i), g);
                                Tensor y = part(targets(i), g);
                                if (captured) {
                                    step.call(x, y);
                                } else {
                                    Tensor loss = crossEntropy(ddp.call(x), y);
                                    opt.zeroGrad();
                                    loss.backward();
                                    opt.step();
                                }
                            }
                            if (captured) {
                                assertThat(step.eagerReason()).isNull();
                                assertThat(step.plan()).contains("Pack", "Unpack");
                            }
                            return ddp;
                        });
        assertClose(all.get(0), one, 1e-5);
        for (int r = 1; r < size; r++) {
            assertThat(all.get(r)).isEqualTo(all.get(0)); // to the bit
        }
    }

    @Test
    void capturedAndEagerStepsHaveTheSameBits() {
        Map<Boolean, float[]> results = new ConcurrentHashMap<>();
        for (boolean captured : new boolean[] {false, true}) {
            Map<Integer, float[]> all =
                    onAll(
                            2,
                            g -> {
                                var ddp = new DistributedDataParallel(net(1), g, o -> o.bucketBytes(300));
                                var opt = new SGD(ddp.parameters(), 0.1);
                                java.util.function.BinaryOperator<Tensor> step =
                                        (x, y) -> {
                                            Tensor loss = crossEntropy(ddp.call(x), y);
                                            opt.zeroGrad();
                                            loss.backward();
                                            opt.step();
                                            return loss;
                                        };
                                var plan = Captured.of(step);
                                for (int i = 0; i < 40; i++) { // beyond the first check of the plan
                                    Tensor x = part(inputs(i), g);
                                    Tensor y = part(targets(i), g);
                                    Tensor unused = captured ? plan.call(x, y) : step.apply(x, y);
                                }
                                return ddp;
                            });
            results.put(captured, all.get(1));
        }
        assertThat(results.get(true)).isEqualTo(results.get(false));
    }

    @Test
    void reductionsStartBeforeBackwardEnds() {
        LocalProcessGroup.run(
                2,
                g -> {
                    var ddp = new DistributedDataParallel(net(1), g, o -> o.bucketBytes(1));
                    var started = new ArrayList<Integer>();
                    // hooks of parameters from the last layer to the first, after those of the reducer
                    for (int i : new int[] {5, 2, 0}) {
                        ddp.parameters()
                                .get(i)
                                .registerPostAccumulateGradHook(p -> started.add(ddp.reducer().startedBuckets()));
                    }
                    crossEntropy(ddp.call(part(inputs(0), g)), part(targets(0), g)).backward();
                    assertThat(started).hasSize(3).isSorted();
                    assertThat(started.getFirst()).isPositive();
                    assertThat(started.getLast()).isGreaterThan(3);
                    assertThat(ddp.reducer().startedBuckets()).isZero();
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void accumulationWithoutSynchronisingIsReducedOnce(boolean captured) {
        Sequential alone = net(1);
        crossEntropy(alone.call(inputs(0)), targets(0)).backward();
        crossEntropy(alone.call(inputs(1)), targets(1)).backward();
        Tensor expected = alone.parameters().getFirst().grad();
        LocalProcessGroup.run(
                2,
                g -> {
                    var ddp = new DistributedDataParallel(net(1), g);
                    Captured step =
                            Captured.of((x, y) -> {
                                Tensor loss = crossEntropy(ddp.call(x), y);
                                loss.backward();
                                return loss;
                            });
                    for (int round = 0; round < (captured ? 6 : 1); round++) {
                        ddp.zeroGrad();
                        for (int i = 0; i < 2; i++) {
                            Tensor x = part(inputs(i), g);
                            Tensor y = part(targets(i), g);
                            try (var _ = i == 0 ? ddp.noSync() : (Autograd.Setting) () -> {}) {
                                if (captured) {
                                    step.call(x, y);
                                } else {
                                    crossEntropy(ddp.call(x), y).backward();
                                }
                            }
                        }
                        assertClose(
                                ddp.parameters().getFirst().grad().reshape(-1).toFloatArray(),
                                expected.reshape(-1).toFloatArray(),
                                1e-6);
                    }
                    assertThat(step.eagerReason()).isNull();
                });
    }

    /** Uses one of two branches. */
    private static final class Branches extends Layer {
        private final Linear first = new Linear(2, 2);
        private final Linear second = new Linear(2, 2);
        private transient boolean useSecond;

        @Override
        public Tensor forward(Tensor x) {
            return useSecond ? second.call(x) : first.call(x);
        }
    }

    @Test
    void aParameterWithoutGradientIsAnErrorUnlessExpected() {
        assertThatThrownBy(() ->
                        LocalProcessGroup.run(
                                2,
                                g -> {
                                    var ddp = new DistributedDataParallel(new Branches(), g);
                                    ddp.call(zeros(1, 2)).sum().backward();
                                }))
                .hasMessageContaining("[second.bias, second.weight]")
                .hasMessageContaining("findUnusedParameters(true)");
    }

    @Test
    void unusedParametersKeepTheirGradientOnlyIfNoProcessUsesThem() {
        LocalProcessGroup.run(
                2,
                g -> {
                    var net = new Branches();
                    var ddp = new DistributedDataParallel(net, g, o -> o.findUnusedParameters(true));
                    ddp.call(tensor(new float[][] {{1, 2}})).sum().backward();
                    assertThat(net.second.weight.grad()).isNull();
                    assertThat(net.first.weight.grad().reshape(-1).toFloatArray()).containsExactly(1, 2, 1, 2);
                    ddp.zeroGrad();
                    net.useSecond = g.rank() == 1;
                    ddp.call(tensor(new float[][] {{1, 2}})).sum().backward();
                    // each branch was used on one of two processes
                    assertThat(net.first.weight.grad().reshape(-1).toFloatArray()).containsExactly(0.5f, 1, 0.5f, 1);
                    assertThat(net.second.weight.grad().reshape(-1).toFloatArray()).containsExactly(0.5f, 1, 0.5f, 1);
                });
    }

    @Test
    void aStaticGraphFindsUnusedParametersOnceAndIsCaptured() {
        LocalProcessGroup.run(
                2,
                g -> {
                    var net = new Branches();
                    var ddp = new DistributedDataParallel(net, g, o -> o.staticGraph(true));
                    Captured step =
                            Captured.of((Tensor x) -> {
                                ddp.zeroGrad();
                                Tensor loss = ddp.call(x).sum();
                                loss.backward();
                                return loss;
                            });
                    for (int i = 0; i < 6; i++) {
                        step.call(tensor(new float[][] {{1, 2 + g.rank()}}));
                    }
                    assertThat(step.eagerReason()).isNull();
                    assertThat(net.first.weight.grad().reshape(-1).toFloatArray()).containsExactly(1, 2.5f, 1, 2.5f);
                    assertThat(net.second.weight.grad()).isNull();
                    net.useSecond = true;
                    assertThatThrownBy(() -> ddp.call(zeros(1, 2)).sum().backward())
                            .hasMessageContaining("staticGraph: parameter first.");
                });
    }

    @Test
    void buffersAreThoseOfRankZero() {
        LocalProcessGroup.run(
                2,
                g -> {
                    var norm = new BatchNorm1d(2);
                    var ddp = new DistributedDataParallel(norm, g);
                    try (var _ = new Generator(g.rank()).open()) {
                        ddp.call(randn(5, 2)).sum().backward();
                    }
                    float[] own = norm.runningMean.toFloatArray();
                    Tensor all = g.allGather(norm.runningMean);
                    assertThat(all.get(0).toFloatArray()).isNotEqualTo(all.get(1).toFloatArray());
                    ddp.call(zeros(5, 2)); // first broadcasts
                    Tensor after = g.allGather(norm.runningMean);
                    assertThat(after.get(1).toFloatArray()).isEqualTo(after.get(0).toFloatArray());
                    if (g.rank() == 0) {
                        assertThat(norm.runningMean.toFloatArray()[0]).isCloseTo(own[0] * 0.9f, within(1e-7f));
                    }
                });
    }

    @Test
    void compressionRoundsGradientsToBfloat16() {
        LocalProcessGroup.run(
                2,
                g -> {
                    var ddp = new DistributedDataParallel(net(1), g, o -> o.compressToBfloat16(true));
                    Sequential alone = net(1);
                    crossEntropy(ddp.call(part(inputs(0), g)), part(targets(0), g)).backward();
                    crossEntropy(alone.call(inputs(0)), targets(0)).backward();
                    float[] exact = alone.parameters().getFirst().grad().reshape(-1).toFloatArray();
                    float[] found = ddp.parameters().getFirst().grad().reshape(-1).toFloatArray();
                    boolean differs = false;
                    for (int i = 0; i < exact.length; i++) {
                        assertThat(found[i]).isCloseTo(exact[i], within(0.02f * Math.abs(exact[i]) + 1e-3f));
                        differs |= Math.abs(found[i] - exact[i]) > 1e-6;
                    }
                    assertThat(differs).isTrue();
                    assertThat(ddp.parameters().getFirst().grad().dtype()).isEqualTo(DType.FLOAT32);
                });
    }

    @Test
    void processesWithFewerBatchesJoin() {
        Map<Integer, float[]> all =
                onAll(
                        3,
                        g -> {
                            var ddp = new DistributedDataParallel(net(1), g);
                            var opt = new SGD(ddp.parameters(), 0.1);
                            List<Integer> batches = new ArrayList<>();
                            for (int i = 0; i <= 2 * g.rank(); i++) {
                                batches.add(i);
                            }
                            ddp.join(
                                    batches,
                                    i -> {
                                        Tensor loss = crossEntropy(ddp.call(part(inputs(i), g)), part(targets(i), g));
                                        opt.zeroGrad();
                                        loss.backward();
                                        opt.step();
                                    });
                            return ddp;
                        });
        // the same by one process: missing gradients are zeros, and all are divided by 3
        Sequential alone = net(1);
        var opt = new SGD(alone.parameters(), 0.1);
        for (int i = 0; i < 5; i++) {
            opt.zeroGrad();
            for (int r = 0; r < 3; r++) {
                if (i <= 2 * r) {
                    Tensor x = inputs(i).slice(0, 4 * r, 4 * r + 4, 1);
                    Tensor y = targets(i).slice(0, 4 * r, 4 * r + 4, 1);
                    crossEntropy(alone.call(x), y).div(3).backward();
                }
            }
            opt.step();
        }
        for (int r = 0; r < 3; r++) {
            assertClose(all.get(r), weights(alone), 1e-5);
        }
    }

    @Test
    void weightsOfBatchesGiveTheMeanOverAllExamples() {
        Sequential alone = net(1);
        crossEntropy(alone.call(inputs(0)), targets(0)).backward();
        float[] expected = alone.parameters().getFirst().grad().reshape(-1).toFloatArray();
        LocalProcessGroup.run(
                2,
                g -> {
                    Sequential net = net(1);
                    var reducer = new GradientReducer(net, g);
                    Tensor x = g.rank() == 0 ? inputs(0).slice(0, 0, 3, 1) : inputs(0).slice(0, 3, 12, 1);
                    Tensor y = g.rank() == 0 ? targets(0).slice(0, 0, 3, 1) : targets(0).slice(0, 3, 12, 1);
                    Captured step =
                            Captured.of((a, b) -> {
                                net.zeroGrad();
                                Tensor loss = crossEntropy(net.call(a), b);
                                reducer.weigh(a.size(0));
                                loss.mul(a.size(0)).backward();
                                return loss;
                            });
                    for (int i = 0; i < 6; i++) {
                        step.call(x.contiguous(), y.contiguous());
                        assertClose(net.parameters().getFirst().grad().reshape(-1).toFloatArray(), expected, 1e-6);
                    }
                    assertThat(step.eagerReason()).isNull();
                });
    }

    @Test
    void differentNetworksAreReported() {
        assertThatThrownBy(() ->
                        LocalProcessGroup.run(2, g -> new DistributedDataParallel(new Linear(2, 2 + g.rank()), g)))
                .isInstanceOf(DistributedException.class)
                .hasMessageContaining("rank 0 has weight FLOAT32 [2, 2]")
                .hasMessageContaining("rank 1 weight FLOAT32 [3, 2]");
    }

    @Test
    void afterAnExceptionInBackwardTrainingGoesOn() {
        LocalProcessGroup.run(
                2,
                g -> {
                    var ddp = new DistributedDataParallel(net(1), g, o -> o.bucketBytes(1));
                    Runnable remove =
                            ddp.parameters()
                                    .get(2)
                                    .registerHook(grad -> {
                                        throw new IllegalStateException("hook");
                                    });
                    Tensor loss = crossEntropy(ddp.call(part(inputs(0), g)), part(targets(0), g));
                    assertThatThrownBy(loss::backward).hasMessage("hook");
                    remove.run();
                    ddp.zeroGrad();
                    crossEntropy(ddp.call(part(inputs(0), g)), part(targets(0), g)).backward();
                    Sequential alone = net(1);
                    crossEntropy(alone.call(inputs(0)), targets(0)).backward();
                    assertClose(
                            ddp.parameters().getFirst().grad().reshape(-1).toFloatArray(),
                            alone.parameters().getFirst().grad().reshape(-1).toFloatArray(),
                            1e-6);
                });
    }
}
