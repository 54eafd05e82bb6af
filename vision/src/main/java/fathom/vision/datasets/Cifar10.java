package fathom.vision.datasets;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.TrainTestData;
import fathom.data.hub.DataHub;
import fathom.files.InputFiles;
import fathom.vision.ImageDataset;
import fathom.vision.transforms.Transform;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * CIFAR-10: 50,000 training and 10,000 test images in ten classes, RGB, 32 x 32 (Krizhevsky, "Learning Multiple Layers
 * of Features from Tiny Images", 2009).
 *
 * <p>The {@linkplain DataHub hub} finds or downloads its binary version, {@code cifar-10-binary.tar.gz}. If it cannot,
 * generated images are used, and a line on standard error says so. The form of Kaggle's competition, a PNG file per
 * image, is read as an image folder with a CSV file.
 *
 * @see <a href="https://d2l.ai/chapter_computer-vision/image-augmentation.html">Dive into Deep Learning, Image
 *     Augmentation</a>
 */
public final class Cifar10 implements TrainTestData {
    private static final List<String> CLASSES =
            List.of("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

    private static final int SIDE = 32;
    private static final int PIXELS = 3 * SIDE * SIDE;

    /** A label, and the planes of red, green and blue. */
    private static final int RECORD = 1 + PIXELS;

    private final ImageDataset train;
    private final ImageDataset test;
    private final String source;
    private final boolean isStandIn;

    private Cifar10(ImageDataset train, ImageDataset test, String source, boolean isStandIn) {
        this.train = train;
        this.test = test;
        this.source = source;
        this.isStandIn = isStandIn;
    }

    /**
     * {@return the data set, or its stand-in if it is not available}
     *
     * @throws UncheckedIOException if a file is damaged
     */
    public static Cifar10 load() {
        return load(DataHub.standard(), System.err::println);
    }

    /**
     * {@return the data set from a hub, or its stand-in if it is not available}
     *
     * @param notice receives one line if the stand-in is used
     */
    public static Cifar10 load(DataHub hub, Consumer<String> notice) {
        return hub.load("CIFAR-10", h -> load(h.folder("cifar10")), Cifar10::standIn, notice);
    }

    /**
     * {@return the data set from a folder with {@code data_batch_1.bin} and so on (at least one), and {@code
     * test_batch.bin}}
     *
     * @throws UncheckedIOException if one is missing or damaged
     */
    public static Cifar10 load(Path folder) {
        var files = new ArrayList<Path>();
        for (int i = 1; i <= 5; i++) {
            Path file = folder.resolve("data_batch_" + i + ".bin");
            if (i == 1 || Files.exists(file)) {
                files.add(file);
            }
        }
        return new Cifar10(read(files), read(List.of(folder.resolve("test_batch.bin"))), folder.toString(), false);
    }

    private static ImageDataset read(List<Path> files) {
        try {
            long total = 0;
            for (Path file : files) {
                InputFiles.check(file);
                long size = Files.size(file);
                if (size == 0 || size % RECORD != 0) {
                    throw new IOException(
                            String.format(
                                    Locale.ROOT,
                                    "%s: expected records of %,d bytes, but it has %,d bytes",
                                    file,
                                    RECORD,
                                    size));
                }
                total += size / RECORD;
            }
            int n = Math.toIntExact(total);
            var pixels = new byte[Math.multiplyExact(n, PIXELS)];
            var labels = new long[n];
            int at = 0;
            for (Path file : files) {
                byte[] bytes = Files.readAllBytes(file);
                for (int from = 0; from < bytes.length; from += RECORD, at++) {
                    labels[at] = bytes[from];
                    if (labels[at] < 0 || labels[at] >= CLASSES.size()) {
                        throw new IOException(
                                String.format(
                                        Locale.ROOT,
                                        "%s: image %,d has label %d, but there are only 10 classes",
                                        file,
                                        from / RECORD,
                                        bytes[from] & 0xFF));
                    }
                    System.arraycopy(bytes, from + 1, pixels, at * PIXELS, PIXELS);
                }
            }
            return dataset(pixels, labels);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    private static ImageDataset dataset(byte[] pixels, long[] labels) {
        Tensor images = Tensors.fromBytes(MemorySegment.ofArray(pixels), DType.UINT8, labels.length, 3, SIDE, SIDE);
        return new ImageDataset(images, Tensors.tensor(labels), null);
    }

    /** {@return the stand-in: 2,000 and 500 generated images, the same at each call} */
    public static Cifar10 standIn() {
        return new Cifar10(generated(1, 2000), generated(2, 500), "a stand-in", true);
    }

    private static ImageDataset generated(long seed, int n) {
        var labels = new long[n];
        var pixels = new byte[n * PIXELS];
        var drawings = new Cifar10StandIn(seed);
        for (int i = 0; i < n; i++) {
            labels[i] = i % CLASSES.size();
            System.arraycopy(drawings.image((int) labels[i]), 0, pixels, i * PIXELS, PIXELS);
        }
        return dataset(pixels, labels);
    }

    /** {@return the same data with another transform} */
    public Cifar10 with(@Nullable Transform transform) {
        return new Cifar10(train.with(transform), test.with(transform), source, isStandIn);
    }

    /** {@return the names of the classes, by label} */
    public static List<String> classNames() {
        return CLASSES;
    }

    @Override
    public ImageDataset train() {
        return train;
    }

    @Override
    public ImageDataset test() {
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
