package fathom.vision.datasets;

import fathom.DType;
import fathom.Tensor;
import fathom.data.Table;
import fathom.data.hub.DataHub;
import fathom.vision.ImageFolder;
import fathom.vision.ImageList;
import fathom.vision.transforms.Transform;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The two image classification competitions of the course, in Kaggle's form: images in {@code train}, their classes in
 * a CSV file, and images without classes in {@code test}.
 *
 * {@snippet :
 * var cifar = KaggleImages.cifar10(o -> o.transform(Transforms.randomResizedCrop(32, 0.64)));
 * var dogs = KaggleImages.dogs(o -> o.transform(Transforms.imagenet()));
 * }
 *
 * <p>The {@linkplain DataHub hub} finds or downloads {@code kaggle_cifar10_tiny.zip} and {@code kaggle_dog_tiny.zip}.
 * If it cannot, generated images are used, and a line on standard error says so.
 *
 * @see <a href="https://d2l.ai/chapter_computer-vision/kaggle-cifar10.html">Dive into Deep Learning, Image
 *     Classification (CIFAR-10) on Kaggle</a>
 * @see <a href="https://d2l.ai/chapter_computer-vision/kaggle-dog.html">Dive into Deep Learning, Dog Breed
 *     Identification (ImageNet Dogs) on Kaggle</a>
 */
public final class KaggleImages {
    private static final int STAND_IN_VERSION = 1;

    private final ImageFolder train;
    private final List<Path> testFiles;
    private final String source;
    private final boolean isStandIn;

    private KaggleImages(Path folder, String labels, Consumer<ImageFolder.Options> options, boolean isStandIn) {
        train = ImageFolder.ofCsv(folder.resolve("train"), folder.resolve(labels), options);
        testFiles = files(folder.resolve("test"));
        source = isStandIn ? "a stand-in" : folder.toString();
        this.isStandIn = isStandIn;
    }

    private static List<Path> files(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(folder)) {
            // 2.png before 10.png
            return all.filter(Files::isRegularFile)
                    .sorted(
                            Comparator.<Path>comparingInt(f -> f.getFileName().toString().length())
                                    .thenComparing(Comparator.naturalOrder()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * {@return CIFAR-10 in Kaggle's form, 1,000 images of it, or its stand-in if it is not available}
     *
     * @param options of the image folder, such as the transform
     * @throws UncheckedIOException if a file is damaged
     */
    public static KaggleImages cifar10(Consumer<ImageFolder.Options> options) {
        return cifar10(DataHub.standard(), options, System.err::println);
    }

    /** As {@link #cifar10(Consumer)}, from a hub; {@code notice} receives one line if the stand-in is used. */
    public static KaggleImages cifar10(DataHub hub, Consumer<ImageFolder.Options> options, Consumer<String> notice) {
        return hub.load(
                "CIFAR-10 of Kaggle",
                h -> cifar10(h.folder("cifar10_tiny"), options),
                () ->
                        new KaggleImages(
                                hub.standInFolder("cifar10_tiny", STAND_IN_VERSION, KaggleStandIn::writeCifar10),
                                "trainLabels.csv",
                                options,
                                true),
                notice);
    }

    /** {@return CIFAR-10 from a folder with {@code train}, {@code trainLabels.csv} and, if wanted, {@code test}} */
    public static KaggleImages cifar10(Path folder, Consumer<ImageFolder.Options> options) {
        return new KaggleImages(folder, "trainLabels.csv", options, false);
    }

    /**
     * {@return the dogs of 120 breeds, 1,000 images of them, or their stand-in of 12 breeds if they are not available}
     *
     * @param options of the image folder, such as the transform
     * @throws UncheckedIOException if a file is damaged
     */
    public static KaggleImages dogs(Consumer<ImageFolder.Options> options) {
        return dogs(DataHub.standard(), options, System.err::println);
    }

    /** As {@link #dogs(Consumer)}, from a hub; {@code notice} receives one line if the stand-in is used. */
    public static KaggleImages dogs(DataHub hub, Consumer<ImageFolder.Options> options, Consumer<String> notice) {
        return hub.load(
                "Dog breeds of Kaggle",
                h -> dogs(h.folder("dog_tiny"), options),
                () ->
                        new KaggleImages(
                                hub.standInFolder("dog_tiny", STAND_IN_VERSION, KaggleStandIn::writeDogs),
                                "labels.csv",
                                options,
                                true),
                notice);
    }

    /** {@return the dogs from a folder with {@code train}, {@code labels.csv} and, if wanted, {@code test}} */
    public static KaggleImages dogs(Path folder, Consumer<ImageFolder.Options> options) {
        return new KaggleImages(folder, "labels.csv", options, false);
    }

    /** {@return the images with their classes} */
    public ImageFolder train() {
        return train;
    }

    /** {@return the images without classes, for a submission, in order of their names} */
    public List<Path> testFiles() {
        return testFiles;
    }

    /** {@return the images without classes, in order of their names} */
    public ImageList test(@Nullable Transform transform) {
        return new ImageList(testFiles, transform);
    }

    /**
     * {@return the predicted classes of the test images as the competition expects them: columns {@code id} and {@code
     * label}}
     *
     * @param scores a score per class, {@code [images, classes]}, as {@link fathom.train.Trainer#predict} returns them
     *     for {@link #test}
     */
    public Table submission(Tensor scores) {
        check("submission", scores);
        var labels = new ArrayList<String>();
        for (long label : scores.argmax(1).toLongArray()) {
            labels.add(train.classes().get((int) label));
        }
        var columns = new LinkedHashMap<String, List<?>>();
        columns.put("id", ids());
        columns.put("label", labels);
        return Table.ofColumns(columns);
    }

    /**
     * {@return the probabilities of the classes of the test images as the competition expects them: columns {@code id}
     * and one per class}
     *
     * @param scores logits per class, {@code [images, classes]}
     */
    public Table probabilities(Tensor scores) {
        check("probabilities", scores);
        Tensor p = scores.to(DType.FLOAT64).softmax(1);
        var columns = new LinkedHashMap<String, List<?>>();
        columns.put("id", ids());
        for (int k = 0; k < train.classes().size(); k++) {
            columns.put(train.classes().get(k), Arrays.stream(p.select(1, k).toDoubleArray()).boxed().toList());
        }
        return Table.ofColumns(columns);
    }

    private void check(String operation, Tensor scores) {
        if (scores.dim() != 2 || scores.size(0) != testFiles.size() || scores.size(1) != train.classes().size()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: expected scores [%d, %d], a row per test image, got %s",
                            operation,
                            testFiles.size(),
                            train.classes().size(),
                            scores.shape()));
        }
    }

    /** {@return the names of the test images without their endings} */
    private List<String> ids() {
        return testFiles.stream()
                .map(f -> f.getFileName().toString())
                .map(n -> n.contains(".") ? n.substring(0, n.lastIndexOf('.')) : n)
                .toList();
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
