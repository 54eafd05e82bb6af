package fathom.vision.recipe;

import fathom.Autograd;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.nn.Layer;
import fathom.train.recipe.PredictionOptions;
import fathom.train.recipe.RecipeException;
import fathom.vision.ImageDataset;
import fathom.vision.ImageGrid;
import fathom.vision.Images;
import fathom.vision.Transform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Predicts the most probable classes of images, as text lines and as a page of images. */
final class ImagePredictions {
    private static final int COLUMNS = 5;

    private final List<String> classes;
    private final PredictionOptions options;

    ImagePredictions(List<String> classes, PredictionOptions options) {
        if (options.top() > classes.size()) {
            throw new RecipeException(
                    "top", String.format(Locale.ROOT, "must be from 1 to %d, is %d", classes.size(), options.top()));
        }
        this.classes = classes;
        this.options = options;
    }

    /**
     * An image to classify.
     *
     * @param name its name in the output
     * @param shown the image as shown on the page
     * @param input the network's input
     * @param label its class, or -1 if unknown
     */
    record InputImage(String name, Tensor shown, Tensor input, int label) {}

    /** {@return the first images of a data set} */
    static List<InputImage> ofDataset(ImageDataset test, int count) {
        int n = (int) Math.min(count, test.size());
        Batch batch = test.batch(LongStream.range(0, n).toArray());
        long[] labels = batch.y().toLongArray();
        return IntStream.range(0, n)
                .mapToObj(i ->
                        new InputImage(
                                "test image " + i, test.images().select(0, i), batch.x().select(0, i), (int) labels[i]))
                .toList();
    }

    /**
     * {@return the images in the given files, oriented upright according to their EXIF orientation}
     *
     * @param transform the preprocessing of images; null for none
     */
    static List<InputImage> ofFiles(List<String> files, @Nullable Transform transform) throws IOException {
        for (String file : files) {
            if (!Files.isRegularFile(Path.of(file))) {
                throw new RecipeException("there is no image " + file);
            }
        }
        var images = new ArrayList<InputImage>();
        for (String file : files) {
            Tensor image = Images.read(Path.of(file), o -> o.applyExifOrientation(true));
            images.add(new InputImage(file, image, ImageInput.prepare(image, transform), -1));
        }
        return images;
    }

    /** Writes the page. {@return the lines} */
    List<String> of(Layer net, List<InputImage> images) throws IOException {
        Tensor input = Tensors.stack(images.stream().map(InputImage::input).toList(), 0);
        float[][] p;
        try (var _ = Autograd.noGrad()) {
            p = net.call(input.to(net.parameters().getFirst().device())).softmax(1).toArray(float[][].class);
        }
        var page = new ImageGrid(Math.min(COLUMNS, images.size()));
        var lines = new ArrayList<String>();
        int right = 0;
        for (int i = 0; i < p.length; i++) {
            InputImage image = images.get(i);
            int[] order = order(p[i]);
            var line = new StringBuilder(image.name).append(": ");
            for (int k = 0; k < options.top(); k++) {
                line.append(k == 0 ? "" : ", ").append(classes.get(order[k])).append(percent(p[i][order[k]]));
            }
            boolean isRight = image.label < 0 || image.label == order[0];
            String below = classes.get(order[0]) + percent(p[i][order[0]]);
            if (image.label >= 0) {
                line.append(isRight ? " (right)" : " (wrong: it is %s)".formatted(classes.get(image.label)));
                below += "\n" + (isRight ? "right" : "is " + classes.get(image.label));
                right += isRight ? 1 : 0;
            }
            lines.add(line.toString());
            page.add(image.shown, below, isRight);
        }
        if (options.inputs().isEmpty()) {
            lines.add(String.format(Locale.ROOT, "%d of %d right", right, images.size()));
        }
        page.write(options.page());
        lines.add("images: " + options.page());
        return lines;
    }

    private static int[] order(float[] p) {
        return IntStream.range(0, p.length)
                .boxed()
                .sorted((a, b) -> Float.compare(p[b], p[a]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private static String percent(float p) {
        return String.format(Locale.ROOT, " %.3f", p);
    }
}
