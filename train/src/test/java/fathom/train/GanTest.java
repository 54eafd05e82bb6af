package fathom.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.Autograd;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.data.DataLoader;
import fathom.data.TensorDataset;
import fathom.io.StateDict;
import fathom.nn.Init;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.Tanh;
import fathom.optim.Adam;
import fathom.optim.ExponentialLR;
import fathom.optim.SGD;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A task of two phases with an optimiser each: a generative adversarial network that learns a Gaussian. */
class GanTest {
    @TempDir Path folder;

    /** How often the generator's step ran in Java. */
    private static final AtomicInteger RUNS = new AtomicInteger();

    private final Layer generator;
    private final Layer discriminator;
    private final PhasedTask<Batch> task;

    GanTest() {
        Tensors.manualSeed(11);
        generator = new Sequential(new Linear(2, 2));
        discriminator = new Sequential(new Linear(2, 5), new Tanh(), new Linear(5, 3), new Tanh(), new Linear(3, 1));
        for (Layer net : List.of(generator, discriminator)) {
            net.parameters().forEach(p -> Init.normal_(p, 0, 0.02));
        }
        task = task(generator, discriminator);
    }

    private static PhasedTask<Batch> task(Layer generator, Layer discriminator) {
        return new PhasedTask<>(Batch.class)
                .phase(
                        "discriminator",
                        discriminator,
                        o -> o.optimizer(p -> new Adam(p, 0.05)).schedule(s -> new ExponentialLR(s, 0.9)),
                        b -> {
                            Tensor fake = generator.call(Tensors.randn(b.size(), 2)).detach();
                            return Losses.of("D", real(discriminator, b.x()).add(fake(discriminator, fake)).div(2));
                        })
                .phase(
                        "generator",
                        generator,
                        o -> o.optimizer(p -> new Adam(p, 0.005)).scheduleBatches(s -> new ExponentialLR(s, 0.9999)),
                        b -> {
                            RUNS.incrementAndGet();
                            return Losses.of("G", real(discriminator, generator.call(Tensors.randn(b.size(), 2))));
                        });
    }

    private static Tensor real(Layer discriminator, Tensor x) {
        Tensor y = discriminator.call(x);
        return Tensors.bceWithLogits(y, Tensors.onesLike(y));
    }

    private static Tensor fake(Layer discriminator, Tensor x) {
        Tensor y = discriminator.call(x);
        return Tensors.bceWithLogits(y, Tensors.zerosLike(y));
    }

    private static final float[][] A = {{1, 2}, {-0.1f, 0.5f}};
    private static final float[] B = {1, 2};

    private static DataLoader gaussian(int n) {
        Tensor x = Tensors.withSeed(1, () -> Tensors.randn(n, 2));
        return DataLoader.of(new TensorDataset(x.matmul(Tensors.tensor(A)).add(Tensors.tensor(B))), 8).shuffle(true);
    }

    private static Run fit(Task<?> task, int n, int epochs, Consumer<TrainerOptions> options) {
        return new Trainer(task, options.andThen(t -> t.seed(3).progress(false))).fit(gaussian(n), Epochs.of(epochs));
    }

    private float[] weights() {
        return Tensors.cat(task.net().parameters().stream().map(p -> p.detach().reshape(-1)).toList(), 0)
                .toFloatArray();
    }

    @Test
    void theGeneratorLearnsTheDistribution() {
        Run run = fit(task, 1000, 20, t -> {});
        assertThat(run.last().train()).containsOnlyKeys("D", "G");
        assertThat(run.last().train().get("D")).isCloseTo(Math.log(2), within(0.03));
        assertThat(run.last().train().get("G")).isCloseTo(Math.log(2), within(0.1));
        try (var _ = Autograd.noGrad()) {
            Tensor fake = Tensors.withSeed(5, () -> generator.call(Tensors.randn(4000, 2)));
            float[] mean = fake.mean(0).toFloatArray();
            assertThat(mean).containsExactly(B, within(0.3f));
            Tensor centred = fake.sub(fake.mean(0));
            Tensor covariance = centred.t().matmul(centred).div(4000);
            Tensor a = Tensors.tensor(A);
            assertThat(covariance.toFloatArray()).containsExactly(a.t().matmul(a).toFloatArray(), within(1.2f));
        }
    }

    @Test
    void capturedItHasTheSameBits() {
        RUNS.set(0);
        Run captured = fit(task, 400, 4, t -> {});
        assertThat(RUNS).as("most steps are replayed").hasValueLessThan(40);
        var eager = new GanTest();
        Run other = fit(eager.task, 400, 4, t -> t.eager(true));
        assertThat(RUNS).hasValueGreaterThan(200);
        assertThat(weights()).isEqualTo(eager.weights());
        assertThat(captured.history().stream().map(EpochResult::train))
                .isEqualTo(other.history().stream().map(EpochResult::train).toList());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 25, 30, 60})
    void interruptedAndResumedItHasTheSameBits(int batch) throws Exception {
        Run whole = fit(task, 200, 3, t -> t.checkpoints(folder.resolve("whole")));
        var stop =
                new TrainingCallback() {
                    @Override
                    public void onBatch(Progress p) {
                        if (p.step() == batch) {
                            p.stop();
                        }
                    }
                };
        Path run = folder.resolve("parts");
        fit(new GanTest().task, 200, 3, t -> t.checkpoints(run).callbacks(stop));
        var resumed = new GanTest();
        resumed.task.net().parameters().forEach(p -> Init.normal_(p, 0, 1));
        Run rest = fit(resumed.task, 200, 3, t -> t.checkpoints(run).resume(true));
        assertThat(resumed.weights()).isEqualTo(weights());
        assertThat(rest.last().train()).isEqualTo(whole.last().train());
        var saved = StateDict.load(run.resolve("model.safetensors"));
        var expected = StateDict.load(folder.resolve("whole/model.safetensors"));
        assertThat(saved.names()).isEqualTo(expected.names()).contains("discriminator.0.weight", "generator.0.weight");
        for (String name : saved.names()) {
            assertThat(saved.get(name).toFloatArray()).as(name).isEqualTo(expected.get(name).toFloatArray());
        }
    }

    @Test
    void eachPhaseHasItsOwnGradientsAlsoWhenTheyAreAccumulated() {
        // plain descent: two batches that are accumulated are one of twice the size, if no phase's gradients reach
        // the other's parameters
        var outcomes = new ArrayList<float[]>();
        for (int parts : new int[] {1, 2}) {
            Tensors.manualSeed(4);
            var g = new Linear(2, 2);
            var d = new Linear(2, 1);
            var descent =
                    new PhasedTask<>(Batch.class)
                            .phase(
                                    "d",
                                    d,
                                    o -> o.optimizer(p -> new SGD(p, 0.1)),
                                    b -> Losses.of("D", real(d, b.x()).add(fake(d, g.call(b.x()).detach()))))
                            .phase(
                                    "g",
                                    g,
                                    o -> o.optimizer(p -> new SGD(p, 0.1)),
                                    b -> Losses.of("G", real(d, g.call(b.x()))));
            Tensor x = Tensors.withSeed(2, () -> Tensors.randn(16, 2));
            // one update of each: the second phase sees the discriminator before its update where batches accumulate
            new Trainer(descent, t -> t.progress(false).accumulate(parts))
                    .fit(DataLoader.of(new TensorDataset(x), 16 / parts), Epochs.of(1));
            outcomes.add(d.weight.detach().toFloatArray());
        }
        assertThat(outcomes.get(1)).containsExactly(outcomes.get(0), within(1e-6f));
    }

    @Test
    void evaluationShowsTheLossesOfAllPhases() {
        Evaluation e = new Trainer(task).evaluate(gaussian(64));
        assertThat(e.metrics()).containsOnlyKeys("D", "G");
        assertThat(e.loss()).isCloseTo(e.metrics().get("D") + e.metrics().get("G"), within(1e-6));
    }

    @Test
    void whatPhasesDoNotUseIsRefused() {
        assertThatThrownBy(() -> fit(task, 16, 1, t -> t.optimizer(p -> new SGD(p, 1))))
                .hasMessageContaining("each phase of the task has an optimiser of its own");
        assertThatThrownBy(() -> fit(task, 16, 1, t -> t.lr(0.1))).hasMessageContaining("the task has 2 phases");
        assertThatThrownBy(() -> task.phase("generator", generator, o -> {}, b -> Losses.of("X", b.x().mean())))
                .hasMessageContaining("'generator' is no name, or that of another phase");
        assertThatThrownBy(() -> fit(new PhasedTask<>(Batch.class), 16, 1, t -> {}))
                .hasMessageContaining("the task has no phase");
        var twice =
                task(generator, discriminator)
                        .phase("third", generator, o -> {}, b -> Losses.of("G", generator.call(b.x()).mean()));
        assertThatThrownBy(() -> fit(twice, 16, 1, t -> {})).hasMessageContaining("two phases have a loss named G");
    }
}
