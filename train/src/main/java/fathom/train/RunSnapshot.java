package fathom.train;

import fathom.files.FolderLock;
import fathom.files.InputFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the folder of a run says about it, at one time; the training may be going on.
 *
 * {@snippet :
 * for (Path folder : RunSnapshot.find(Path.of("runs"))) {
 *     RunSnapshot run = RunSnapshot.read(folder);
 *     IO.println(folder + ": " + run.status() + " after " + run.epochs().rows().size() + " epochs");
 * }
 * }
 *
 * @param folder the folder
 * @param status whether it is running, finished or interrupted
 * @param config the entries of {@code config.json}, such as {@code epochs} and {@code optimizerSettings}; empty while
 *     it cannot be read
 * @param epochs the rows of {@code metrics.csv}: the number of the epoch, {@code train_loss}, {@code test_acc}, {@code
 *     lr}, ...
 * @param steps the progress within epochs: {@code seconds} of training, the number of epochs with its fraction, the
 *     number of updates, {@code loss}, {@code lr}, {@code examples_per_second}, and bytes in use of tensors ({@code
 *     memory}) and of the Java {@code heap}; empty for runs of earlier versions
 * @param pictures the pictures in the folder and in its subfolders, without the run's own curves, by name
 * @param changed when a file of the run was last written
 */
public record RunSnapshot(
        Path folder,
        Status status,
        Map<String, Object> config,
        NumberTable epochs,
        NumberTable steps,
        List<Picture> pictures,
        Instant changed) {
    /** Whether a training goes on. */
    public enum Status {
        /** A training has locked the folder. */
        RUNNING,
        /** All epochs are finished, or early stopping ended it. */
        FINISHED,
        /** It was stopped or killed; it can be resumed if there is a checkpoint. */
        INTERRUPTED
    }

    /**
     * A picture in the folder.
     *
     * @param name its path in the folder, with {@code /}
     * @param bytes its size
     * @param changed when it was last written
     */
    public record Picture(String name, long bytes, Instant changed) {}

    private static final Set<String> PICTURES = Set.of("png", "jpg", "jpeg", "gif", "webp", "svg");
    private static final Set<String> OWN_PICTURES = Set.of(RunFolder.CURVE_PNG, RunFolder.CURVE_SVG);
    private static final String SVG = ".svg";
    private static final String PNG = ".png";
    private static final int MOST_PICTURES = 500;
    private static final int MOST_RUNS = 10_000;
    private static final int DEEPEST = 4;

    private static final JsonMapper JSON = new JsonMapper();

    /** Takes copies of the collections. */
    public RunSnapshot {
        config = Collections.unmodifiableMap(new LinkedHashMap<>(config));
        pictures = List.copyOf(pictures);
    }

    /** {@return whether a folder is that of a run: it has a config with the id of one} */
    public static boolean isRun(Path folder) {
        return config(folder).containsKey(RunFolder.RUN);
    }

    /**
     * {@return the folders of runs: the given one, or those in it and up to four levels below, by path}
     *
     * <p>Folders that cannot be read, hidden ones and symbolic links are passed over.
     */
    public static List<Path> find(Path folder) {
        List<Path> found = new ArrayList<>();
        find(folder, 0, found);
        return found;
    }

    private static void find(Path folder, int depth, List<Path> found) {
        if (found.size() >= MOST_RUNS) {
            return;
        }
        if (Files.isRegularFile(folder.resolve(RunFolder.CONFIG), LinkOption.NOFOLLOW_LINKS) && isRun(folder)) {
            found.add(folder);
        } else if (depth < DEEPEST) {
            for (Path child : children(folder)) {
                if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
                    find(child, depth + 1, found);
                }
            }
        }
    }

    /** {@return what a folder contains, without hidden files, by name; nothing if it cannot be read} */
    private static List<Path> children(Path folder) {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(f -> !String.valueOf(f.getFileName()).startsWith(".")).sorted().toList();
        } catch (IOException | RuntimeException e) {
            return List.of();
        }
    }

    /**
     * {@return the state of a run}
     *
     * <p>Each of its files is replaced or extended at once by the training, but not all of them together: the number of
     * epochs may differ by one between {@code epochs} and {@code steps}. A file that is missing or damaged counts as
     * empty.
     */
    public static RunSnapshot read(Path folder) {
        Map<String, Object> config = config(folder);
        NumberTable epochs = NumberTable.read(folder.resolve(RunFolder.METRICS));
        NumberTable steps = NumberTable.read(folder.resolve(StepLog.NAME));
        List<Picture> pictures = pictures(folder);
        Instant changed =
                Stream.concat(
                                Stream.of(RunFolder.CONFIG, RunFolder.METRICS, StepLog.NAME)
                                        .map(name -> changed(folder.resolve(name))),
                                pictures.stream().map(Picture::changed))
                        .max(Comparator.naturalOrder())
                        .orElse(Instant.EPOCH);
        return new RunSnapshot(folder, status(folder, config, epochs), config, epochs, steps, pictures, changed);
    }

    /**
     * {@return a number that changes, but for rare coincidences, when a file of the run does, or its lock}
     *
     * <p>Cheaper than {@link #read}: for asking often.
     */
    public static long fingerprint(Path folder) {
        long hash = FolderLock.isHeld(folder) ? 1 : 0;
        for (String name : List.of(RunFolder.CONFIG, RunFolder.METRICS, StepLog.NAME)) {
            try {
                var attributes = Files.readAttributes(folder.resolve(name), BasicFileAttributes.class);
                hash = mixed(hash, attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS));
                hash = mixed(hash, attributes.size());
            } catch (IOException e) {
                hash = mixed(hash, -1);
            }
        }
        for (Picture picture : pictures(folder)) {
            hash = mixed(hash, picture.hashCode());
        }
        return hash;
    }

    private static long mixed(long hash, long value) {
        return Long.rotateLeft(hash * 0x9E3779B97F4A7C15L, 23) ^ value * 0xC2B2AE3D27D4EB4FL;
    }

    private static Status status(Path folder, Map<String, Object> config, NumberTable epochs) {
        if (FolderLock.isHeld(folder)) {
            return Status.RUNNING;
        }
        Object ending = config.get(RunFolder.ENDING);
        if (ending != null) {
            return ending.equals(Run.Ending.INTERRUPTED.name()) ? Status.INTERRUPTED : Status.FINISHED;
        }
        boolean isComplete = config.get("epochs") instanceof Number n && epochs.rows().size() >= n.intValue();
        return isComplete ? Status.FINISHED : Status.INTERRUPTED;
    }

    private static Map<String, Object> config(Path folder) {
        try {
            Map<String, Object> values =
                    JSON.readValue(
                            InputFiles.text(folder.resolve(RunFolder.CONFIG)),
                            new TypeReference<LinkedHashMap<String, Object>>() {});
            return values == null ? Map.of() : values;
        } catch (IOException | JacksonException e) {
            return Map.of();
        }
    }

    private static Instant changed(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (IOException e) {
            return Instant.EPOCH;
        }
    }

    private static List<Picture> pictures(Path folder) {
        var found = new ArrayList<Picture>();
        for (Path file : children(folder)) {
            if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
                children(file).forEach(inner -> addPicture(folder, inner, found));
            } else {
                addPicture(folder, file, found);
            }
        }
        // a figure is written in both formats
        Set<String> drawn = found.stream().map(Picture::name).filter(n -> n.endsWith(SVG)).collect(Collectors.toSet());
        found.removeIf(p -> p.name().endsWith(PNG) && drawn.contains(p.name().replace(PNG, SVG)));
        found.sort(Comparator.comparing(Picture::name));
        return found;
    }

    private static void addPicture(Path folder, Path file, List<Picture> found) {
        String name = folder.relativize(file).toString().replace(file.getFileSystem().getSeparator(), "/");
        String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        if (found.size() >= MOST_PICTURES || !PICTURES.contains(ending) || OWN_PICTURES.contains(name)) {
            return;
        }
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (attributes.isRegularFile()) {
                found.add(new Picture(name, attributes.size(), attributes.lastModifiedTime().toInstant()));
            }
        } catch (IOException e) {
            // deleted meanwhile
        }
    }
}
