package fathom.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Atomic file writes, which also survive a crash of the machine: a temporary file beside the target is written, then
 * renamed. Temporary files of a killed process are deleted by a later write into the same folder.
 */
public final class AtomicFiles {
    /** Characters of the target's name used in the temporary name: names are limited to 255 bytes. */
    private static final int NAME_PREFIX = 40;

    private AtomicFiles() {}

    /** Writes a file's contents. */
    @FunctionalInterface
    public interface Writer {
        /** Writes the whole contents to the channel, without closing it. */
        void write(FileChannel channel) throws IOException;
    }

    /**
     * Writes a file, creating its parent folders. If writing fails, an existing file is unchanged.
     *
     * @throws IOException naming the file and the cause
     */
    public static void write(Path file, Writer writer) throws IOException {
        try {
            writeBeside(file, writer);
        } catch (IOException e) {
            throw new IOException(
                    "%s could not be written: %s%s"
                            .formatted(
                                    file,
                                    FileErrors.reason(e),
                                    Files.isRegularFile(file) ? "; the existing file is unchanged" : ""),
                    e);
        }
    }

    /** As {@link #write(Path, Writer)}, with contents that are in memory. */
    public static void write(Path file, byte[] contents) throws IOException {
        write(
                file,
                channel -> {
                    var bytes = ByteBuffer.wrap(contents);
                    while (bytes.hasRemaining()) {
                        channel.write(bytes);
                    }
                });
    }

    private static void writeBeside(Path file, Writer writer) throws IOException {
        Path place = file.toAbsolutePath();
        Path folder = place.getParent();
        if (folder == null || Files.exists(place) && !Files.isRegularFile(place)) {
            throw new IOException(Files.isDirectory(place) ? "it is a folder" : "it is not a regular file");
        }
        Files.createDirectories(folder);
        Leftovers.deleteIn(folder);
        // not a JDK temporary file: only the owner may read those
        Path beside = folder.resolve(".%s.%s.part".formatted(shortened(place), UUID.randomUUID()));
        try (var channel = FileChannel.open(beside, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
                var use = Leftovers.use(beside, channel)) {
            writer.write(channel);
            channel.force(false);
            try {
                Files.move(beside, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(beside, place, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            Files.deleteIfExists(beside);
        }
        sync(folder);
    }

    private static String shortened(Path place) {
        String name = place.getFileName().toString();
        return name.substring(
                0, name.offsetByCodePoints(0, Math.min(NAME_PREFIX, name.codePointCount(0, name.length()))));
    }

    /** Syncs the folder's entries, so that the new name survives a crash as the contents do. */
    private static void sync(Path folder) {
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // not every system can open folders; the file is complete in any case
        }
    }
}
