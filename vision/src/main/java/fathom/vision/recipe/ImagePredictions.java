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

/** The most probable classes of pictures, as lines and as a page. */
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
     * A picture to classify.
     *
     * @param name its name in the output
     * @param shown as it goes onto the page
     * @param input as the network takes it
     * @param label its class, or -1 where that is not known
     */
    record Picture(String name, Tensor shown, Tensor input, int label) {}

    /** {@return the first pictures of a data set} */
    static List<Picture> ofDataset(ImageDataset test, int count) {
        int n = (int) Math.min(count, test.size());
        Batch batch = test.batch(LongStream.range(0, n).toArray());
        long[] labels = batch.y().toLongArray();
        return IntStream.range(0, n)
                .mapToObj(i ->
                        new Picture(
                                "test picture " + i,
                                test.images().select(0, i),
                                batch.x().select(0, i),
                                (int) labels[i]))
                .toList();
    }

    /**
     * {@return the pictures of these files, upright as their EXIF orientation says}
     *
     * @param transform applied to pictures before the network takes them; null for none
     */
    static List<Picture> ofFiles(List<String> files, @Nullable Transform transform) throws IOException {
        for (String file : files) {
            if (!Files.isRegularFile(Path.of(file))) {
                throw new RecipeException("there is no picture " + file);
            }
        }
        var pictures = new ArrayList<Picture>();
        for (String file : files) {
            Tensor image = Images.read(Path.of(file), o -> o.applyExifOrientation(true));
            pictures.add(new Picture(file, image, PictureInput.prepare(image, transform), -1));
        }
        return pictures;
    }

    /** Writes the page; {@return the lines} */
    List<String> of(Layer net, List<Picture> pictures) throws IOException {
        Tensor input = Tensors.stack(pictures.stream().map(Picture::input).toList(), 0);
        float[][] p;
        try (var _ = Autograd.noGrad()) {
            p = net.call(input.to(net.parameters().getFirst().device())).softmax(1).toArray(float[][].class);
        }
        var page = new ImageGrid(Math.min(COLUMNS, pictures.size()));
        var lines = new ArrayList<String>();
        int right = 0;
        for (int i = 0; i < p.length; i++) {
            Picture picture = pictures.get(i);
            int[] order = order(p[i]);
            var line = new StringBuilder(picture.name).append(": ");
            for (int k = 0; k < options.top(); k++) {
                line.append(k == 0 ? "" : ", ").append(classes.get(order[k])).append(percent(p[i][order[k]]));
            }
            boolean isRight = picture.label < 0 || picture.label == order[0];
            String below = classes.get(order[0]) + percent(p[i][order[0]]);
            if (picture.label >= 0) {
                line.append(isRight ? " (right)" : " (wrong: it is %s)".formatted(classes.get(picture.label)));
                below += "\n" + (isRight ? "right" : "is " + classes.get(picture.label));
                right += isRight ? 1 : 0;
            }
            lines.add(line.toString());
            page.add(picture.shown, below, isRight);
        }
        if (options.inputs().isEmpty()) {
            lines.add(String.format(Locale.ROOT, "%d of %d right", right, pictures.size()));
        }
        page.write(options.page());
        lines.add("pictures: " + options.page());
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
