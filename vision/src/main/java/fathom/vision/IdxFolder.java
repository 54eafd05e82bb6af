package fathom.vision;

import fathom.DType;
import fathom.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A folder with the four files of MNIST and its kin, under their usual names, compressed or not. */
final class IdxFolder {
    static final String TRAIN_IMAGES = "train-images-idx3-ubyte";
    static final String TRAIN_LABELS = "train-labels-idx1-ubyte";
    static final String TEST_IMAGES = "t10k-images-idx3-ubyte";
    static final String TEST_LABELS = "t10k-labels-idx1-ubyte";
    private static final List<String> ALL = List.of(TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS);

    private IdxFolder() {}

    /**
     * Pictures and what they show.
     *
     * @param images uint8 {@code [N, 1, H, W]}
     * @param labels int64 {@code [N]}
     */
    record Pictures(Tensor images, Tensor labels) {}

    /** Pictures to learn from and pictures to be tested with. */
    record Splits(Pictures train, Pictures test) {}

    /** Opens a file by its name. */
    interface Opener {
        /** {@return the stream and the name for messages} */
        Named open(String name) throws IOException;
    }

    record Named(InputStream stream, String name) {}

    /** {@return whether all four files are there} */
    static boolean isComplete(Path folder) {
        return ALL.stream().allMatch(name -> find(folder, name) != null);
    }

    /** {@return the names of the files that are not there} */
    static List<String> missing(Path folder) {
        return ALL.stream().filter(name -> find(folder, name) == null).toList();
    }

    private static @Nullable Path find(Path folder, String name) {
        for (String candidate :
                List.of(name + ".gz", name, name.replace("-idx", ".idx"), name.replace("-idx", ".idx") + ".gz")) {
            Path file = folder.resolve(candidate);
            if (Files.isRegularFile(file)) {
                return file;
            }
        }
        return null;
    }

    /**
     * Reads the four files of a folder.
     *
     * @param classes the number of classes: labels are below it
     * @throws IOException if one is missing, damaged, or does not go with the others
     */
    static Splits read(Path folder, int classes) throws IOException {
        return read(
                name -> {
                    Path file = find(folder, name);
                    if (file == null) {
                        throw new IOException("%s: there is no %s(.gz)".formatted(folder, name));
                    }
                    return new Named(Files.newInputStream(file), file.toString());
                },
                classes);
    }

    /** As {@link #read(Path, int)}, from anywhere. */
    static Splits read(Opener files, int classes) throws IOException {
        return new Splits(
                pictures(files, TRAIN_IMAGES, TRAIN_LABELS, classes),
                pictures(files, TEST_IMAGES, TEST_LABELS, classes));
    }

    private static Pictures pictures(Opener files, String imagesName, String labelsName, int classes)
            throws IOException {
        Tensor images = tensor(files, imagesName, 3);
        Tensor labels = tensor(files, labelsName, 1);
        if (images.size(0) != labels.size(0)) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "%s has %d pictures, but %s has %d labels",
                            imagesName,
                            images.size(0),
                            labelsName,
                            labels.size(0)));
        }
        if (images.numel() == 0) {
            throw new IOException("%s: there are no pictures in it".formatted(imagesName));
        }
        for (byte label : labels.toByteArray()) {
            if ((label & 0xFF) >= classes) {
                throw new IOException(
                        String.format(
                                Locale.ROOT,
                                "%s: label %d, but there are only %d classes",
                                labelsName,
                                label & 0xFF,
                                classes));
            }
        }
        return new Pictures(images.unsqueeze(1).keep(), labels.to(DType.INT64).keep());
    }

    private static Tensor tensor(Opener files, String name, int rank) throws IOException {
        Named file = files.open(name);
        try (InputStream in = file.stream()) {
            Tensor t = Idx.read(in, file.name());
            if (t.dtype() != DType.UINT8 || t.dim() != rank) {
                throw new IOException(
                        String.format(
                                Locale.ROOT,
                                "%s: holds %s of shape %s, not uint8 of %d dimensions: not a file of this data set",
                                file.name(),
                                t.dtype(),
                                t.shape(),
                                rank));
            }
            return t;
        }
    }
}
