package fathom.distributed.parallel;

import static fathom.Tensors.cat;
import static fathom.Tensors.crossEntropy;
import static fathom.Tensors.randn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.Autograd;
import fathom.Captured;
import fathom.Generator;
import fathom.Tensor;
import fathom.distributed.LocalProcessGroup;
import fathom.distributed.ProcessGroup;
import fathom.distributed.parallel.FullyShardedDataParallel.Strategy;
import fathom.io.StateDict;
import fathom.nn.Dropout;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.norm.BatchNorm1d;
import fathom.nn.norm.BatchNorm2d;
import fathom.optim.Adam;
import fathom.optim.Optimizer;
import fathom.optim.OptimizerState;
import fathom.optim.Optimizers;
import fathom.optim.SGD;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** State and parameters divided among processes, and batch norms over all of them. */
class ShardedTrainingTest {
    private static Tensor random(long seed, long... shape) {
        try (var _ = new Generator(seed).open()) {
            return randn(shape);
        }
    }

    private static Sequential net() {
        try (var _ = new Generator(1).open()) {
            return new Sequential(new Linear(6, 17), new ReLU(), new Linear(17, 5), new ReLU(), new Linear(5, 3));
        }
    }

    private static Tensor x(int step) {
        return random(50 + step, 12, 6);
    }

    private static Tensor y(int step) {
        return x(step).narrow(1, 0, 3).argmax(1);
    }

    private static Tensor part(Tensor all, ProcessGroup g) {
        long n = all.size(0) / g.size();
        return all.narrow(0, n * g.rank(), n).contiguous();
    }

    private static float[] flat(List<Tensor> tensors) {
        return cat(tensors.stream().map(t -> t.detach().reshape(-1)).toList(), 0).toFloatArray();
    }

    private static void assertClose(float[] found, float[] expected, double tolerance) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).isCloseTo(expected[i], within((float) tolerance));
        }
    }

    // ---- optimiser state --------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"2, false, adam", "2, true, adam", "3, true, adam", "2, true, adafactor", "2, false, muon"})
    void dividedOptimiserStateGivesTheSameBits(int size, boolean captured, String rule) {
        Sequential alone = net();
        Optimizer whole = Optimizers.create(rule, alone.parameters(), 0.01);
        for (int i = 0; i < 6; i++) {
            whole.zeroGrad();
            crossEntropy(alone.call(x(i)), y(i)).backward();
            whole.setLr(0.01 / (i + 1));
            whole.step();
        }
        LocalProcessGroup.run(
                size,
                g -> {
                    Sequential net = net();
                    var opt = new ZeroRedundancyOptimizer(net.parameters(), g, p -> Optimizers.create(rule, p, 0.01));
                    assertThat(opt.owned().size()).isLessThan(6);
                    Captured step =
                            Captured.of((a, b) -> {
                                opt.zeroGrad();
                                Tensor loss = crossEntropy(net.call(a), b);
                                loss.backward();
                                opt.step();
                                return loss;
                            });
                    for (int i = 0; i < 6; i++) {
                        opt.setLr(0.01 / (i + 1));
                        if (captured) {
                            step.call(x(i), y(i)); // all have the whole batch, and so the same gradients
                        } else {
                            opt.zeroGrad();
                            crossEntropy(net.call(x(i)), y(i)).backward();
                            opt.step();
                        }
                    }
                    assertThat(step.eagerReason()).isNull();
                    assertThat(flat(net.parameters())).isEqualTo(flat(alone.parameters()));
                    // the gathered state is that of the optimiser alone
                    OptimizerState state = opt.stateDict();
                    assertThat(state.numbers()).isEqualTo(whole.stateDict().numbers());
                    assertThat(state.tensors().keySet()).isEqualTo(whole.stateDict().tensors().keySet());
                    whole.stateDict()
                            .tensors()
                            .forEach((name, t) ->
                                    assertThat(state.tensors().get(name).reshape(-1).toFloatArray())
                                            .isEqualTo(t.reshape(-1).toFloatArray()));
                    var other = new ZeroRedundancyOptimizer(net.parameters(), g, p -> Optimizers.create(rule, p, 1));
                    other.loadStateDict(state);
                    assertThat(other.lr()).isEqualTo(0.01 / 6);
                    assertThat(other.stateDict().numbers()).isEqualTo(state.numbers());
                });
        assertThatThrownBy(() ->
                        LocalProcessGroup.run(
                                2, g -> new ZeroRedundancyOptimizer(List.of(randn(2)), g, p -> new SGD(p, 1))))
                .hasMessageContaining("1 parameters cannot be divided among 2 processes");
    }

    // ---- parameters -------------------------------------------------------------------------------------------------

    private static Layer sharded(ProcessGroup g, Strategy strategy, boolean drop) {
        Sequential net = net();
        return new Sequential(
                new FullyShardedDataParallel(
                        new Sequential(net.children(Layer.class).get(0), new ReLU(), new Dropout(drop ? 0.5 : 0)),
                        g,
                        strategy),
                new FullyShardedDataParallel(new Sequential(net.children(Layer.class).get(2), new ReLU()), g, strategy),
                net.children(Layer.class).get(4));
    }

    @ParameterizedTest
    @EnumSource(Strategy.class)
    void dividedParametersTrainAsOne(Strategy strategy) {
        Sequential alone = net();
        var whole = new Adam(alone.parameters(), 0.01);
        for (int i = 0; i < 5; i++) {
            whole.zeroGrad();
            crossEntropy(alone.call(x(i)), y(i)).backward();
            whole.step();
        }
        LocalProcessGroup.run(
                3,
                g -> {
                    Layer net = sharded(g, strategy, false);
                    // 119 and 90 numbers in three parts
                    assertThat(net.parameters().get(0).shape().dims()).containsExactly(40);
                    assertThat(net.parameters().get(1).shape().dims()).containsExactly(30);
                    var head = new GradientReducer(net.children(Layer.class).get(2), g);
                    var opt = new Adam(net.parameters(), 0.01);
                    for (int i = 0; i < 5; i++) {
                        opt.zeroGrad();
                        crossEntropy(net.call(part(x(i), g)), part(y(i), g)).backward();
                        opt.step();
                    }
                    head.close();
                    StateDict state = FullyShardedDataParallel.fullStateDict(net);
                    assertThat(state.entries().keySet())
                            .containsExactlyInAnyOrder(
                                    "0.0.weight", "0.0.bias", "1.0.weight", "1.0.bias", "2.weight", "2.bias");
                    assertClose(
                            flat(
                                    List.of(
                                            state.get("0.0.weight"),
                                            state.get("0.0.bias"),
                                            state.get("1.0.weight"),
                                            state.get("1.0.bias"),
                                            state.get("2.weight"),
                                            state.get("2.bias"))),
                            flat(alone.parameters()),
                            1e-5);
                    // loads on another division, and evaluates to the same
                    Layer other = sharded(g, strategy, false);
                    FullyShardedDataParallel.loadFullStateDict(other, state);
                    try (var _ = Autograd.noGrad()) {
                        assertThat(other.call(x(0)).reshape(-1).toFloatArray())
                                .isEqualTo(net.call(x(0)).reshape(-1).toFloatArray());
                    }
                });
    }

    @Test
    void theRecomputedPassHasTheSameRandomNumbersAndStatistics() {
        LocalProcessGroup.run(
                2,
                g -> {
                    try (var _ = new Generator(9 + g.rank()).open()) {
                        var norm = new BatchNorm1d(17);
                        var layer =
                                new FullyShardedDataParallel(
                                        new Sequential(new Linear(6, 17), norm, new Dropout(0.5)),
                                        g,
                                        Strategy.FULL_SHARD);
                        Tensor x = random(3, 8, 6).requiresGrad_();
                        Tensor y = layer.call(x);
                        float[] mean = norm.runningMean.toFloatArray();
                        long tracked = norm.numBatchesTracked.itemLong();
                        // elements that were dropped in the first pass have no gradient in the second
                        y.sum().backward();
                        assertThat(norm.runningMean.toFloatArray()).isEqualTo(mean);
                        assertThat(norm.numBatchesTracked.itemLong()).isEqualTo(tracked).isEqualTo(1);
                        assertThat(x.grad().abs().sum().item()).isPositive();
                        layer.eval();
                        assertThat(norm.isTraining()).isFalse();
                    }
                });
    }

    @Test
    void theNormIsThatOfAllParts() {
        Sequential alone = net();
        crossEntropy(alone.call(x(0)), y(0)).backward();
        double expected = fathom.optim.Clip.gradNorm_(alone.parameters(), 0.01);
        LocalProcessGroup.run(
                2,
                g -> {
                    Layer net = sharded(g, Strategy.FULL_SHARD, false);
                    var unused = new GradientReducer(net.children(Layer.class).get(2), g);
                    crossEntropy(net.call(part(x(0), g)), part(y(0), g)).backward();
                    assertThat(FullyShardedDataParallel.clipGradNorm_(net, 0.01, g)).isCloseTo(expected, within(1e-6));
                    assertThat(FullyShardedDataParallel.clipGradNorm_(net, 1, g)).isCloseTo(0.01, within(1e-6));
                });
    }

    // ---- batch norms ------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void synchronisedBatchNormsAreThoseOfTheWholeBatch(boolean captured) {
        Tensor x = random(1, 6, 4, 3, 3).add(5);
        Tensor w = random(2, 6, 4, 3, 3);
        var alone = new BatchNorm2d(4);
        Tensor xa = x.clone().requiresGrad_();
        for (int i = 0; i < 5; i++) {
            alone.zeroGrad();
            xa.zeroGrad();
            alone.call(xa).mul(w).sum().backward();
        }
        Tensor ya = alone.call(x);
        LocalProcessGroup.run(
                2,
                g -> {
                    var norm = new BatchNorm2d(4);
                    assertThat(SyncBatchNorm.convert(new Sequential(norm), g)).isEqualTo(1);
                    // parts of different sizes
                    Tensor xs = x.narrow(0, g.rank() * 2, 2 + 2 * g.rank()).contiguous();
                    Tensor ws = w.narrow(0, g.rank() * 2, 2 + 2 * g.rank()).contiguous();
                    Tensor leaf = xs.clone().requiresGrad_();
                    Captured step =
                            Captured.ofAll(in -> {
                                norm.zeroGrad();
                                leaf.zeroGrad();
                                norm.call(leaf).mul(in.get(0)).sum().backward();
                                return List.of();
                            });
                    for (int i = 0; i < 5; i++) {
                        if (captured) {
                            step.callAll(ws);
                        } else {
                            norm.zeroGrad();
                            leaf.zeroGrad();
                            norm.call(leaf).mul(ws).sum().backward();
                        }
                    }
                    assertThat(step.eagerReason()).isNull();
                    assertClose(
                            leaf.grad().reshape(-1).toFloatArray(),
                            xa.grad().narrow(0, g.rank() * 2, 2 + 2 * g.rank()).reshape(-1).toFloatArray(),
                            2e-5);
                    // gradients of parameters are parts of a sum
                    Tensor gradient = norm.weight.grad().clone();
                    g.allReduce(gradient, ProcessGroup.ReduceOp.SUM);
                    assertClose(gradient.toFloatArray(), alone.weight.grad().toFloatArray(), 5e-5);
                    assertClose(
                            norm.call(xs).reshape(-1).toFloatArray(),
                            ya.narrow(0, g.rank() * 2, 2 + 2 * g.rank()).reshape(-1).toFloatArray(),
                            1e-5);
                    assertClose(norm.runningMean.toFloatArray(), alone.runningMean.toFloatArray(), 1e-5);
                    assertClose(norm.runningVar.toFloatArray(), alone.runningVar.toFloatArray(), 1e-5);
                    assertThat(norm.numBatchesTracked.itemLong()).isEqualTo(6);
                });
    }

    // ---- split layers -----------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void splitLayersComputeWhatWholeOnesDo(boolean captured) {
        var first = new Linear(6, 8);
        var second = new Linear(8, 5);
        Tensor x = random(4, 3, 6).requiresGrad_();
        Tensor w = random(5, 3, 5);
        second.call(first.call(x).tanh()).mul(w).sum().backward();
        LocalProcessGroup.run(
                2,
                g -> {
                    var columns = new ColumnParallelLinear(first, g, false);
                    var rows = new RowParallelLinear(second, g);
                    Tensor xs = x.detach().clone().requiresGrad_();
                    Captured step =
                            Captured.of((Tensor weights) -> {
                                columns.zeroGrad();
                                rows.zeroGrad();
                                xs.zeroGrad();
                                Tensor y = rows.call(columns.call(xs).tanh());
                                y.mul(weights).sum().backward();
                                return y;
                            });
                    for (int i = 0; i < (captured ? 5 : 1); i++) {
                        Tensor y = step.call(w);
                        assertClose(
                                y.reshape(-1).toFloatArray(),
                                second.call(first.call(x).tanh()).reshape(-1).toFloatArray(),
                                1e-5);
                    }
                    assertThat(step.eagerReason()).isNull();
                    assertClose(xs.grad().reshape(-1).toFloatArray(), x.grad().reshape(-1).toFloatArray(), 1e-5);
                    assertClose(
                            columns.parameters().get(0).grad().reshape(-1).toFloatArray(),
                            first.weight.grad().narrow(0, 4 * g.rank(), 4).reshape(-1).toFloatArray(),
                            1e-5);
                    assertClose(
                            rows.parameters().get(0).grad().reshape(-1).toFloatArray(),
                            second.weight.grad().narrow(1, 4 * g.rank(), 4).reshape(-1).toFloatArray(),
                            1e-5);
                    assertClose(
                            rows.parameters().get(1).grad().toFloatArray(), second.bias.grad().toFloatArray(), 1e-5);
                    var gathered = new ColumnParallelLinear(first, g, true);
                    assertClose(
                            gathered.call(x.detach()).reshape(-1).toFloatArray(),
                            first.call(x.detach()).reshape(-1).toFloatArray(),
                            1e-6);
                });
        assertThatThrownBy(() -> LocalProcessGroup.run(3, g -> new ColumnParallelLinear(first, g, false)))
                .hasMessageContaining("8 outputs cannot be divided among 3 processes");
    }

    @Test
    void headsOfAttentionAreDivided() {
        var whole = new ConcurrentHashMap<Integer, float[]>();
        try (var _ = new Generator(2).open()) {
            var q = new Linear(8, 8);
            var k = new Linear(8, 8);
            var v = new Linear(8, 8);
            var o = new Linear(8, 8);
            Tensor x = random(6, 2, 5, 8);
            for (int size : new int[] {1, 2, 4}) {
                LocalProcessGroup.run(
                        size,
                        g -> {
                            var layer = new ParallelSelfAttention(q, k, v, o, 4, true, g);
                            Tensor xs = x.clone().requiresGrad_();
                            Tensor y = layer.call(xs);
                            y.square().sum().backward();
                            whole.put(10 * size + g.rank(), flat(List.of(y, xs.grad())));
                        });
            }
        }
        float[] one = whole.get(10);
        assertThat(whole).hasSize(7);
        whole.values().forEach(found -> assertClose(found, one, 2e-5));
    }
}
