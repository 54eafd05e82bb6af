package fathom.vision.folder;

import fathom.data.Dataset;
import fathom.data.Datasets;
import fathom.data.Subset;
import fathom.train.recipe.RecipeException;
import fathom.train.recipe.TaskOptions;
import fathom.vision.ImageFolder;
import fathom.vision.transforms.Transform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The images of a folder in two parts: its subfolders for training and testing, or a random split of it.
 *
 * @param train the images to train on
 * @param test the images to test on
 * @param trainIndices the examples of {@code train} that belong to the training part
 * @param testIndices the examples of {@code test} that belong to the test part
 * @param isSplit whether the parts were drawn at random from one folder
 */
record ImageFolderData(ImageFolder train, ImageFolder test, long[] trainIndices, long[] testIndices, boolean isSplit) {
    private static final List<String> TRAIN = List.of("train", "training");
    private static final List<String> TEST = List.of("val", "valid", "validation", "test", "testing", "dev");
    private static final int MOST_NAMED = 10;

    /**
     * {@return the images of the data that the options name}
     *
     * @param classes the classes of an existing run; null for those that are found
     * @param isForeign whether the data is not that of the run: all of it is test data then
     */
    static ImageFolderData open(TaskOptions options, @Nullable List<String> classes, boolean isForeign) {
        String data = options.data();
        if (data == null) {
            throw new RecipeException("data", "which folder of images?");
        }
        Path root = Path.of(data);
        if (!Files.isDirectory(root)) {
            throw new RecipeException("data", "there is no folder " + root);
        }
        Path trainFolder = subfolder(root, TRAIN);
        Path testFolder = subfolder(root, TEST);
        if (options.option(ImageFolderRecipe.LABELS).isEmpty() && trainFolder != null && testFolder != null) {
            if (isForeign) {
                ImageFolder test = read(testFolder, options, classes);
                return new ImageFolderData(test, test, mixed(test, options), mixed(test, options), false);
            }
            ImageFolder train = read(trainFolder, options, classes);
            ImageFolder test = read(testFolder, options, train.classes());
            return new ImageFolderData(train, test, mixed(train, options), mixed(test, options), false);
        }
        ImageFolder images = read(trainFolder != null && onlyFolder(root) ? trainFolder : root, options, classes);
        if (isForeign) {
            return new ImageFolderData(images, images, mixed(images, options), mixed(images, options), false);
        }
        double fraction = options.fraction(ImageFolderRecipe.VALIDATION).orElse(0);
        List<Subset> parts =
                Datasets.randomSplit(
                        images,
                        new double[] {1 - fraction, fraction},
                        options.seed(),
                        o -> o.stratify(images.labels().toLongArray()));
        return new ImageFolderData(images, images, parts.get(0).indices(), parts.get(1).indices(), true);
    }

    private static boolean onlyFolder(Path root) {
        try (var entries = Files.list(root)) {
            return entries.filter(Files::isDirectory).filter(p -> !p.getFileName().toString().startsWith(".")).count()
                    == 1;
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e.getMessage(), e);
        }
    }

    private static @Nullable Path subfolder(Path root, List<String> names) {
        return names.stream().map(root::resolve).filter(Files::isDirectory).findFirst().orElse(null);
    }

    /** {@return all examples in random order, so that the first of them are of all classes} */
    private static long[] mixed(ImageFolder images, TaskOptions options) {
        return Datasets.randomSplit(
                        images, new double[] {1}, options.seed(), o -> o.stratify(images.labels().toLongArray()))
                .getFirst()
                .indices();
    }

    private static ImageFolder read(Path folder, TaskOptions options, @Nullable List<String> classes) {
        boolean skip = options.isOn(ImageFolderRecipe.SKIP_BROKEN);
        String labels = options.option(ImageFolderRecipe.LABELS).orElse(null);
        ImageFolder images =
                labels == null
                        ? new ImageFolder(
                                folder, o -> o.skipBroken(skip).classes(classes == null ? List.of() : classes))
                        : ImageFolder.ofCsv(
                                folder,
                                Path.of(labels),
                                o -> o.skipBroken(skip).classes(classes == null ? List.of() : classes));
        tell(images.broken(), folder, options);
        return images;
    }

    private static void tell(Map<Path, String> broken, Path folder, TaskOptions options) {
        if (broken.isEmpty()) {
            return;
        }
        options.notice()
                .accept(
                        String.format(
                                Locale.ROOT,
                                "%,d file%s of %s cannot be read and %s left out:",
                                broken.size(),
                                broken.size() == 1 ? "" : "s",
                                folder,
                                broken.size() == 1 ? "is" : "are"));
        broken.values().stream().limit(MOST_NAMED).forEach(why -> options.notice().accept("  " + why));
        if (broken.size() > MOST_NAMED) {
            options.notice().accept(String.format(Locale.ROOT, "  and %,d more", broken.size() - MOST_NAMED));
        }
    }

    /** {@return the training part with a transform, at most {@code limit} images of it} */
    Dataset trainPart(Transform transform, int limit) {
        return part(train, transform, trainIndices, limit);
    }

    /** {@return the test part with a transform, at most {@code limit} images of it} */
    Dataset testPart(Transform transform, int limit) {
        return part(test, transform, testIndices, limit);
    }

    private static Dataset part(ImageFolder images, Transform transform, long[] indices, int limit) {
        return images.with(transform).subset(Arrays.copyOf(indices, Math.min(limit, indices.length)));
    }
}
