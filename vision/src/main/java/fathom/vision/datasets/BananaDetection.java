package fathom.vision.datasets;

import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Dataset;
import fathom.data.Example;
import fathom.data.TrainTestData;
import fathom.data.hub.DataHub;
import fathom.files.InputFiles;
import fathom.vision.Images;
import fathom.vision.transforms.Transform;
import fathom.vision.transforms.Transforms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * The course's object detection data set: 1,000 training and 100 test images, 256 x 256, each with one banana pasted on
 * a background.
 *
 * <p>An example is an image, float32 {@code [3, 256, 256]} in [0, 1], and its boxes, float32 {@code [1, 5]}: class,
 * then left, top, right and bottom as fractions of the image. Images are read when they are fetched.
 *
 * <p>The {@linkplain DataHub hub} finds or downloads {@code banana-detection.zip}. If it cannot, generated images are
 * used, and a line on standard error says so.
 *
 * @see <a href="https://d2l.ai/chapter_computer-vision/object-detection-dataset.html">Dive into Deep Learning, The
 *     Object Detection Dataset</a>
 */
public final class BananaDetection implements TrainTestData {
    private static final String NAME = "banana-detection";
    private static final int STAND_IN_VERSION = 1;

    private final Dataset train;
    private final Dataset test;
    private final String source;
    private final boolean isStandIn;

    private BananaDetection(Path folder, boolean isStandIn) {
        train = new Part(folder.resolve("bananas_train"));
        test = new Part(folder.resolve("bananas_val"));
        this.source = isStandIn ? "a stand-in" : folder.toString();
        this.isStandIn = isStandIn;
    }

    /**
     * {@return the data set, or its stand-in if it is not available}
     *
     * @throws UncheckedIOException if a file is damaged
     */
    public static BananaDetection load() {
        return load(DataHub.standard(), System.err::println);
    }

    /**
     * {@return the data set from a hub, or its stand-in if it is not available}
     *
     * @param notice receives one line if the stand-in is used
     */
    public static BananaDetection load(DataHub hub, Consumer<String> notice) {
        return hub.load("Banana detection", h -> load(h.folder(NAME)), () -> standIn(hub), notice);
    }

    /**
     * {@return the data set from a folder with {@code bananas_train} and {@code bananas_val}, each with {@code
     * label.csv} and {@code images}}
     *
     * @throws UncheckedIOException if a file is missing or damaged
     */
    public static BananaDetection load(Path folder) {
        return new BananaDetection(folder, false);
    }

    /** {@return the stand-in: 400 and 80 generated images, written into the cache at the first call} */
    public static BananaDetection standIn() {
        return standIn(DataHub.standard());
    }

    private static BananaDetection standIn(DataHub hub) {
        return new BananaDetection(hub.standInFolder(NAME, STAND_IN_VERSION, BananaStandIn::write), true);
    }

    /** The images of one folder with their boxes. */
    private static final class Part implements Dataset {
        private final List<Path> files;
        private final Tensor boxes;
        private final Transform floats = Transforms.rgb().then(Transforms.toFloat());

        Part(Path folder) {
            Path csv = folder.resolve("label.csv");
            var found = new ArrayList<Path>();
            var values = new ArrayList<float[]>();
            try {
                List<String> lines = InputFiles.text(csv).lines().toList();
                for (int i = 1; i < lines.size(); i++) { // after the header
                    if (lines.get(i).isBlank()) {
                        continue;
                    }
                    String[] fields = lines.get(i).split(",", -1);
                    Path image = folder.resolve("images").resolve(fields[0]);
                    if (fields.length != 6 || !Files.isRegularFile(image)) {
                        throw new IOException(
                                String.format(
                                        Locale.ROOT,
                                        "%s, line %d: %s",
                                        csv,
                                        i + 1,
                                        fields.length == 6
                                                ? "the image %s does not exist".formatted(image)
                                                : "expected an image's name, a class and four numbers"));
                    }
                    found.add(image);
                    values.add(box(fields, csv, i + 1));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e.getMessage(), e);
            }
            files = List.copyOf(found);
            var all = new float[5 * files.size()];
            for (int i = 0; i < files.size(); i++) {
                System.arraycopy(values.get(i), 0, all, 5 * i, 5);
            }
            boxes = Tensors.tensor(all).reshape(files.size(), 1, 5).keep();
        }

        /** {@return class, left, top, right and bottom, from pixels of images of 256 x 256} */
        private static float[] box(String[] fields, Path csv, int line) throws IOException {
            var box = new float[5];
            try {
                for (int k = 0; k < 5; k++) {
                    float value = Float.parseFloat(fields[k + 1]);
                    box[k] = k == 0 ? value : value / 256;
                }
            } catch (NumberFormatException e) {
                throw new IOException(
                        String.format(Locale.ROOT, "%s, line %d: a number is malformed: %s", csv, line, e.getMessage()),
                        e);
            }
            return box;
        }

        @Override
        public long size() {
            return files.size();
        }

        @Override
        public Example get(long index) {
            Path file = files.get((int) Objects.checkIndex(index, size()));
            try {
                return Example.of(floats.apply(Images.read(file)), boxes.select(0, index));
            } catch (IOException e) {
                throw new UncheckedIOException(String.format(Locale.ROOT, "image %d: %s", index, e.getMessage()), e);
            }
        }
    }

    /** {@return the names of the classes, by label} */
    public static List<String> classNames() {
        return List.of("banana");
    }

    @Override
    public Dataset train() {
        return train;
    }

    @Override
    public Dataset test() {
        return test;
    }

    /** {@return the folder it was read from, or "a stand-in"} */
    public String source() {
        return source;
    }

    /** {@return whether it is the generated stand-in} */
    public boolean isStandIn() {
        return isStandIn;
    }
}
