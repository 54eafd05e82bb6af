package fathom.vision.diffusion;

import fathom.FathomException;
import fathom.Generator;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.io.StateDict;
import fathom.nn.Layer;
import fathom.plot.Plot;
import fathom.train.EpochResult;
import fathom.train.Losses;
import fathom.train.Task;
import fathom.train.TrainerOptions;
import fathom.train.callback.ExponentialMovingAverage;
import fathom.train.recipe.PicturePace;
import fathom.train.recipe.PredictionOptions;
import fathom.train.recipe.RecipeException;
import fathom.train.recipe.SamplingOptions;
import fathom.train.recipe.SamplingTask;
import fathom.train.recipe.TaskOptions;
import fathom.vision.FashionMnist;
import fathom.vision.recipe.FashionMnistRecipeTask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Training of a diffusion model with Fashion-MNIST, and sampling from it with the moving average of its weights. */
final class DiffusionTask extends FashionMnistRecipeTask implements SamplingTask {
    private static final double DECAY = 0.99;

    /** The number of test images: the loss is a mean over random noise, so more tell little more. */
    private static final int TESTED = 500;

    private static final int SIDE = 28;
    private static final int SHOWN = 20;
    private static final int SHOWN_STEPS = 25;
    private static final double SHOWN_GUIDANCE = 1;

    /** So many times as long as drawing took passes before the next picture. */
    private static final int PAUSE = 20;

    private final TaskOptions options;
    private final ExponentialMovingAverage average = new ExponentialMovingAverage(DECAY);

    DiffusionTask(TaskOptions options) {
        super(options, null, TESTED);
        this.options = options;
        width();
    }

    private int width() {
        int width = options.integer(DiffusionRecipe.WIDTH, 8).orElse(DiffusionRecipe.DEFAULT_WIDTH);
        if (width % 8 != 0) {
            throw new RecipeException(
                    DiffusionRecipe.WIDTH, String.format(Locale.ROOT, "must be a multiple of 8, is %d", width));
        }
        return width;
    }

    @Override
    public Layer network() {
        return DiffusionRecipe.network(width());
    }

    @Override
    public List<String> classes() {
        return FashionMnist.classNames();
    }

    @Override
    public void configure(TrainerOptions t, Layer net, Consumer<String> show) {
        t.callbacks(average);
    }

    @Override
    public Task<Batch> task(Layer net) {
        return new NoiseTask((DiffusionModel) net, average);
    }

    /** The mean squared error of the predicted noise, and samples of the averaged network after each epoch. */
    private static final class NoiseTask extends Task<Batch> {
        private final DiffusionModel model;
        private final transient ExponentialMovingAverage average;
        private final transient PicturePace pace = new PicturePace(PAUSE);

        NoiseTask(DiffusionModel model, ExponentialMovingAverage average) {
            super(Batch.class, model);
            this.model = model;
            this.average = average;
        }

        @Override
        public Losses step(Batch batch) {
            Tensor images = batch.x().mul(2).sub(1); // from [0, 1]
            return Losses.of("loss", model.error(images, batch.y()).square().mean());
        }

        @Override
        public Map<String, Plot> pictures(EpochResult result) {
            return pace.pictures(
                    "samples",
                    () -> {
                        Tensor labels = labels(SHOWN, -1);
                        Tensor images =
                                average.average()
                                        .with(() ->
                                                images(model, labels, SHOWN_STEPS, 0, SHOWN_GUIDANCE, Generator.of(0)));
                        return page(images, labels);
                    });
        }
    }

    /** {@return classes in turn, or a single one; int64 [count]} */
    private static Tensor labels(int count, int label) {
        int classes = FashionMnist.classNames().size();
        return Tensors.tensor(IntStream.range(0, count).mapToLong(i -> label < 0 ? i % classes : label).toArray());
    }

    private static Tensor images(
            DiffusionModel model, Tensor labels, int steps, double eta, double guidance, Generator generator) {
        long n = labels.size(0);
        var device = model.parameters().getFirst().device();
        Tensor start = Tensors.randn(generator, n, 1, SIDE, SIDE).to(device);
        return DiffusionSampler.ddim(model.schedule(), o -> o.steps(steps).eta(eta).generator(generator))
                .denoise(model.guided(labels.to(device), guidance), start)
                .add(1)
                .div(2)
                .cpu();
    }

    private static Plot page(Tensor images, Tensor labels) {
        List<String> names = FashionMnist.classNames();
        int columns = Math.min(names.size(), (int) images.size(0));
        List<String> above = Arrays.stream(labels.toLongArray()).mapToObj(k -> names.get((int) k)).toList();
        return Plot.images(images, o -> o.columns(columns).labels(above));
    }

    @Override
    public List<String> sample(Layer net, SamplingOptions asked) throws IOException {
        var model = (DiffusionModel) net;
        int label = asked.labelIn(classes());
        if (asked.steps() > model.schedule().steps()) {
            throw new RecipeException(
                    "steps", String.format(Locale.ROOT, "must be at most %d", model.schedule().steps()));
        }
        Path averaged = asked.folder().resolve("ema.safetensors");
        if (!asked.best() && Files.isRegularFile(averaged)) {
            try {
                model.loadStateDict(StateDict.load(averaged));
            } catch (FathomException | IllegalArgumentException e) {
                throw new IOException("%s: %s".formatted(averaged, e.getMessage()), e);
            }
        }
        Tensor labels = labels(asked.count(), label);
        Tensor images = images(model, labels, asked.steps(), asked.eta(), asked.guidance(), Generator.of(asked.seed()));
        page(images, labels).save(asked.page());
        return List.of(
                String.format(
                        Locale.ROOT,
                        "%d images of %s in %d steps: %s",
                        asked.count(),
                        label < 0 ? "all classes" : classes().get(label),
                        asked.steps(),
                        asked.page()));
    }

    @Override
    public List<String> predict(Layer net, PredictionOptions asked) {
        throw new RecipeException("a diffusion model generates images: fathom sample " + asked.folder());
    }
}
