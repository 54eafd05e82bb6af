package fathom.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Temporary files left behind by killed processes. A process locks each such file while it writes it, so one that can
 * be locked is left over.
 */
final class Leftovers {
    private static final Pattern NAME =
            Pattern.compile("\\..+\\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\\.part");

    /** A younger file may belong to a process that has not locked it yet. */
    private static final Duration MIN_AGE = Duration.ofMinutes(1);

    /** No folder is searched more often, as folders may be large. */
    private static final Duration SEARCH_INTERVAL = Duration.ofMinutes(1);

    private static final int MAX_FOLDERS = 1000;

    /** This process's own temporary files: opening and closing one would release its lock. */
    private static final Set<Path> IN_USE = ConcurrentHashMap.newKeySet();

    private static final Map<Path, Long> SEARCHED = new ConcurrentHashMap<>();

    private Leftovers() {}

    /** A file being written, until this is closed. */
    record Use(Path file, @Nullable FileLock lock) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            if (lock != null && lock.isValid()) {
                lock.release();
            }
            IN_USE.remove(file);
        }
    }

    /** Marks a file as being written. */
    static Use use(Path file, FileChannel channel) {
        IN_USE.add(file);
        try {
            return new Use(file, channel.tryLock());
        } catch (IOException e) {
            return new Use(file, null); // not every file system supports locks; the file's age protects it for a while
        }
    }

    /** {@return whether a file has the name of a temporary file} */
    static boolean isTemporary(Path file) {
        return NAME.matcher(file.getFileName().toString()).matches();
    }

    /** Deletes leftovers in a folder, unless it was searched recently. */
    static void deleteIn(Path folder) {
        long now = System.nanoTime();
        if (SEARCHED.size() > MAX_FOLDERS) {
            SEARCHED.clear();
        }
        Long before = SEARCHED.put(folder, now);
        if (before == null || now - before > SEARCH_INTERVAL.toNanos()) {
            search(folder);
        }
    }

    private static void search(Path folder) {
        Instant young = Instant.now().minus(MIN_AGE);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, Leftovers::isTemporary)) {
            for (Path file : files) {
                if (!IN_USE.contains(file)
                        && Files.getLastModifiedTime(file).toInstant().isBefore(young)
                        && canLock(file)) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // another process may be deleting them too, or we lack permission
        }
    }

    private static boolean canLock(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // ours, in a folder with two paths
        }
    }
}
