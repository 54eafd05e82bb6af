package fathom.vision;

import fathom.data.TrainTestData;
import fathom.data.hub.DataHub;
import fathom.vision.transforms.Transform;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * MNIST: 60,000 training and 10,000 test images of handwritten digits, greyscale, 28 x 28 (LeCun, Cortes and Burges,
 * 1998).
 *
 * <p>The {@linkplain DataHub hub} searches for it in {@code FATHOM_DATA/mnist}, in the cache and in {@code
 * /usr/share/datasets/mnist}, then downloads it from a public mirror.
 */
public final class Mnist implements TrainTestData {
    private static final List<String> CLASSES = List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");

    private final ImageDataset train;
    private final ImageDataset test;
    private final String source;

    private Mnist(IdxLibrary.Found found, @Nullable Transform transform) {
        train = new ImageDataset(found.splits().train().images(), found.splits().train().labels(), transform);
        test = new ImageDataset(found.splits().test().images(), found.splits().test().labels(), transform);
        source = found.source();
    }

    private static IdxLibrary library() {
        return new IdxLibrary(DataHub.standard(), "mnist", CLASSES.size(), null);
    }

    /**
     * {@return the data set, from the first place that has it}
     *
     * @throws java.io.UncheckedIOException if it is not available, or a file of it is damaged
     */
    public static Mnist load() {
        return load((Transform) null);
    }

    /** {@return the data set, with every image transformed} */
    public static Mnist load(@Nullable Transform transform) {
        return new Mnist(library().find(line -> {}), transform);
    }

    /**
     * {@return the data set from a folder with its four files, or those of a data set in the same format}
     *
     * @throws java.io.UncheckedIOException if one is missing or damaged
     */
    public static Mnist load(Path folder) {
        return load(folder, (Transform) null);
    }

    /** {@return the data set from a folder, with every image transformed} */
    public static Mnist load(Path folder, @Nullable Transform transform) {
        return new Mnist(library().from(folder), transform);
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

    /** {@return the folder it was read from} */
    public String source() {
        return source;
    }

    @Override
    public String toString() {
        return "Mnist(train=%s, test=%s)".formatted(train.size(), test.size());
    }
}
