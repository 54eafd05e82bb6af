package fathom.vision;

import fathom.FathomException;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.data.DataLoader;
import fathom.data.Dataset;
import fathom.data.Example;
import fathom.files.Excerpt;
import fathom.vision.transforms.Transform;
import fathom.vision.transforms.TransformSteps;
import fathom.vision.transforms.Transforms;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Images in folders, one folder per class: {@code ROOT/cat/1.jpg}, {@code ROOT/dog/2.png}. Classes and files have
 * torchvision's order; an example is an image, float32 {@code [3, H, W]} in [0, 1] with the transform applied, and its
 * class, int64.
 *
 * {@snippet :
 * var train = new ImageFolder(Path.of("pets/train"), o -> o.transform(Transforms.compose(
 *         Transforms.randomResizedCrop(128), Transforms.randomHorizontalFlip())));
 * for (var batch : DataLoader.of(train, 32).shuffle(true).workers(2)) {
 *     var loss = crossEntropy(net.forward(batch.x()), batch.y());
 * }
 * }
 *
 * <p>Files are read when their examples are fetched, so the images need not fit into memory, and a loader's workers
 * read them in the background. PNG, JPEG, WebP, BMP, GIF and TIFF files are found by their names' endings, in
 * subfolders too, and turned upright by their EXIF orientation. Hidden files and folders are left out.
 *
 * <p>The resizing, cropping and flipping at the beginning of a transform is computed on bytes, as in torchvision; what
 * follows is applied to float32, and to all images of a batch at once if they have the same size.
 *
 * <p>Labels may also come from a CSV file: {@link #ofCsv}.
 */
public final class ImageFolder implements Dataset {
    /** The number of classes that a message names. */
    static final int MOST_NAMED = 20;

    private final List<String> classes;
    private final List<Path> files;
    private final Tensor labels;
    private final Map<Path, String> broken;
    private final int channels;
    private final @Nullable Transform transform;
    private final TransformSteps steps;

    /** The images of a folder of classes, without a transform. */
    public ImageFolder(Path root) {
        this(root, o -> {});
    }

    /**
     * The images of a folder of classes.
     *
     * @param root the folder of the classes' folders
     * @throws java.io.UncheckedIOException if a folder cannot be read
     * @throws FathomException if there are no classes, a class has no images, or a folder is none of the {@linkplain
     *     Options#classes given classes}
     */
    public ImageFolder(Path root, Consumer<Options> options) {
        this(root, set(options));
    }

    private ImageFolder(Path root, Options o) {
        this(labelled(root, o), o);
    }

    /**
     * {@return the images of one folder with the classes in a CSV file, such as a competition's: a column of file
     * names, with or without their endings, and a column of classes}
     *
     * <p>Classes are sorted: by value if all are integers, else by name. Images without a row are left out.
     *
     * @param folder the folder of the images
     * @throws java.io.UncheckedIOException if a file or folder cannot be read
     * @throws FathomException if the CSV file is malformed, or names a file that is not there (unless broken files are
     *     {@linkplain Options#skipBroken skipped})
     */
    public static ImageFolder ofCsv(Path folder, Path csv, Consumer<Options> options) {
        Options o = set(options);
        return new ImageFolder(CsvLabels.read(existing(folder), csv, o), o);
    }

    private static Options set(Consumer<Options> options) {
        var o = new Options();
        options.accept(o);
        return o;
    }

    /** Files with their labels, before broken ones are skipped. */
    record Labelled(List<String> classes, List<Path> files, List<Integer> labels, Map<Path, String> missing) {}

    private ImageFolder(Labelled found, Options o) {
        classes = List.copyOf(found.classes);
        channels = o.channels;
        Map<Path, String> reasons = new LinkedHashMap<>(found.missing);
        if (o.skipBroken) {
            reasons.putAll(unreadable(found.files));
        }
        broken = Collections.unmodifiableMap(reasons);
        int[] kept =
                IntStream.range(0, found.files.size()).filter(i -> !reasons.containsKey(found.files.get(i))).toArray();
        if (kept.length == 0) {
            throw new FathomException(
                    String.format(
                            Locale.ROOT,
                            "ImageFolder: none of %d images can be read; %s",
                            reasons.size(),
                            reasons.values().stream().findFirst().orElse("there are no files")));
        }
        files = IntStream.of(kept).mapToObj(found.files::get).toList();
        labels = Tensors.tensor(IntStream.of(kept).mapToLong(found.labels::get).toArray()).keep();
        transform = o.transform;
        steps = TransformSteps.of(transform);
    }

    private ImageFolder(ImageFolder like, @Nullable Transform transform) {
        this(
                new Labelled(
                        like.classes,
                        like.files,
                        java.util.Arrays.stream(like.labels.toLongArray()).mapToObj(l -> (int) l).toList(),
                        like.broken),
                set(o -> o.transform(transform).channels(like.channels)));
    }

    /** Options of an {@link ImageFolder}. */
    public static final class Options {
        @Nullable Transform transform;
        boolean skipBroken;
        int channels = 3;
        List<String> classes = List.of();
        @Nullable String fileColumn;
        @Nullable String labelColumn;

        Options() {}

        /** The transform of images; null for none. Default: none. */
        public Options transform(@Nullable Transform transform) {
            this.transform = transform;
            return this;
        }

        /**
         * Whether files that cannot be read are left out, rather than ending the pass through the data that meets them;
         * {@link ImageFolder#broken} names them. Every file is decoded once in advance, on all processors. Default: no.
         */
        public Options skipBroken(boolean skip) {
            this.skipBroken = skip;
            return this;
        }

        /** The number of channels: 3, greyscale images being expanded, or 1, colours being converted. Default: 3. */
        public Options channels(int channels) {
            if (channels != 1 && channels != 3) {
                throw new IllegalArgumentException("channels: expected 1 or 3, got " + channels);
            }
            this.channels = channels;
            return this;
        }

        /**
         * The classes, such as those of the training data, whose indices are the labels; there may be images of some of
         * them only. Default: all that are found, sorted.
         */
        public Options classes(List<String> classes) {
            this.classes = List.copyOf(classes);
            return this;
        }

        /** With a CSV file: the column of file names. Default: the first. */
        public Options fileColumn(String name) {
            this.fileColumn = Objects.requireNonNull(name);
            return this;
        }

        /** With a CSV file: the column of classes. Default: the second. */
        public Options labelColumn(String name) {
            this.labelColumn = Objects.requireNonNull(name);
            return this;
        }
    }

    // ---- finding files --------------------------------------------------------------------------------------------

    private static Path existing(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw ImageFiles.unchecked(
                    Files.exists(folder)
                            ? new FileSystemException(folder + ": it is not a folder")
                            : new NoSuchFileException("there is no folder " + folder));
        }
        return folder;
    }

    private static Labelled labelled(Path root, Options o) {
        try {
            List<Path> folders = ImageFiles.folders(existing(root));
            List<String> classes = o.classes;
            if (classes.isEmpty()) {
                classes = folders.stream().map(f -> f.getFileName().toString()).toList();
            }
            if (folders.isEmpty()) {
                int images = ImageFiles.directlyIn(root).size();
                throw new FathomException(
                        "%s has no folders of classes%s; expected images in %s, or their classes in a CSV file (ImageFolder.ofCsv)"
                                .formatted(
                                        root,
                                        switch (images) {
                                            case 0 -> "";
                                            case 1 -> ", only one image";
                                            default -> String.format(Locale.ROOT, ", only %d images", images);
                                        },
                                        root.resolve("CLASS").resolve("NAME.jpg")));
            }
            var files = new ArrayList<Path>();
            var labels = new ArrayList<Integer>();
            for (Path folder : folders) {
                int label = classes.indexOf(folder.getFileName().toString());
                if (label < 0) {
                    throw new FathomException(
                            "%s is none of the classes %s".formatted(folder, Excerpt.names(classes, MOST_NAMED)));
                }
                List<Path> images = ImageFiles.below(folder, root);
                if (images.isEmpty() && o.classes.isEmpty()) {
                    throw new FathomException(
                            "%s has no images, of which the names end in %s"
                                    .formatted(folder, String.join(", ", ImageFiles.ENDINGS)));
                }
                files.addAll(images);
                labels.addAll(Collections.nCopies(images.size(), label));
            }
            return new Labelled(classes, files, labels, Map.of());
        } catch (IOException e) {
            throw ImageFiles.unchecked(e);
        }
    }

    /** Decodes all files. {@return the reasons for those that fail} */
    private static Map<Path, String> unreadable(List<Path> files) {
        var reasons = new String[files.size()];
        IntStream.range(0, reasons.length)
                .parallel()
                .forEach(i -> {
                    try (var _ = fathom.Scope.open()) {
                        Images.read(files.get(i));
                    } catch (IOException e) {
                        reasons[i] = String.valueOf(e.getMessage());
                    }
                });
        var found = new LinkedHashMap<Path, String>();
        for (int i = 0; i < reasons.length; i++) {
            if (reasons[i] != null) {
                found.put(files.get(i), reasons[i]);
            }
        }
        return found;
    }

    // ---- what was found -------------------------------------------------------------------------------------------

    /** {@return the names of the classes, by label} */
    public List<String> classes() {
        return classes;
    }

    /** {@return the labels by the names of the classes, in order} */
    public Map<String, Integer> classToIdx() {
        var indices = new LinkedHashMap<String, Integer>();
        classes.forEach(name -> indices.put(name, indices.size()));
        return indices;
    }

    /** {@return the files, by the index of the example} */
    public List<Path> files() {
        return files;
    }

    /** {@return the labels of all examples: int64 {@code [size]}} */
    public Tensor labels() {
        return labels;
    }

    /** {@return the files that were {@linkplain Options#skipBroken skipped}, and why, in a line each} */
    public Map<Path, String> broken() {
        return broken;
    }

    /** {@return the same files with another transform} */
    public ImageFolder with(@Nullable Transform transform) {
        return new ImageFolder(this, transform);
    }

    @Override
    public long size() {
        return files.size();
    }

    // ---- reading --------------------------------------------------------------------------------------------------

    /**
     * {@return an image upright, without the transform: uint8 {@code [channels, H, W]}}
     *
     * @throws java.io.UncheckedIOException naming the file, if it cannot be read
     */
    public Tensor image(long index) {
        Path file = files.get((int) Objects.checkIndex(index, size()));
        try {
            Tensor image = Images.read(file, o -> o.applyExifOrientation(true));
            return channels == 1 ? Images.toGrayscale(image) : Transforms.rgb().apply(image);
        } catch (IOException e) {
            throw ImageFiles.unchecked(e);
        }
    }

    /**
     * {@inheritDoc}
     *
     * @throws java.io.UncheckedIOException naming the file, if it cannot be read
     */
    @Override
    public Example get(long index) {
        return Example.of(steps.floats(steps.bytes(image(index))), labels.select(0, index));
    }

    /**
     * {@inheritDoc}
     *
     * @throws java.io.UncheckedIOException naming the file, if it cannot be read
     */
    @Override
    public Batch batch(long[] indices) {
        var images = new ArrayList<Tensor>(indices.length);
        for (long i : indices) {
            DataLoader.checkOpen();
            images.add(steps.bytes(image(i)));
        }
        Tensor y = labels.indexSelect(0, Tensors.tensor(indices));
        if (differing(images) < 0) {
            return Batch.of(steps.floats(Tensors.stack(images, 0)), y);
        }
        images.replaceAll(steps::floats); // a crop among the last steps may still give them one size
        int other = differing(images);
        if (other < 0) {
            return Batch.of(Tensors.stack(images, 0), y);
        }
        throw new IllegalArgumentException(
                "ImageFolder: images of a batch differ in size: %s is %s, %s is %s; give the data set a transform such as Transforms.resize(64, 64)"
                        .formatted(
                                files.get((int) indices[0]),
                                images.getFirst().shape(),
                                files.get((int) indices[other]),
                                images.get(other).shape()));
    }

    /** {@return the first image of another shape than the first one, or -1} */
    private static int differing(List<Tensor> images) {
        for (int i = 1; i < images.size(); i++) {
            if (!images.get(i).shape().equals(images.getFirst().shape())) {
                return i;
            }
        }
        return -1;
    }
}
