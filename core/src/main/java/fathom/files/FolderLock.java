package fathom.files;

import fathom.FathomException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Locks a folder against other users, in this process or others, until it is closed or the process ends: an
 * operating-system lock on the file {@code .lock}.
 */
public final class FolderLock implements AutoCloseable {
    private static final String NAME = ".lock";

    /** The age up to which a lock file without a process is taken for one in use. */
    private static final Duration FRESH = Duration.ofMinutes(1);

    /** The precision of a process's start time, which the system counts in hundredths of a second since its boot. */
    private static final Duration CLOCK_ERROR = Duration.ofSeconds(2);

    /**
     * The locks of this process. A lock file must not be opened twice: closing any channel of a file releases all locks
     * on it.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final @Nullable FileChannel channel;

    private FolderLock(Path file, @Nullable FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** A folder that is locked by another user. */
    public static final class InUseException extends FathomException {
        private static final long serialVersionUID = 1;

        InUseException(String message) {
            super(message);
        }
    }

    /**
     * Locks a folder.
     *
     * @param user what uses it, for the message: a training
     * @throws InUseException if another one has locked it
     * @throws IOException if it cannot be written
     */
    public static FolderLock take(Path folder, String user) throws IOException {
        Path file = folder.toRealPath().resolve(NAME);
        if (!HELD.add(file)) {
            throw new InUseException("%s is in use by another %s in this program".formatted(folder, user));
        }
        try {
            return new FolderLock(file, locked(folder, file, user));
        } catch (IOException | RuntimeException e) {
            HELD.remove(file);
            throw e;
        }
    }

    private static @Nullable FileChannel locked(Path folder, Path file, String user) throws IOException {
        while (true) {
            var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            boolean isOurs = false;
            try {
                isOurs = channel.tryLock() != null;
            } catch (IOException e) {
                channel.close();
                return null; // a file system without locks: concurrent users are not detected
            } finally {
                if (!isOurs && channel.isOpen()) {
                    channel.close();
                }
            }
            if (!isOurs) {
                throw new InUseException(
                        "%s is in use by another %s%s; end it, or choose another folder"
                                .formatted(folder, user, holder(file)));
            }
            if (Files.exists(file)) { // otherwise the previous holder deleted it while it was opened here
                channel.write(StandardCharsets.US_ASCII.encode(Long.toString(ProcessHandle.current().pid())));
                return channel;
            }
            channel.close();
        }
    }

    private static String holder(Path file) {
        String pid = pid(file);
        return pid.isEmpty() ? "" : " (process %s)".formatted(pid);
    }

    /** {@return the number of the process that wrote a lock file; empty if it cannot be read} */
    private static String pid(Path file) {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var bytes = ByteBuffer.allocate(20);
            channel.read(bytes);
            String pid = StandardCharsets.US_ASCII.decode(bytes.flip()).toString();
            return pid.matches("\\d+") ? pid : "";
        } catch (IOException e) {
            return "";
        }
    }

    /**
     * {@return whether a folder is locked, as far as can be told without touching its lock: a lock taken to find out
     * could make a user that starts just then fail}
     */
    public static boolean isHeld(Path folder) {
        Path file;
        try {
            file = folder.toRealPath().resolve(NAME);
        } catch (IOException e) {
            return false;
        }
        if (HELD.contains(file)) {
            return true;
        }
        try {
            FileTime taken = Files.getLastModifiedTime(file);
            String pid = pid(file);
            if (pid.isEmpty()) {
                // taken just now, or where there are no locks; then only a fresh one counts
                return Duration.between(taken.toInstant(), Instant.now()).compareTo(FRESH) < 0;
            }
            Optional<ProcessHandle> holder = ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive);
            // a process that began later has the number of one that is gone
            return holder.isPresent()
                    && holder.get()
                            .info()
                            .startInstant()
                            .map(start -> start.minus(CLOCK_ERROR).isBefore(taken.toInstant()))
                            .orElse(true);
        } catch (IOException | NumberFormatException e) {
            return false;
        }
    }

    /** {@return whether the lock file still exists; it does not if the folder was deleted meanwhile} */
    public boolean isThere() {
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
