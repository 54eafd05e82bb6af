package fathom.vision;

import fathom.data.TrainTestData;
import fathom.files.CacheFolder;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * MNIST: 60,000 training and 10,000 test images of handwritten digits, greyscale, 28 x 28 (LeCun, Cortes and Burges,
 * 1998).
 *
 * <p>It is searched for in the cache folder ({@code ~/.cache/fathom/datasets/mnist}; {@code FATHOM_HOME} and {@code
 * XDG_CACHE_HOME} relocate it), then in {@code /usr/share/datasets/mnist}, then downloaded from a public mirror. {@code
 * FATHOM_OFFLINE=1} or {@code -Dfathom.offline=true} disables the download.
 */
public final class Mnist implements TrainTestData {
    private static final List<String> CLASSES = List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");

    private static final List<RemoteFile> FILES =
            List.of(
                    new RemoteFile("train-images-idx3-ubyte.gz", 9_912_422, "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
                    new RemoteFile("train-labels-idx1-ubyte.gz", 28_881, "d53e105ee54ea40749a09fcbcd1e9432"),
                    new RemoteFile("t10k-images-idx3-ubyte.gz", 1_648_877, "9fb629c4189551a2d022fa330f9573f3"),
                    new RemoteFile("t10k-labels-idx1-ubyte.gz", 4_542, "ec29112dd5afa0611ce80d1b7f02629c"));

    private final ImageDataset train;
    private final ImageDataset test;
    private final String source;

    private Mnist(IdxLibrary.Found found, @Nullable Transform transform) {
        train = new ImageDataset(found.splits().train().images(), found.splits().train().labels(), transform);
        test = new ImageDataset(found.splits().test().images(), found.splits().test().labels(), transform);
        source = found.source();
    }

    private static IdxLibrary library() {
        return new IdxLibrary(
                "MNIST",
                CLASSES.size(),
                CacheFolder.dataset("mnist"),
                List.of(Path.of("/usr/share/datasets/mnist")),
                List.of(
                        URI.create("https://ossci-datasets.s3.amazonaws.com/mnist/"),
                        URI.create("https://storage.googleapis.com/cvdf-datasets/mnist/")),
                FILES,
                null,
                10_000);
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
}
