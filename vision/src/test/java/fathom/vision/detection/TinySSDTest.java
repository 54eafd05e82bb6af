package fathom.vision.detection;

import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.Autograd;
import fathom.Captured;
import fathom.DType;
import fathom.Generator;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.data.DataLoader;
import fathom.data.TensorDataset;
import fathom.optim.Adam;
import fathom.optim.SGD;
import fathom.plot.Plot;
import fathom.train.Epochs;
import fathom.train.Losses;
import fathom.train.Run;
import fathom.train.Trainer;
import fathom.train.recipe.HyperParameters;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TaskOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The detector of the course's section 13.7: shapes, losses, captured steps, what it finds after a short training. */
class TinySSDTest {
    @Test
    void shapesOfTheCourse() {
        var net = new TinySSD(1);
        net.eval();
        try (var _ = Autograd.noGrad()) {
            var p = net.predictions(Tensors.zeros(2, 3, 256, 256));
            assertThat(p.anchors()).hasShape(1, 5444, 4);
            assertThat(p.classes()).hasShape(2, 5444, 2);
            assertThat(p.offsets()).hasShape(2, 21776);
            assertThat(p.anchors()).isEqualToTensor(TinySSD.anchors(256, 256));
        }
        assertThat(TinySSD.anchors(100, 132).size(1)).isEqualTo(4 * (12 * 16 + 6 * 8 + 3 * 4 + 2 + 1));
        assertThat(net.parameters().stream().mapToLong(Tensor::numel).sum()).isEqualTo(1_010_376);
    }

    /** Images of 64 x 64 pixels, each with a light square on noise. */
    private static Tensor[] squares(int n, long seed) {
        var random = Generator.of(seed);
        Tensor images = Tensors.rand(random, n, 3, 64, 64).mul(0.3);
        float[] at = Tensors.rand(random, n, 3).reshape(-1).toFloatArray();
        var labels = new float[n][1][5];
        for (int i = 0; i < n; i++) {
            int side = 16 + (int) (at[3 * i] * 20);
            int x = (int) (at[3 * i + 1] * (64 - side));
            int y = (int) (at[3 * i + 2] * (64 - side));
            images.select(0, i).narrow(1, y, side).narrow(2, x, side).fill_(1);
            labels[i][0] = new float[] {0, x / 64f, y / 64f, (x + side) / 64f, (y + side) / 64f};
        }
        return new Tensor[] {images, Tensors.tensor(labels, DType.FLOAT32)};
    }

    @Test
    void theLossIsThatOfTheTaskAndOfItsDefinition() {
        var net = new TinySSD(2);
        net.eval();
        Tensor[] data = squares(3, 1);
        try (var _ = Autograd.noGrad()) {
            Losses losses = net.task().step(Batch.of(data[0], data[1]));
            double loss = losses.sum().item();
            Tensor output = net.forward(data[0]);
            assertThat(new MultiboxLoss(TinySSD.anchors(64, 64)).forward(output, data[1]).item())
                    .isCloseTo(loss, within(1e-5));
            // by definition, anchor by anchor
            var target = Anchors.multiboxTarget(TinySSD.anchors(64, 64), data[1]);
            double[] x = output.to(DType.FLOAT64).reshape(-1).toDoubleArray();
            long[] label = target.label().reshape(-1).toLongArray();
            float[] offset = target.offset().reshape(-1).toFloatArray();
            double sum = 0;
            for (int a = 0; a < label.length; a++) {
                double total = Math.exp(x[7 * a]) + Math.exp(x[7 * a + 1]) + Math.exp(x[7 * a + 2]);
                sum += (Math.log(total) - x[7 * a + (int) label[a]]) / label.length;
                for (int k = 0; k < 4 && label[a] > 0; k++) {
                    sum += Math.abs(x[7 * a + 3 + k] - offset[4 * a + k]) / offset.length;
                }
            }
            assertThat(loss).isCloseTo(sum, within(1e-4));
        }
    }

    @Test
    void stepsAreCaptured() {
        Tensors.manualSeed(1);
        var net = new TinySSD(1);
        var task = net.task();
        var opt = new SGD(net.parameters(), 0.01);
        Captured step =
                Captured.of((x, y) -> {
                    opt.zeroGrad();
                    Tensor loss = task.step(Batch.of(x, y)).sum();
                    loss.backward();
                    opt.step();
                    return loss;
                });
        Tensor[] data = squares(4, 2);
        for (int i = 0; i < 5; i++) {
            assertThat(step.call(data[0], data[1]).item()).isFinite();
        }
        assertThat(step.eagerReason()).isNull();
        assertThat(step.plan()).contains("kernels of");
    }

    @Test
    void learnsWhereSquaresAre() {
        Tensors.manualSeed(3);
        var net = new TinySSD(List.of("square"));
        Tensor[] train = squares(72, 4);
        Tensor[] test = squares(16, 5);
        Run run =
                new Trainer(net.task(), t -> t.optimizer(p -> new Adam(p, 3e-3)).monitor("map50", true).progress(false))
                        .fit(
                                DataLoader.of(new TensorDataset(train[0], train[1]), 8).shuffle(true),
                                DataLoader.of(new TensorDataset(test[0], test[1]), 16),
                                Epochs.of(8));
        assertThat(run.last().test()).containsKeys("class loss", "bbox mae", "class err", "map50", "map");
        assertThat(run.last().test().get("map50")).isGreaterThan(0.6);
        assertThat(run.warnings()).isEmpty();
        net.eval();
        Tensor image = test[0].select(0, 0);
        Detections found = net.detections(image.unsqueeze(0), new DetectOptions().threshold(0.1)).getFirst();
        Tensor truth = test[1].select(0, 0).narrow(1, 1, 4).mul(64);
        assertThat(Boxes.boxIou(found.boxes().narrow(0, 0, 1), truth).item()).isGreaterThan(0.5);
        assertThat(Plot.image(image).boxes(found).svg()).contains("square ");
    }

    @Test
    void detectionOfAnyImage() {
        Tensors.manualSeed(3);
        var net = new TinySSD(1);
        Detections found = net.detect(Tensors.zeros(DType.UINT8, 1, 100, 200), o -> o.threshold(0).limit(7));
        assertThat(found.size()).isEqualTo(7);
        assertThat(found.boxes()).hasShape(7, 4);
        assertThat(found.labels()).allMatch(l -> l.startsWith("class 0 0."));
        assertThat(net.isTraining()).isTrue();
        Detections none = net.detect(Tensors.zeros(3, 256, 256), o -> o.threshold(1));
        assertThat(none.size()).isZero();
        assertThat(none.toString()).isEqualTo("nothing");
        assertThatThrownBy(() -> net.detect(Tensors.zeros(4, 8, 8))).hasMessageContaining("[3, H, W]");
        assertThatThrownBy(() -> net.detect(Tensors.zeros(3, 8, 8), o -> o.threshold(2)))
                .hasMessageContaining("threshold");
    }

    /** One cycle with the recipe's Adam; a constant rate with the course's optimiser. */
    @Test
    void theRateOfTheRecipeRisesAndFalls() {
        var recipe = new TinySSD.Recipe();
        HyperParameters adam = recipe.hyperParameters();
        var schedule = task(recipe, adam).schedule(100);
        assertThat(schedule).isNotNull();
        var optimizer = recipe.optimizer("adam", new TinySSD(1).parameters(), adam.lr());
        var cycle = Objects.requireNonNull(schedule).apply(optimizer);
        var rates = new ArrayList<Double>();
        for (int i = 0; i < 99; i++) {
            rates.add(optimizer.lr());
            optimizer.step();
            cycle.step();
        }
        assertThat(rates.getFirst()).isCloseTo(adam.lr() / 25, within(1e-9));
        assertThat(rates.get(19)).isCloseTo(adam.lr(), within(1e-9));
        assertThat(optimizer.lr()).isLessThan(1e-6);
        assertThat(task(recipe, adam).schedule(5)).isNull();
        assertThat(task(recipe, HyperParameters.of("sgd", 0.2)).schedule(100)).isNull();
    }

    private static RecipeTask task(TinySSD.Recipe recipe, HyperParameters hyper) {
        return recipe.open(new TaskOptions(hyper, null, TaskOptions.ALL, 0, Map.of(), Map.of(), line -> {}));
    }
}
