package fathom.vision.pretraining;

import fathom.Autograd;
import fathom.Generator;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.data.Dataset;
import fathom.nn.Layer;
import fathom.plot.Plot;
import fathom.train.EpochResult;
import fathom.train.Losses;
import fathom.train.Run;
import fathom.train.Task;
import fathom.train.recipe.InferenceGraph;
import fathom.train.recipe.PicturePace;
import fathom.train.recipe.PredictionOptions;
import fathom.train.recipe.RecipeException;
import fathom.train.recipe.TaskOptions;
import fathom.vision.models.VisionTransformer;
import fathom.vision.recipe.FashionMnistData;
import fathom.vision.recipe.FashionMnistRecipeTask;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.LongStream;

/** Pretraining with Fashion-MNIST: pictures of reconstructions, and a linear probe at the end. */
final class MaskedAutoencoderTask extends FashionMnistRecipeTask {
    /** The number of labelled images of the probe, and of test images. */
    private static final int PROBED = 5000;

    private static final int TESTED = 2000;
    private static final int SHOWN = 8;
    private static final double GREY = 0.5;

    /** The decoder's attention heads. */
    private static final int HEADS = 3;

    /** So many times as long as drawing took passes before the next picture. */
    private static final int PAUSE = 20;

    private final TaskOptions options;

    MaskedAutoencoderTask(TaskOptions options) {
        super(options, null, TESTED);
        this.options = options;
        ratio();
        width();
    }

    private double ratio() {
        double ratio = options.fraction(MaskedAutoencoderRecipe.MASK_RATIO).orElse(0.75);
        if (ratio < 0.1 || ratio > 0.97) {
            throw new RecipeException(MaskedAutoencoderRecipe.MASK_RATIO, "must be from 0.1 to 0.97, is " + ratio);
        }
        return ratio;
    }

    private int width() {
        int width = options.integer(MaskedAutoencoderRecipe.DECODER_WIDTH, 1).orElse(96);
        if (width % (4 * HEADS) != 0) {
            throw new RecipeException(
                    MaskedAutoencoderRecipe.DECODER_WIDTH,
                    String.format(Locale.ROOT, "must be a multiple of %d, is %d", 4 * HEADS, width));
        }
        return width;
    }

    @Override
    public Layer network() {
        return new MaskedAutoencoder(
                MaskedAutoencoderRecipe.encoder(),
                o ->
                        o.maskRatio(ratio())
                                .decoderHeads(HEADS)
                                .decoderWidth(width())
                                .decoderLayers(options.integer(MaskedAutoencoderRecipe.DECODER_LAYERS, 1).orElse(2)));
    }

    @Override
    public Task<Batch> task(Layer net) {
        return new PatchTask((MaskedAutoencoder) net, images());
    }

    /** The error of hidden patches, and reconstructions of the first test images. */
    private static final class PatchTask extends Task<Batch> {
        private final MaskedAutoencoder net;
        private final transient FashionMnistData data;
        private final transient PicturePace pace = new PicturePace(PAUSE);

        PatchTask(MaskedAutoencoder net, FashionMnistData data) {
            super(Batch.class, net);
            this.net = net;
            this.data = data;
        }

        @Override
        public Losses step(Batch batch) {
            return Losses.of("loss", net.loss(batch.x()));
        }

        @Override
        public Map<String, Plot> pictures(EpochResult result) {
            return pace.pictures("reconstructions", () -> page(net, shown()));
        }

        private List<Tensor> shown() {
            Dataset test = data.testImages();
            return LongStream.range(0, Math.min(SHOWN, test.size())).mapToObj(i -> test.get(i).x()).toList();
        }
    }

    /**
     * {@return images, what the encoder sees of them, and what is reconstructed: with the same hidden patches always}
     */
    static Plot page(MaskedAutoencoder net, List<Tensor> images) {
        var device = net.parameters().getFirst().device();
        Tensor x = Tensors.stack(images, 0).to(device);
        Tensor order = Tensors.rand(Generator.of(0), x.size(0), net.patches()).to(device);
        var rows = new ArrayList<Tensor>();
        try (var _ = Autograd.noGrad()) {
            var reconstruction = net.reconstruct(x, order);
            rows.addAll(x.cpu().unbind());
            rows.addAll(net.masked(x, reconstruction, GREY).cpu().unbind());
            rows.addAll(net.reconstructed(x, reconstruction).clamp(0, 1).cpu().unbind());
        }
        var labels = new ArrayList<String>();
        for (String row : List.of("image", "visible", "reconstructed")) {
            for (int i = 0; i < images.size(); i++) {
                labels.add(row);
            }
        }
        return Plot.images(rows, o -> o.columns(images.size()).labels(labels));
    }

    /** With what a linear classifier of the features reaches, also for a network that was not trained. */
    @Override
    public List<String> report(Run run, Layer net) {
        var lines = new ArrayList<>(super.report(run, net));
        lines.add(probe("linear probe", ((MaskedAutoencoder) net).encoder()));
        lines.add(probe("linear probe, random weights", ((MaskedAutoencoder) network()).encoder()));
        return lines;
    }

    private String probe(String name, VisionTransformer encoder) {
        Dataset train = part(images().train().dataset(), Math.min(options.limit(), PROBED));
        Dataset test = part(images().testImages(), Math.min(options.limit(), TESTED));
        var device = encoder.eval().parameters().getFirst().device();
        var result = LinearProbe.of(x -> MaskedAutoencoder.features(encoder, x.to(device)).cpu(), train, test);
        return "%s: %s".formatted(name, result);
    }

    private static Dataset part(Dataset all, int most) {
        return most >= all.size() ? all : all.range(0, most);
    }

    /** What is of use is the encoder: tokens of the class and of the patches. */
    @Override
    public InferenceGraph inference(Layer net) {
        VisionTransformer encoder = ((MaskedAutoencoder) net).encoder();
        return new InferenceGraph(
                encoder,
                List.of(
                        new InferenceGraph.Input(
                                "image", Tensors.zeros(1, 1, 28, 28), Map.of(0, InferenceGraph.BATCH))),
                List.of("tokens"),
                in -> List.of(encoder.encode(in.getFirst())),
                Map.of());
    }

    /** The inputs are image files; without them the first test images. */
    @Override
    public List<String> predict(Layer net, PredictionOptions asked) throws IOException {
        if (asked.wantsCsv()) {
            throw new RecipeException("out", "must end in .png: reconstructions are drawn");
        }
        List<Tensor> images = images().images(asked.inputs(), Math.min(asked.count(), SHOWN), asked.warn());
        if (images.isEmpty()) {
            return List.of();
        }
        page((MaskedAutoencoder) net, images).save(asked.page());
        return List.of("images: " + asked.page());
    }
}
