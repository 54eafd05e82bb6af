package fathom.cli;

import fathom.Autograd;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.nn.Layer;
import fathom.vision.FashionMnist;
import fathom.vision.ImageDataset;
import fathom.vision.Images;
import fathom.vision.PictureGrid;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks a trained model what is on pictures. */
@Command(
        name = "predict",
        description = {
            "Tell what a trained model sees on pictures: the likeliest classes with their probabilities.",
            "Pictures of any size and colour are brought to what the model knows. Without any, some of the test data serve."
        },
        showDefaultValues = true)
final class PredictCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Mixin private DataOption data;

    @Parameters(index = "0", paramLabel = "RUN", description = "Folder of a run, as fathom train makes it.")
    private Path run;

    @Parameters(
            index = "1..*",
            paramLabel = "IMAGE",
            description = "PNG, JPEG and other picture files, turned as their EXIF orientation says.")
    private List<Path> images = new ArrayList<>();

    @Option(names = "--top", paramLabel = "K", defaultValue = "3", description = "How many classes to tell.")
    private int top;

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "10",
            description = "Without pictures: how many of the test data.")
    private int count;

    @Option(names = "--best", description = "Use the weights of the best epoch rather than the last.")
    private boolean best;

    @Option(
            names = "--out",
            paramLabel = "FILE.png",
            description = "The page of pictures. Default: predictions.png in the run's folder.")
    private @Nullable Path out;

    /**
     * A picture to look at.
     *
     * @param name what it is called
     * @param shown as it goes onto the page
     * @param input as the network gets it
     * @param label its class, or -1 where nobody knows
     */
    private record Picture(String name, Tensor shown, Tensor input, int label) {}

    @Override
    public Integer call() throws IOException {
        RunConfig config = RunConfig.read(spec, run);
        Recipe recipe = config.recipe(spec);
        List<String> names = FashionMnist.classNames();
        if (!recipe.isOfPictures()) {
            throw wrong("%s is a run of %s, which knows no pictures".formatted(run, recipe.name()));
        }
        if (top < 1 || top > names.size()) {
            throw wrong(String.format(Locale.ROOT, "--top: must be from 1 to %d, is %d", names.size(), top));
        }
        if (count < 1) {
            throw wrong("--count: must be at least 1, is " + count);
        }
        Layer net = config.network(recipe, best);
        List<Picture> pictures = images.isEmpty() ? ofTestData(config, recipe) : ofFiles(recipe);
        Tensor probabilities;
        try (var _ = Autograd.noGrad()) {
            probabilities = net.call(Tensors.stack(pictures.stream().map(Picture::input).toList(), 0)).softmax(1);
        }
        var page = new PictureGrid(Math.min(5, pictures.size()));
        PrintWriter print = spec.commandLine().getOut();
        int right = 0;
        float[][] p = probabilities.toArray(float[][].class);
        for (int i = 0; i < p.length; i++) {
            Picture picture = pictures.get(i);
            int[] order = order(p[i]);
            var line = new StringBuilder(picture.name).append(": ");
            for (int k = 0; k < top; k++) {
                line.append(k == 0 ? "" : ", ").append(names.get(order[k])).append(percent(p[i][order[k]]));
            }
            boolean isRight = picture.label < 0 || picture.label == order[0];
            String below = names.get(order[0]) + percent(p[i][order[0]]);
            if (picture.label >= 0) {
                line.append(isRight ? " (right)" : " (wrong: it is %s)".formatted(names.get(picture.label)));
                below += "\n" + (isRight ? "right" : "is " + names.get(picture.label));
                right += isRight ? 1 : 0;
            }
            print.println(line);
            page.add(picture.shown, below, isRight);
        }
        if (images.isEmpty()) {
            print.println(String.format(Locale.ROOT, "%d of %d right", right, pictures.size()));
        }
        Path file = out == null ? run.resolve("predictions.png") : out;
        page.write(file);
        print.println("pictures: " + file);
        print.flush();
        return 0;
    }

    private List<Picture> ofTestData(RunConfig config, Recipe recipe) {
        ImageDataset test = data.load(spec, config.text("data")).test().with(recipe.transform());
        int n = (int) Math.min(count, test.size());
        Batch batch = test.batch(LongStream.range(0, n).toArray());
        long[] labels = batch.y().toLongArray();
        var pictures = new ArrayList<Picture>();
        for (int i = 0; i < n; i++) {
            Tensor shown = test.images().select(0, i);
            pictures.add(new Picture("test picture " + i, shown, batch.x().select(0, i), (int) labels[i]));
        }
        return pictures;
    }

    private List<Picture> ofFiles(Recipe recipe) throws IOException {
        for (Path file : images) {
            if (!Files.isRegularFile(file)) {
                throw wrong("there is no picture " + file);
            }
        }
        var pictures = new ArrayList<Picture>();
        for (Path file : images) {
            Tensor image = Images.read(file, o -> o.applyExifOrientation(true));
            pictures.add(new Picture(file.toString(), image, PictureInput.prepare(image, recipe.transform()), -1));
        }
        return pictures;
    }

    private static int[] order(float[] p) {
        return java.util.stream.IntStream.range(0, p.length)
                .boxed()
                .sorted((a, b) -> Float.compare(p[b], p[a]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private static String percent(float p) {
        return String.format(Locale.ROOT, " %.3f", p);
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
