package fathom.data.hub;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A lock between threads and processes, held on a hidden file. The file is left in place, since deleting it would let a
 * third process lock a new file of the same name. On file systems without locks only threads exclude each other.
 */
final class FileGuard implements AutoCloseable {
    private static final long POLL_MILLIS = 100;

    /** Locks of this process: the operating system's locks belong to a process, not to a thread. */
    private static final Map<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

    private final ReentrantLock thread;
    private final FileChannel channel;

    private FileGuard(ReentrantLock thread, FileChannel channel) {
        this.thread = thread;
        this.channel = channel;
    }

    /**
     * Waits for the lock.
     *
     * @param waiting called once if another thread or process holds it
     * @throws IOException if the lock file cannot be created, or the thread is interrupted
     */
    static FileGuard lock(Path file, Runnable waiting) throws IOException {
        ReentrantLock thread = THREADS.computeIfAbsent(file.toAbsolutePath().normalize(), p -> new ReentrantLock());
        try {
            boolean isTold = !thread.tryLock();
            if (isTold) {
                waiting.run();
                thread.lockInterruptibly();
            }
            FileChannel channel = null;
            try {
                channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                while (!tryLock(channel)) {
                    if (!isTold) {
                        isTold = true;
                        waiting.run();
                    }
                    Thread.sleep(POLL_MILLIS);
                }
                return new FileGuard(thread, channel);
            } catch (IOException | InterruptedException | RuntimeException e) {
                close(channel);
                thread.unlock();
                throw e;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for " + file);
        }
    }

    private static void close(@Nullable FileChannel channel) throws IOException {
        if (channel != null) {
            channel.close();
        }
    }

    private static boolean tryLock(FileChannel channel) {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // this process has locked it by another path
        } catch (IOException e) {
            return true; // a file system without locks
        }
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close(); // releases the lock
        } finally {
            thread.unlock();
        }
    }
}
