package fathom.vision;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lists image files in folders, in torchvision's order. Hidden files and folders are left out; links are followed, but
 * each folder is entered once, so that links to a parent folder end.
 */
final class ImageFiles {
    /** Endings of the formats that {@link Images#read} knows. */
    static final List<String> ENDINGS =
            List.of(".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".jfif", ".jpe");

    /** Python's order of strings, by code point; Java's differs beyond the basic multilingual plane. */
    static final Comparator<String> BY_CODE_POINT =
            (a, b) -> Arrays.compare(a.codePoints().toArray(), b.codePoints().toArray());

    private final Set<Path> entered = new HashSet<>();
    private final List<Path> found = new ArrayList<>();

    private ImageFiles() {}

    /** {@return whether a name ends as those of image files do} */
    static boolean isImage(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return ENDINGS.stream().anyMatch(name::endsWith);
    }

    private static boolean isHidden(Path path) {
        String name = path.getFileName().toString();
        return name.startsWith(".") || name.equals("__MACOSX"); // a Mac's archives have hidden copies of files there
    }

    /** {@return the subfolders of a folder that are not hidden, by name} */
    static List<Path> folders(Path root) throws IOException {
        return entries(root).stream().filter(Files::isDirectory).toList();
    }

    /** {@return the image files of a folder, without those in its subfolders, by name} */
    static List<Path> directlyIn(Path folder) throws IOException {
        return entries(folder).stream().filter(p -> isImage(p) && !Files.isDirectory(p)).toList();
    }

    /**
     * {@return all image files below a folder: folder by folder in the order of their paths, then by name}
     *
     * @param root a folder that is not entered, even if a link leads to it; null for none
     */
    static List<Path> below(Path folder, @Nullable Path root) throws IOException {
        var files = new ImageFiles();
        if (root != null) {
            files.entered.add(root.toRealPath());
        }
        files.enter(folder);
        files.found.sort(
                Comparator.comparing((Path p) -> String.valueOf(p.getParent()), BY_CODE_POINT)
                        .thenComparing(p -> p.getFileName().toString(), BY_CODE_POINT));
        return files.found;
    }

    private void enter(Path folder) throws IOException {
        if (!entered.add(folder.toRealPath())) {
            return;
        }
        for (Path p : entries(folder)) {
            if (Files.isDirectory(p)) {
                enter(p);
            } else if (isImage(p)) {
                found.add(p);
            }
        }
    }

    private static List<Path> entries(Path folder) throws IOException {
        var entries = new ArrayList<Path>();
        try (var stream = Files.newDirectoryStream(folder, p -> !isHidden(p))) {
            stream.forEach(entries::add);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        entries.sort(Comparator.comparing(p -> p.getFileName().toString(), BY_CODE_POINT));
        return entries;
    }

    /** Throws an exception as unchecked, with its message. */
    static UncheckedIOException unchecked(IOException e) {
        return new UncheckedIOException(e.getMessage(), e);
    }
}
