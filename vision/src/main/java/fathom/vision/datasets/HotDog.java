package fathom.vision.datasets;

import fathom.data.TrainTestData;
import fathom.data.hub.DataHub;
import fathom.vision.ImageFolder;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * The course's hot dogs: 1,000 training and 400 test images of each of two classes, hot dogs and other food, in folders
 * {@code hotdog} and {@code not-hotdog}.
 *
 * {@snippet :
 * var data = HotDog.load(o -> o.transform(Transforms.imagenet()));
 * }
 *
 * <p>The {@linkplain DataHub hub} finds or downloads {@code hotdog.zip}. If it cannot, generated images are used, and a
 * line on standard error says so.
 *
 * @see <a href="https://d2l.ai/chapter_computer-vision/fine-tuning.html">Dive into Deep Learning, Fine-Tuning</a>
 */
public final class HotDog implements TrainTestData {
    private static final String NAME = "hotdog";
    private static final int STAND_IN_VERSION = 1;

    private final ImageFolder train;
    private final ImageFolder test;
    private final String source;
    private final boolean isStandIn;

    private HotDog(Path folder, Consumer<ImageFolder.Options> options, boolean isStandIn) {
        train = new ImageFolder(folder.resolve("train"), options);
        test = new ImageFolder(folder.resolve("test"), options);
        source = isStandIn ? "a stand-in" : folder.toString();
        this.isStandIn = isStandIn;
    }

    /**
     * {@return the data set, or its stand-in if it is not available}
     *
     * @param options of both image folders, such as the transform
     * @throws java.io.UncheckedIOException if a file is damaged
     */
    public static HotDog load(Consumer<ImageFolder.Options> options) {
        return load(DataHub.standard(), options, System.err::println);
    }

    /**
     * {@return the data set from a hub, or its stand-in if it is not available}
     *
     * @param notice receives one line if the stand-in is used
     */
    public static HotDog load(DataHub hub, Consumer<ImageFolder.Options> options, Consumer<String> notice) {
        return hub.load("Hot dogs", h -> load(h.folder(NAME), options), () -> standIn(hub, options), notice);
    }

    /** {@return the data set from a folder with {@code train} and {@code test}} */
    public static HotDog load(Path folder, Consumer<ImageFolder.Options> options) {
        return new HotDog(folder, options, false);
    }

    /** {@return the stand-in: 400 and 200 generated images, written into the cache at the first call} */
    public static HotDog standIn(Consumer<ImageFolder.Options> options) {
        return standIn(DataHub.standard(), options);
    }

    private static HotDog standIn(DataHub hub, Consumer<ImageFolder.Options> options) {
        return new HotDog(hub.standInFolder(NAME, STAND_IN_VERSION, HotDogStandIn::write), options, true);
    }

    @Override
    public ImageFolder train() {
        return train;
    }

    @Override
    public ImageFolder test() {
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
