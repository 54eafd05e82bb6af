package fathom.train;

import fathom.FathomException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Locks a run's folder against other trainings, in this process or others, until it is closed or the process ends: an
 * operating-system lock on the file {@code .lock}.
 */
final class RunLock implements AutoCloseable {
    private static final String NAME = ".lock";

    /**
     * The locks of this process. A lock file must not be opened twice: closing any channel of a file releases all locks
     * on it.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final @Nullable FileChannel channel;

    private RunLock(Path file, @Nullable FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Locks a folder.
     *
     * @throws FathomException if another training has locked it
     * @throws IOException if it cannot be written
     */
    static RunLock take(Path folder) throws IOException {
        Path file = folder.toRealPath().resolve(NAME);
        if (!HELD.add(file)) {
            throw new FathomException("%s is in use by another training in this program".formatted(folder));
        }
        try {
            return new RunLock(file, locked(folder, file));
        } catch (IOException | RuntimeException e) {
            HELD.remove(file);
            throw e;
        }
    }

    private static @Nullable FileChannel locked(Path folder, Path file) throws IOException {
        while (true) {
            var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            boolean isOurs = false;
            try {
                isOurs = channel.tryLock() != null;
            } catch (IOException e) {
                channel.close();
                return null; // a file system without locks: concurrent trainings are not detected
            } finally {
                if (!isOurs && channel.isOpen()) {
                    channel.close();
                }
            }
            if (!isOurs) {
                throw new FathomException(
                        "%s is in use by another training%s; end it, or choose another folder"
                                .formatted(folder, holder(file)));
            }
            if (Files.exists(file)) { // otherwise the previous holder deleted it while it was opened here
                channel.write(StandardCharsets.US_ASCII.encode(Long.toString(ProcessHandle.current().pid())));
                return channel;
            }
            channel.close();
        }
    }

    private static String holder(Path file) {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var bytes = ByteBuffer.allocate(20);
            channel.read(bytes);
            String pid = StandardCharsets.US_ASCII.decode(bytes.flip()).toString();
            return pid.matches("\\d+") ? " (process %s)".formatted(pid) : "";
        } catch (IOException e) {
            return "";
        }
    }

    /** {@return whether the lock file still exists; it does not if the folder was deleted meanwhile} */
    boolean isThere() {
        return Files.exists(file);
    }

    @Override
    public void close() throws IOException {
        try {
            if (channel != null) {
                channel.truncate(0);
                Files.deleteIfExists(file);
                channel.close();
            }
        } finally {
            HELD.remove(file);
        }
    }
}
