package fathom.data.hub;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The description of a data set: its files, where they come from, and under which terms.
 *
 * @param name its name on the command line and in the cache, such as {@code ptb}
 * @param title its display name, such as "Penn Treebank"
 * @param sections the sections of the course that use it, such as {@code 14.3}
 * @param licence its licence or terms, as its authors state them
 * @param files its files: one archive, or any number of other files
 * @param root the folder in the archive that holds the data, such as {@code VOCdevkit/VOC2012}, or ""
 * @param system folders in which an operating system's package installs it
 */
public record DatasetCard(
        String name,
        String title,
        List<String> sections,
        String licence,
        List<RemoteFile> files,
        String root,
        List<Path> system) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");

    /**
     * Copies the lists.
     *
     * @throws IllegalArgumentException if the name is not a plain file name, or there are no files
     */
    public DatasetCard {
        if (!NAME.matcher(name).matches() || files.isEmpty()) {
            throw new IllegalArgumentException(
                    "DatasetCard: expected a name of letters, digits, '.', '_' and '-', and at least one file, got '%s' and %s"
                            .formatted(name, files));
        }
        sections = List.copyOf(sections);
        files = List.copyOf(files);
        system = List.copyOf(system);
    }

    /** {@return the description of a data set of one file, for the caller's own data} */
    public static DatasetCard of(String name, RemoteFile file) {
        return new DatasetCard(name, name, List.of(), "", List.of(file), "", List.of());
    }

    /** {@return whether it is one archive to unpack} */
    public boolean isArchive() {
        return files.size() == 1 && Archives.isArchive(files.getFirst().name());
    }

    /** {@return the size of its files in bytes, or -1 if it is not known} */
    public long bytes() {
        return files.stream().anyMatch(f -> f.bytes() < 0) ? -1 : files.stream().mapToLong(RemoteFile::bytes).sum();
    }

    /**
     * {@return the file of this name}
     *
     * @throws IllegalArgumentException if there is none
     */
    public RemoteFile file(String fileName) {
        return files.stream()
                .filter(f -> Objects.equals(f.name(), fileName))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "%s has no file '%s'; it has %s"
                                        .formatted(name, fileName, files.stream().map(RemoteFile::name).toList())));
    }
}
