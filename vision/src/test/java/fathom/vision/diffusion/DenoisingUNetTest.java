package fathom.vision.diffusion;

import static fathom.Tensors.manualSeed;
import static fathom.Tensors.randn;
import static fathom.Tensors.tensor;
import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.Autograd;
import fathom.DType;
import fathom.Generator;
import fathom.Tensor;
import fathom.data.Batch;
import fathom.data.DataLoader;
import fathom.data.TensorDataset;
import fathom.io.StateDict;
import fathom.nn.Block;
import fathom.optim.Adam;
import fathom.testkit.Gradcheck;
import fathom.train.Epochs;
import fathom.train.Losses;
import fathom.train.Task;
import fathom.train.Trainer;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The U-Net: shapes, gradients of its blocks, what a prediction depends on, and training captured as eagerly. */
class DenoisingUNetTest {
    /** How often the Java code of a training step ran. */
    private static final AtomicInteger RUNS = new AtomicInteger();

    @BeforeEach
    void seed() {
        manualSeed(0);
    }

    private static DenoisingUNet small() {
        return new DenoisingUNet(o -> o.width(8).multipliers(1, 2).groups(4).heads(2).classes(3));
    }

    /** Gives weights that start at zero other values, so that everything has an influence. */
    private static <B extends Block> B shaken(B net) {
        try (var _ = Autograd.noGrad()) {
            net.parameters().forEach(p -> p.add_(randn(p.dtype(), p.shape().dims()).mul(0.1)));
        }
        return net;
    }

    @Test
    void aPredictionHasTheShapeOfTheImages() {
        DenoisingUNet net = shaken(small());
        Tensor steps = tensor(0L, 999L);
        assertThat(net.forward(randn(2, 1, 12, 10), steps, null)).hasShape(2, 1, 12, 10);
        var wide = new DenoisingUNet(o -> o.channels(3).width(16).multipliers(1, 2, 2).blocks(2));
        assertThat(wide.forward(randn(2, 3, 8, 12), steps, null)).hasShape(2, 3, 8, 12);
        assertThatThrownBy(() -> net.forward(randn(2, 1, 7, 8), steps, null))
                .hasMessage("DenoisingUNet: expected images [N, C, H, W] with sides divisible by 2, got [2, 1, 7, 8]");
        assertThatThrownBy(() -> wide.forward(randn(2, 3, 8, 8), steps, steps)).hasMessageContaining("has no classes");
        assertThat(new DiffusionRecipe().example(2).net().call(randn(2, 1, 28, 28))).hasShape(2, 1, 28, 28);
    }

    @Test
    void aPredictionDependsOnTheStepAndTheClassOfItsImageAlone() {
        DenoisingUNet net = shaken(small());
        Tensor x = randn(1, 1, 8, 8);
        Tensor all = net.forward(x.cat(x, 0).cat(x, 0), tensor(5L, 5L, 90L), tensor(1L, 2L, 1L));
        Tensor first = net.forward(x, tensor(5L).reshape(1), tensor(1L).reshape(1));
        assertThat(all.narrow(0, 0, 1)).isCloseTo(first, 1e-4, 1e-5);
        assertThat(all.select(0, 1).sub(all.select(0, 0)).abs().max().item()).isGreaterThan(1e-3);
        assertThat(all.select(0, 2).sub(all.select(0, 0)).abs().max().item()).isGreaterThan(1e-3);
        // no class is a class of its own
        Tensor none = net.forward(x, tensor(5L).reshape(1), null);
        assertThat(net.forward(x, tensor(5L).reshape(1), tensor((long) net.noClass()).reshape(1)))
                .isEqualToTensor(none);
    }

    @Test
    void theTimeEmbeddingIsOfSinesAndCosines() {
        var time = new TimeEmbedding(4, 6);
        Tensor e = time.sinusoidal(tensor(0L, 3L));
        assertThat(e).hasShape(2, 8);
        for (int i = 0; i < 4; i++) {
            double angle = 3 / Math.pow(10_000, i / 4.0);
            assertThat(e.get(1, i).item()).isCloseTo(Math.sin(angle), within(1e-6));
            assertThat(e.get(1, 4 + i).item()).isCloseTo(Math.cos(angle), within(1e-6));
        }
        assertThat(e.select(0, 0)).hasValues(0, 0, 0, 0, 1, 1, 1, 1);
    }

    @Test
    void gradientsOfTheBlocksAreThoseOfDifferences() {
        var block = shaken(new ResidualBlock(4, 6, 5, 2));
        block.to(DType.FLOAT64);
        Tensor x = randn(DType.FLOAT64, 2, 4, 3, 3);
        Tensor e = randn(DType.FLOAT64, 2, 5);
        Gradcheck.check(t -> block.forward(t[0], t[1]), x, e);
        var attention = shaken(new AttentionBlock(4, 2, 2));
        attention.to(DType.FLOAT64);
        Gradcheck.check(t -> attention.forward(t[0]), x);
    }

    @Test
    void attentionIsSoftmaxOverPositionsByHead() {
        var block = shaken(new AttentionBlock(4, 2, 1));
        Tensor x = randn(1, 4, 2, 3);
        StateDict w = block.stateDict();
        Tensor normed = x.sub(x.mean()).div(x.var(new int[] {0, 1, 2, 3}, 0, fathom.KeepDim.DROP_DIM).add(1e-5).sqrt());
        Tensor h =
                normed.mul(w.get("norm.weight").reshape(1, 4, 1, 1))
                        .add(w.get("norm.bias").reshape(1, 4, 1, 1))
                        .reshape(4, 6);
        Tensor qkv = w.get("qkv.weight").reshape(12, 4).matmul(h).add(w.get("qkv.bias").unsqueeze(1));
        Tensor joined = null;
        for (int head = 0; head < 2; head++) {
            Tensor q = qkv.narrow(0, 2L * head, 2);
            Tensor k = qkv.narrow(0, 4 + 2L * head, 2);
            Tensor v = qkv.narrow(0, 8 + 2L * head, 2);
            Tensor weights = q.t().matmul(k).div(Math.sqrt(2)).softmax(1);
            Tensor y = v.matmul(weights.t());
            joined = joined == null ? y : joined.cat(y, 0);
        }
        Tensor out = w.get("proj.weight").reshape(4, 4).matmul(joined).add(w.get("proj.bias").unsqueeze(1));
        assertThat(block.forward(x)).isCloseTo(x.add(out.reshape(1, 4, 2, 3)), 1e-4, 1e-5);
    }

    /** Trains a small model with two batches per epoch. */
    private static StateDict trained(boolean eager) {
        manualSeed(3);
        var model = new DiffusionModel(shaken(small()), NoiseSchedule.linear(50));
        var task =
                new Task<>(Batch.class, model) {
                    @Override
                    public Losses step(Batch batch) {
                        RUNS.incrementAndGet();
                        return Losses.of("loss", model.error(batch.x(), batch.y()).square().mean());
                    }
                };
        var data = new TensorDataset(randn(16, 1, 8, 8).clamp(-1, 1), fathom.Tensors.arange(16).remainder(3));
        new Trainer(task, t -> t.optimizer(p -> new Adam(p, 1e-3)).eager(eager).progress(false))
                .fit(DataLoader.of(data, 8).shuffle(true), Epochs.of(15));
        return model.stateDict().copy();
    }

    @Test
    void aCapturedTrainingDrawsTheStepsAndTheNoiseOfAnEagerOne() {
        RUNS.set(0);
        StateDict captured = trained(false);
        assertThat(RUNS).as("of 30 steps, most are replayed").hasValueLessThan(15);
        trained(true).entries().forEach((name, t) -> assertThat(t).as(name).isEqualToTensor(captured.get(name)));
    }

    @Test
    void theErrorIsThatOfNoiseAtRandomSteps() {
        NoiseSchedule s = NoiseSchedule.linear(1000);
        var model = new DiffusionModel(small(), s); // initially it predicts zeros, so the error is the noise
        Tensor error = model.call(randn(500, 1, 4, 4));
        assertThat(error.mean().item()).isBetween(-0.06, 0.06);
        assertThat(error.std().item()).isBetween(0.95, 1.05);
        assertThat(model.call(randn(500, 1, 4, 4)).sub(error).abs().max().item()).isGreaterThan(1);
    }

    @Test
    void guidanceMovesThePredictionAwayFromTheUnconditionalOne() {
        var model = new DiffusionModel(shaken(small()), NoiseSchedule.linear(50));
        Tensor x = randn(2, 1, 8, 8);
        Tensor steps = tensor(7L, 7L);
        Tensor labels = tensor(0L, 2L);
        Tensor conditional = model.guided(labels, 0).predict(x, steps);
        Tensor unconditional = model.unconditional().predict(x, steps);
        Tensor guided = model.guided(labels, 1.5).predict(x, steps);
        assertThat(guided).isCloseTo(conditional.mul(2.5).sub(unconditional.mul(1.5)), 1e-4, 1e-5);
        var without = new DiffusionModel(new DenoisingUNet(o -> o.width(8)), NoiseSchedule.linear(50));
        assertThatThrownBy(() -> without.guided(labels, 1)).hasMessageContaining("has no classes");
    }

    @Test
    void aSeededSampleIsReproducible() {
        var model = new DiffusionModel(shaken(small()), NoiseSchedule.cosine(50));
        model.eval();
        Tensor[] samples = new Tensor[3];
        for (int i = 0; i < 3; i++) {
            long seed = i / 2;
            samples[i] =
                    DiffusionSampler.ddim(model.schedule(), o -> o.steps(5).eta(0.5).generator(Generator.of(seed)))
                            .sample(model.guided(tensor(0L, 1L), 1), 2, 1, 8, 8);
            randn(10); // other draws have no influence
        }
        assertThat(samples[1]).isEqualToTensor(samples[0]);
        assertThat(samples[2].sub(samples[0]).abs().max().item()).isGreaterThan(0.01);
    }
}
