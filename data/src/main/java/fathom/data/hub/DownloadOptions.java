package fathom.data.hub;

import java.time.Duration;
import java.util.function.Consumer;

/** The options of a {@link Download}. */
public final class DownloadOptions {
    Duration timeout = Duration.ofSeconds(10);
    long minimumSpeed = 1024;
    boolean progress = true;
    Consumer<String> notice = System.err::println;

    DownloadOptions() {}

    /** Sets the timeout for connecting and for reading: 10 seconds by default. */
    public DownloadOptions timeout(Duration timeout) {
        if (timeout.toMillis() < 1 || timeout.toMillis() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("download: expected a timeout of at least 1 ms, got " + timeout);
        }
        this.timeout = timeout;
        return this;
    }

    /**
     * Sets the speed in bytes per second, averaged over three timeouts, below which the next address is tried: 1024 by
     * default.
     */
    public DownloadOptions minimumSpeed(long minimumSpeed) {
        this.minimumSpeed = minimumSpeed;
        return this;
    }

    /** Sets whether a progress bar is drawn for files of at least 1 MB if standard output is a terminal. */
    public DownloadOptions progress(boolean progress) {
        this.progress = progress;
        return this;
    }

    /** Sets the receiver of one-line notices, for instance that another process is downloading the same file. */
    public DownloadOptions notice(Consumer<String> notice) {
        this.notice = notice;
        return this;
    }
}
