package fathom.vision;

import fathom.data.TrainTestData;
import fathom.files.CacheFolder;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Fashion-MNIST: 60,000 pictures of clothes to learn from and 10,000 to be tested with, grey, 28 x 28, in ten classes
 * (Xiao, Rasul and Vollgraf, 2017).
 *
 * <p>It is looked for in the cache folder ({@code ~/.cache/fathom/datasets/fashion-mnist}; {@code FATHOM_HOME} or
 * {@code XDG_CACHE_HOME} move it), in {@code /usr/share/datasets/fashion-mnist} (Debian's dataset-fashion-mnist), then
 * downloaded from its public home. When none of these has it, a sample of 6,000 and 1,000 of its pictures that comes
 * with Fathom serves, and a line on standard error says so. {@code FATHOM_OFFLINE=1} or {@code -Dfathom.offline=true}
 * forbids the download.
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

    private static final List<RemoteFile> FILES =
            List.of(
                    new RemoteFile("train-images-idx3-ubyte.gz", 26_421_880, "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
                    new RemoteFile("train-labels-idx1-ubyte.gz", 29_515, "25c81989df183df01b3e8a0aad5dffbe"),
                    new RemoteFile("t10k-images-idx3-ubyte.gz", 4_422_102, "bef4ecab320f06d8554ea6380940ec79"),
                    new RemoteFile("t10k-labels-idx1-ubyte.gz", 5_148, "bb300cfdad3c16e7a12a480ee83cd310"));

    /** How many pictures there are to learn from, all in all. */
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
        return new IdxLibrary(
                "Fashion-MNIST",
                CLASSES.size(),
                CacheFolder.dataset("fashion-mnist"),
                List.of(Path.of("/usr/share/datasets/fashion-mnist")),
                List.of(
                        URI.create("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"),
                        URI.create(
                                "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/")),
                FILES,
                "fashion-mnist-sample",
                10_000);
    }

    /**
     * {@return the data set, from wherever it is to be had}
     *
     * @throws java.io.UncheckedIOException if a file of it is damaged
     */
    public static FashionMnist load() {
        return load((Transform) null, System.err::println);
    }

    /** {@return the data set, with every picture transformed, for instance {@code Transforms.resize(96)}} */
    public static FashionMnist load(Transform transform) {
        return load(transform, System.err::println);
    }

    /**
     * {@return the data set, from wherever it is to be had}
     *
     * @param transform applied to float pictures from 0 to 1; null for none
     * @param notice told in one line when the sample has to serve
     */
    public static FashionMnist load(@Nullable Transform transform, Consumer<String> notice) {
        return new FashionMnist(library().find(notice), transform);
    }

    /**
     * {@return the data set from a folder with its four files, or those of a data set of the same kind}
     *
     * @throws java.io.UncheckedIOException if one is missing or damaged
     */
    public static FashionMnist load(Path folder) {
        return load(folder, (Transform) null);
    }

    /** {@return the data set from a folder, transformed} */
    public static FashionMnist load(Path folder, @Nullable Transform transform) {
        return new FashionMnist(library().from(folder), transform);
    }

    /** {@return the sample of 6,000 and 1,000 pictures that comes with Fathom} */
    public static FashionMnist sample() {
        return new FashionMnist(library().sampleOnly(), null);
    }

    /** {@return the folder where downloads are kept; it may not exist yet} */
    public static Path cacheFolder() {
        return CacheFolder.dataset("fashion-mnist");
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
     * {@return how many pictures the whole data set has to learn from: more than {@link #train} where a sample serves}
     */
    public long wholeSize() {
        return wholeSize;
    }

    /** {@return where it was found: a folder, or "the embedded sample"} */
    public String source() {
        return source;
    }
}
