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

/** A folder with the four files of MNIST or a similar data set, under their usual names, compressed or not. */
final class IdxFolder {
    static final String TRAIN_IMAGES = "train-images-idx3-ubyte";
    static final String TRAIN_LABELS = "train-labels-idx1-ubyte";
    static final String TEST_IMAGES = "t10k-images-idx3-ubyte";
    static final String TEST_LABELS = "t10k-labels-idx1-ubyte";
    private static final List<String> ALL = List.of(TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS);

    private IdxFolder() {}

    /**
     * Images and their classes.
     *
     * @param images uint8 {@code [N, 1, H, W]}
     * @param labels int64 {@code [N]}
     */
    record LabelledImages(Tensor images, Tensor labels) {}

    /** The training and the test images. */
    record Splits(LabelledImages train, LabelledImages test) {}

    /** Opens a file by name. */
    interface Opener {
        /** {@return the stream and the name for messages} */
        Named open(String name) throws IOException;
    }

    record Named(InputStream stream, String name) {}

    /** {@return whether all four files are there} */
    static boolean isComplete(Path folder) {
        return ALL.stream().allMatch(name -> find(folder, name) != null);
    }

    /** {@return the names of the missing files} */
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
     * @param classes the number of classes; labels must be below it
     * @throws IOException if a file is missing, damaged or inconsistent with the others
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

    /** As {@link #read(Path, int)}, from streams. */
    static Splits read(Opener files, int classes) throws IOException {
        return new Splits(
                labelled(files, TRAIN_IMAGES, TRAIN_LABELS, classes),
                labelled(files, TEST_IMAGES, TEST_LABELS, classes));
    }

    private static LabelledImages labelled(Opener files, String imagesName, String labelsName, int classes)
            throws IOException {
        Tensor images = tensor(files, imagesName, 3);
        Tensor labels = tensor(files, labelsName, 1);
        if (images.size(0) != labels.size(0)) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "%s has %d images, but %s has %d labels",
                            imagesName,
                            images.size(0),
                            labelsName,
                            labels.size(0)));
        }
        if (images.numel() == 0) {
            throw new IOException("%s: there are no images in it".formatted(imagesName));
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
        return new LabelledImages(images.unsqueeze(1).keep(), labels.to(DType.INT64).keep());
    }

    private static Tensor tensor(Opener files, String name, int rank) throws IOException {
        Named file = files.open(name);
        try (InputStream in = file.stream()) {
            Tensor t = Idx.read(in, file.name());
            if (t.dtype() != DType.UINT8 || t.dim() != rank) {
                throw new IOException(
                        String.format(
                                Locale.ROOT,
                                "%s: expected UINT8 of %4$d dimensions, got %2$s of shape %3$s: not a file of this data set",
                                file.name(),
                                t.dtype(),
                                t.shape(),
                                rank));
            }
            return t;
        }
    }
}
