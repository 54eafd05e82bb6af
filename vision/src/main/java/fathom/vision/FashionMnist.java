package fathom.vision;

import fathom.data.TrainTestData;
import fathom.data.hub.DataHub;
import fathom.vision.transforms.Transform;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Fashion-MNIST: 60,000 training and 10,000 test images of clothes, greyscale, 28 x 28, in ten classes (Xiao, Rasul and
 * Vollgraf, 2017).
 *
 * <p>The {@linkplain DataHub hub} searches for it in {@code FATHOM_DATA/fashion-mnist}, in the cache and in Debian's
 * package dataset-fashion-mnist, then downloads it. If all fail, the embedded sample of 6,000 training and 1,000 test
 * images is used, and a line on standard error says so.
 *
 * @see <a href="https://d2l.ai/chapter_linear-classification/image-classification-dataset.html">Dive into Deep
 *     Learning, The Image Classification Dataset</a>
 */
public final class FashionMnist implements TrainTestData {
    private static final List<String> CLASSES =
            List.of(
                    "t-shirt",
                    "trouser",
                    "pullover",
                    "dress",
                    "coat",
                    "sandal",
                    "shirt",
                    "sneaker",
                    "bag",
                    "ankle boot");

    /** The number of training images of the full data set. */
    private static final long WHOLE = 60_000;

    private final ImageDataset train;
    private final ImageDataset test;
    private final String source;
    private final long wholeSize;

    private FashionMnist(IdxLibrary.Found found, @Nullable Transform transform) {
        train = new ImageDataset(found.splits().train().images(), found.splits().train().labels(), transform);
        test = new ImageDataset(found.splits().test().images(), found.splits().test().labels(), transform);
        source = found.source();
        wholeSize = found.isSample() ? WHOLE : train.size();
    }

    private static IdxLibrary library() {
        return new IdxLibrary(DataHub.standard(), "fashion-mnist", CLASSES.size(), "fashion-mnist-sample");
    }

    /**
     * {@return the data set, from the first place that has it}
     *
     * @throws java.io.UncheckedIOException if a file of it is damaged
     */
    public static FashionMnist load() {
        return load((Transform) null, System.err::println);
    }

    /** {@return the data set, with every image transformed, for instance {@code Transforms.resize(96)}} */
    public static FashionMnist load(Transform transform) {
        return load(transform, System.err::println);
    }

    /**
     * {@return the data set, from the first place that has it}
     *
     * @param transform applied to float32 images in [0, 1]; null for none
     * @param notice receives one line if the embedded sample is used
     */
    public static FashionMnist load(@Nullable Transform transform, Consumer<String> notice) {
        return new FashionMnist(library().find(notice), transform);
    }

    /**
     * {@return the data set from a folder with its four files, or those of a data set in the same format}
     *
     * @throws java.io.UncheckedIOException if one is missing or damaged
     */
    public static FashionMnist load(Path folder) {
        return load(folder, (Transform) null);
    }

    /** {@return the data set from a folder, with every image transformed} */
    public static FashionMnist load(Path folder, @Nullable Transform transform) {
        return new FashionMnist(library().from(folder), transform);
    }

    /** {@return the embedded sample of 6,000 training and 1,000 test images} */
    public static FashionMnist sample() {
        return new FashionMnist(library().sampleOnly(), null);
    }

    /** {@return the folder of downloads, which may not exist yet} */
    public static Path cacheFolder() {
        return DataHub.standard().cacheFolder("fashion-mnist");
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

    /**
     * {@return the number of training images of the full data set: more than {@link #train} has if the sample is used}
     */
    public long wholeSize() {
        return wholeSize;
    }

    /** {@return the source: a folder, or "the embedded sample"} */
    public String source() {
        return source;
    }

    @Override
    public String toString() {
        return "FashionMnist(train=%s, test=%s)".formatted(train.size(), test.size());
    }
}
