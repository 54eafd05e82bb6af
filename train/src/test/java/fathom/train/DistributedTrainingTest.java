package fathom.train;

import static fathom.Tensors.randn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.Device;
import fathom.Generator;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.data.Dataset;
import fathom.data.TensorDataset;
import fathom.distributed.LocalProcessGroup;
import fathom.distributed.ProcessGroup;
import fathom.distributed.parallel.ZeroRedundancyOptimizer;
import fathom.io.StateDict;
import fathom.nn.Dropout;
import fathom.nn.Embedding;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.optim.Adam;
import fathom.optim.Optimizer;
import fathom.optim.SGD;
import fathom.optim.SparseAdam;
import fathom.optim.rule.LBFGS;
import fathom.optim.rule.SAM;
import fathom.train.metric.Average;
import fathom.train.metric.Metrics;
import fathom.train.recipe.RecipeOptions;
import fathom.train.recipe.Recipes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A training by several processes, here threads. */
class DistributedTrainingTest {
    @TempDir Path scratch;

    private static Dataset data(int n) {
        try (var _ = new Generator(7).open()) {
            Tensor x = randn(n, 5);
            return new TensorDataset(x, x.slice(1, 0, 3, 1).argmax(1));
        }
    }

    private static Sequential net(double dropout) {
        try (var _ = new Generator(3).open()) {
            return new Sequential(new Linear(5, 12), new ReLU(), new Dropout(dropout), new Linear(12, 3));
        }
    }

    private record Result(List<EpochResult> history, float[] weights) {}

    private static Result train(
            @Nullable ProcessGroup group, int examples, int epochs, double dropout, Consumer<TrainerOptions> more) {
        Layer net = net(dropout);
        var trainer =
                new Trainer(
                        net,
                        t -> {
                            t.optimizer(p -> new Adam(p, 0.01))
                                    .metrics(Metrics.accuracy(), Metrics.f1(o -> o.average(Average.MACRO)))
                                    .seed(5)
                                    .progress(false);
                            if (group != null) {
                                t.distributed(group);
                            }
                            more.accept(t);
                        });
        Run run =
                trainer.fit(
                        DataLoader.of(data(examples), 8).shuffle(true).seed(11),
                        DataLoader.of(data(examples), 8),
                        Epochs.of(epochs));
        return new Result(
                run.history(),
                Tensors.cat(net.parameters().stream().map(p -> p.detach().cpu().reshape(-1)).toList(), 0)
                        .toFloatArray());
    }

    private static Map<Integer, Result> trainAll(
            int size, int examples, int epochs, double dropout, Consumer<TrainerOptions> more) {
        var results = new ConcurrentHashMap<Integer, Result>();
        LocalProcessGroup.run(size, g -> results.put(g.rank(), train(g, examples, epochs, dropout, more)));
        return results;
    }

    private static void assertSame(Result found, Result expected, double tolerance) {
        for (int i = 0; i < expected.weights.length; i++) {
            assertThat(found.weights[i]).isCloseTo(expected.weights[i], within((float) tolerance));
        }
        for (int e = 0; e < expected.history.size(); e++) {
            EpochResult a = found.history.get(e);
            EpochResult b = expected.history.get(e);
            assertThat(a.loss()).isCloseTo(b.loss(), within(tolerance));
            assertThat(a.examples()).isEqualTo(b.examples());
            b.train().forEach((name, value) -> assertThat(a.train().get(name)).isCloseTo(value, within(tolerance)));
            b.test().forEach((name, value) -> assertThat(a.test().get(name)).isCloseTo(value, within(tolerance)));
        }
    }

    /** Batches that cannot be divided evenly, last ones smaller than the number of processes, accumulated ones. */
    @ParameterizedTest
    @CsvSource({"2, 64, 1, false", "3, 61, 1, false", "3, 58, 1, true", "3, 57, 1, false", "2, 61, 3, false"})
    void theResultsAreThoseOfOneProcess(int size, int examples, int accumulate, boolean eager) {
        Consumer<TrainerOptions> options = t -> t.accumulate(accumulate).eager(eager).clipNorm(0.5);
        Result alone = train(null, examples, 4, 0, options);
        Map<Integer, Result> all = trainAll(size, examples, 4, 0, options);
        assertSame(all.get(0), alone, 2e-5);
        for (int r = 1; r < size; r++) {
            assertThat(all.get(r).weights).isEqualTo(all.get(0).weights);
            assertThat(all.get(r).history.getLast().test()).isEqualTo(all.get(0).history.getLast().test());
        }
    }

    @Test
    void devicesOfOneMachineTrainAsOne() {
        Result alone = train(null, 61, 3, 0, t -> {});
        var results = new ConcurrentHashMap<Integer, Result>();
        LocalProcessGroup.run(2, g -> results.put(g.rank(), train(g, 61, 3, 0, t -> t.device(Device.cpu(g.rank())))));
        assertSame(results.get(0), alone, 1e-5);
    }

    @Test
    void onlyTheFirstProcessWritesAndAnyNumberResumesToTheSameBits() throws IOException {
        Path whole = scratch.resolve("whole");
        Map<Integer, Result> uninterrupted = trainAll(2, 61, 4, 0.5, t -> t.checkpoints(whole));
        Path parts = scratch.resolve("parts");
        trainAll(2, 61, 2, 0.5, t -> t.checkpoints(parts));
        assertThat(Files.isRegularFile(parts.resolve("checkpoint.safetensors"))).isTrue();
        try (var files = Files.list(scratch)) {
            assertThat(files).hasSize(2);
        }
        Path other = Files.createDirectory(scratch.resolve("other"));
        for (String name : List.of("checkpoint.safetensors", "config.json")) {
            Files.copy(parts.resolve(name), other.resolve(name));
        }
        Map<Integer, Result> resumed = trainAll(2, 61, 4, 0.5, t -> t.checkpoints(parts).resume(true));
        for (int r = 0; r < 2; r++) {
            assertThat(resumed.get(r).weights).isEqualTo(uninterrupted.get(r).weights);
            assertThat(resumed.get(r).history.getLast().test())
                    .isEqualTo(uninterrupted.get(r).history.getLast().test());
        }
        assertThat(StateDict.load(parts.resolve("model.safetensors")).entries())
                .hasSameSizeAs(StateDict.load(whole.resolve("model.safetensors")).entries());
        // three processes, and one, go on with it too
        Map<Integer, Result> three = trainAll(3, 61, 4, 0.5, t -> t.checkpoints(other).resume(true));
        assertThat(three.get(0).history).hasSize(4);
        assertThat(three.get(2).weights).isEqualTo(three.get(0).weights);
        assertThat(train(null, 61, 5, 0.5, t -> t.checkpoints(other).resume(true)).history).hasSize(5);
    }

    @Test
    void anInterruptedEpochIsResumedToTheSameBits() {
        Path whole = scratch.resolve("whole");
        Map<Integer, Result> uninterrupted = trainAll(2, 61, 3, 0.5, t -> t.checkpoints(whole));
        Path parts = scratch.resolve("parts");
        trainAll(
                2,
                61,
                3,
                0.5,
                t ->
                        t.checkpoints(parts)
                                .callbacks(
                                        new TrainingCallback() {
                                            @Override
                                            public void onBatch(Progress progress) {
                                                // one process is enough
                                                if (progress.step() == 11 && progress.folder().isPresent()) {
                                                    progress.stop();
                                                }
                                            }
                                        }));
        Map<Integer, Result> resumed = trainAll(2, 61, 3, 0.5, t -> t.checkpoints(parts).resume(true));
        assertThat(resumed.get(1).weights).isEqualTo(uninterrupted.get(0).weights);
        assertThat(resumed.get(0).history.get(1).loss())
                .isCloseTo(uninterrupted.get(0).history.get(1).loss(), within(1e-12));
        assertThat(resumed.get(0).history.get(1).train()).isEqualTo(uninterrupted.get(0).history.get(1).train());
    }

    @Test
    void dividedOptimiserStateIsCheckpointedWhole() {
        Path whole = scratch.resolve("whole");
        Map<Integer, Result> uninterrupted = trainAll(2, 61, 3, 0, t -> t.checkpoints(whole));
        Path parts = scratch.resolve("parts");
        LocalProcessGroup.run(2, g -> train(g, 61, 1, 0, t -> t.checkpoints(parts).optimizer(divided(g))));
        var resumed = new ConcurrentHashMap<Integer, Result>();
        LocalProcessGroup.run(
                2,
                g ->
                        resumed.put(
                                g.rank(),
                                train(g, 61, 2, 0, t -> t.checkpoints(parts).resume(true).optimizer(divided(g)))));
        // then by the optimiser alone
        Map<Integer, Result> last = trainAll(2, 61, 3, 0, t -> t.checkpoints(parts).resume(true));
        assertThat(last.get(1).weights).isEqualTo(uninterrupted.get(0).weights);
    }

    private static Function<List<Tensor>, Optimizer> divided(ProcessGroup g) {
        return p -> new ZeroRedundancyOptimizer(p, g, own -> new Adam(own, 0.01));
    }

    @Test
    void aFailureOfOneProcessIsNamed() {
        assertThatThrownBy(() ->
                        trainAll(
                                2,
                                61,
                                3,
                                0,
                                t ->
                                        t.callbacks(
                                                new TrainingCallback() {
                                                    @Override
                                                    public void onBatch(Progress progress) {
                                                        if (progress.step() == 3
                                                                && Thread.currentThread().getName().equals("rank 1")) {
                                                            throw new IllegalStateException("disk is full");
                                                        }
                                                    }
                                                })))
                .hasMessageContaining("rank 1 of 2 failed")
                .hasMessageContaining("disk is full");
    }

    @Test
    void recipesTrainOnSeveralDevices() {
        var alone = Recipes.train("linear", o -> o.epochs(2).progress(false));
        var several =
                Recipes.train(
                        "linear", o -> o.epochs(2).progress(false).devices(List.of(Device.cpu(0), Device.cpu(1))));
        assertThat(several.run().last().loss()).isCloseTo(alone.run().last().loss(), within(1e-5));
        assertThat(several.trainedEpochs()).isEqualTo(2);
        assertThatThrownBy(() -> Recipes.train("linear", o -> o.devices(List.of(Device.CPU, Device.CPU))))
                .hasMessageContaining("different devices");
    }

    @Test
    void recipesDivideTheOptimiserAndCompressGradients() {
        Consumer<RecipeOptions> two =
                o -> o.epochs(2).progress(false).optimizer("adam").devices(List.of(Device.cpu(0), Device.cpu(1)));
        double whole = Recipes.train("linear", two).run().last().loss();
        double divided = Recipes.train("linear", two.andThen(o -> o.shardOptimizer(true))).run().last().loss();
        assertThat(divided).isEqualTo(whole);
        double rounded = Recipes.train("linear", two.andThen(o -> o.compressGradients(true))).run().last().loss();
        assertThat(rounded).isNotEqualTo(whole).isCloseTo(whole, within(0.02 * whole));
    }

    @Test
    void oneProcessHasNothingToShare() {
        assertThatThrownBy(() -> Recipes.train("linear", o -> o.progress(false).shardOptimizer(true)))
                .hasMessage("shardOptimizer: needs several devices or processes, which share the training");
    }

    @Test
    void sharpnessAwareStepsAreThoseOfOneProcess() {
        Consumer<TrainerOptions> sam =
                t -> t.optimizer(p -> new SAM(new SGD(p, 0.1), 0.05)).metrics(Metrics.accuracy());
        float[] alone = train(null, 32, 2, 0, sam).weights();
        var weights = new ConcurrentHashMap<Integer, float[]>();
        LocalProcessGroup.run(2, g -> weights.put(g.rank(), train(g, 32, 2, 0, sam).weights()));
        assertThat(weights.get(1)).isEqualTo(weights.get(0));
        assertThat(weights.get(0)).containsExactly(alone, within(1e-5f));
    }

    @Test
    void whatCannotBeAveragedIsRefused() {
        assertThatThrownBy(
                        () -> LocalProcessGroup.run(2, g -> train(g, 16, 1, 0, t -> t.optimizer(p -> new LBFGS(p, 1)))))
                .hasMessageContaining("distributed: LBFGS decides by values of the loss");
        assertThatThrownBy(() ->
                        LocalProcessGroup.run(
                                2,
                                g -> {
                                    var table = new Embedding(5, 3, o -> o.sparse(true));
                                    var data =
                                            new TensorDataset(
                                                    Tensors.arange(16).remainder(5), Tensors.arange(16).remainder(3));
                                    new Trainer(
                                                    table,
                                                    t ->
                                                            t.distributed(g)
                                                                    .optimizer(p -> new SparseAdam(p, 0.1))
                                                                    .progress(false))
                                            .fit(DataLoader.of(data, 4), Epochs.of(1));
                                }))
                .hasMessageContaining("distributed: the parameter of shape [5, 3] has gradients of single rows");
    }
}
