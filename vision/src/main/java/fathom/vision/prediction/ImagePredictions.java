package fathom.vision.prediction;

import fathom.Autograd;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Table;
import fathom.nn.Layer;
import fathom.train.recipe.PredictionOptions;
import fathom.train.recipe.RecipeException;
import fathom.vision.ImageDataset;
import fathom.vision.ImageGrid;
import fathom.vision.Images;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** Predicts the most probable classes of images, as text lines, as a page of images and as a table. */
public final class ImagePredictions {
    private static final int COLUMNS = 5;
    private static final int BATCH_SIZE = 32;

    /** The default number of classes to show, which need not be known to exist. */
    private static final int DEFAULT_TOP = 3;

    /** The number of images on the page. */
    private static final int MOST_SHOWN = 200;

    private final List<String> classes;
    private final PredictionOptions options;
    private final int top;

    public ImagePredictions(List<String> classes, PredictionOptions options) {
        if (options.top() > classes.size() && options.top() != DEFAULT_TOP) {
            throw new RecipeException(
                    "top", String.format(Locale.ROOT, "must be from 1 to %d, is %d", classes.size(), options.top()));
        }
        this.classes = classes;
        this.top = Math.min(options.top(), classes.size());
        this.options = options;
    }

    /**
     * An image to classify, which is read when it is its turn.
     *
     * @param name its name in the output
     * @param label its class, or -1 if unknown
     */
    public record Input(String name, int label, Reader reader) {}

    /** Reads an image. */
    @FunctionalInterface
    public interface Reader {
        Shown read() throws IOException;
    }

    /**
     * An image.
     *
     * @param image as shown on the page
     * @param input the network's input, {@code [C, H, W]}
     */
    public record Shown(Tensor image, Tensor input) {}

    /** {@return the first images of a data set} */
    public static List<Input> ofDataset(ImageDataset test, int count) {
        int n = (int) Math.min(count, test.size());
        long[] labels = test.labels().toLongArray();
        return IntStream.range(0, n)
                .mapToObj(i ->
                        new Input(
                                "test image " + i,
                                (int) labels[i],
                                () -> new Shown(test.images().select(0, i), test.get(i).x())))
                .toList();
    }

    /**
     * {@return the images in the given files, and in the given folders, oriented upright according to their EXIF
     * orientation}
     *
     * @param prepare from an image, uint8 {@code [C, H, W]}, to the network's input
     */
    public static List<Input> ofFiles(List<String> names, UnaryOperator<Tensor> prepare) throws IOException {
        var files = new ArrayList<Path>();
        for (String name : names) {
            Path file = Path.of(name);
            if (Files.isDirectory(file)) {
                List<Path> inside = Images.files(file);
                if (inside.isEmpty()) {
                    throw new RecipeException("there is no image in the folder " + name);
                }
                files.addAll(inside);
            } else if (Files.isRegularFile(file)) {
                files.add(file);
            } else {
                throw new RecipeException("there is no image " + name);
            }
        }
        return files.stream()
                .map(file ->
                        new Input(
                                file.toString(),
                                -1,
                                () -> {
                                    Tensor image = Images.read(file, o -> o.applyExifOrientation(true));
                                    return new Shown(image, prepare.apply(image));
                                }))
                .toList();
    }

    /**
     * Writes the page, and the CSV file if it is requested. Files that cannot be read are reported and left out.
     *
     * @return the lines
     */
    public List<String> of(Layer net, List<Input> inputs) throws IOException {
        var page = new ImageGrid(Math.min(COLUMNS, inputs.size()));
        var rows = new Rows();
        var lines = new ArrayList<String>();
        int right = 0;
        int shown = 0;
        for (int from = 0; from < inputs.size(); from += BATCH_SIZE) {
            List<Input> batch = new ArrayList<>();
            List<Shown> images = new ArrayList<>();
            for (Input input : inputs.subList(from, Math.min(inputs.size(), from + BATCH_SIZE))) {
                try {
                    images.add(input.reader.read());
                    batch.add(input);
                } catch (IOException e) {
                    options.warn().accept(e.getMessage());
                }
            }
            float[][] p = probabilities(net, images);
            for (int i = 0; i < p.length; i++) {
                Input image = batch.get(i);
                int[] order = order(p[i]);
                boolean isRight = image.label < 0 || image.label == order[0];
                right += isRight ? 1 : 0;
                lines.add(line(image, p[i], order));
                rows.add(image.name, p[i], order);
                if (shown++ < MOST_SHOWN) {
                    String below = classes.get(order[0]) + percent(p[i][order[0]]);
                    if (image.label >= 0) {
                        below += "\n" + (isRight ? "right" : "is " + classes.get(image.label));
                    }
                    page.add(images.get(i).image, below, isRight);
                }
            }
        }
        if (options.inputs().isEmpty()) {
            lines.add(String.format(Locale.ROOT, "%d of %d right", right, inputs.size()));
        }
        if (options.wantsCsv()) {
            rows.table().writeCsv(options.csv());
            lines.add("predictions: " + options.csv());
        }
        if (shown > 0) {
            page.write(options.page());
            lines.add(
                    "images: %s%s"
                            .formatted(
                                    options.page(),
                                    shown > MOST_SHOWN
                                            ? String.format(Locale.ROOT, ", the first %d of %d", MOST_SHOWN, shown)
                                            : ""));
        }
        return lines;
    }

    /** {@return the probabilities of the classes by a network, a row for each image} */
    public static float[][] probabilities(Layer net, List<Shown> images) {
        if (images.isEmpty()) {
            return new float[0][];
        }
        Tensor input = Tensors.stack(images.stream().map(Shown::input).toList(), 0);
        try (var _ = Autograd.noGrad()) {
            return net.call(input.to(net.parameters().getFirst().device())).softmax(1).toArray(float[][].class);
        }
    }

    private String line(Input image, float[] p, int[] order) {
        var line = new StringBuilder(image.name).append(": ");
        for (int k = 0; k < top; k++) {
            line.append(k == 0 ? "" : ", ").append(classes.get(order[k])).append(percent(p[order[k]]));
        }
        if (image.label >= 0) {
            line.append(
                    image.label == order[0] ? " (right)" : " (wrong: it is %s)".formatted(classes.get(image.label)));
        }
        return line.toString();
    }

    /** The predictions as a table: the file, and the most probable classes with their probabilities. */
    private final class Rows {
        private final Map<String, List<Object>> columns = new LinkedHashMap<>();

        void add(String name, float[] p, int[] order) {
            columns.computeIfAbsent("image", c -> new ArrayList<>()).add(name);
            for (int k = 0; k < top; k++) {
                String number = k == 0 ? "" : String.format(Locale.ROOT, " %d", k + 1);
                columns.computeIfAbsent("class" + number, c -> new ArrayList<>()).add(classes.get(order[k]));
                columns.computeIfAbsent("probability" + number, c -> new ArrayList<>())
                        .add(Math.round(p[order[k]] * 1e6) / 1e6);
            }
        }

        Table table() {
            return Table.ofColumns(columns);
        }
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
