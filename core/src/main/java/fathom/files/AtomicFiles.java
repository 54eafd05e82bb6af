package fathom.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Files that are there whole or not at all: written beside their place, then moved into it. */
public final class AtomicFiles {
    private AtomicFiles() {}

    /** Writes a file's contents. */
    @FunctionalInterface
    public interface Writer {
        /** Writes everything to the channel. */
        void write(FileChannel channel) throws IOException;
    }

    /** Writes a file, making the folders above it. Should the writing fail, the file that was there stays as it was. */
    public static void write(Path file, Writer writer) throws IOException {
        Path place = file.toAbsolutePath();
        Path folder = place.getParent();
        if (folder == null) {
            throw new IOException(file + ": not a file's path");
        }
        Files.createDirectories(folder);
        // not a temporary file of the JDK's: those are for their owner's eyes only
        Path beside = folder.resolve(".%s.%s.part".formatted(place.getFileName(), UUID.randomUUID()));
        try {
            try (var channel = FileChannel.open(beside, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
                writer.write(channel);
                channel.force(false);
            }
            try {
                Files.move(beside, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(beside, place, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            Files.deleteIfExists(beside);
        }
    }
}
