package fathom.data.hub;

import java.time.Duration;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A progress bar of bytes; nothing is drawn where standard output is no terminal. */
final class Progress implements AutoCloseable {
    private static final long MIN_BYTES = 1 << 20; // smaller files arrive before a bar would be drawn

    private final @Nullable ProgressBar bar;

    private Progress(@Nullable ProgressBar bar) {
        this.bar = bar;
    }

    /** {@return progress that is not shown} */
    static Progress hidden() {
        return new Progress(null);
    }

    /**
     * {@return the progress of a file}
     *
     * @param total its length, or -1 if unknown
     * @param done the bytes that are there already
     */
    static Progress of(String name, long total, long done) {
        if (!isTerminal() || total >= 0 && total < MIN_BYTES) {
            return hidden();
        }
        return new Progress(
                new ProgressBarBuilder()
                        .setTaskName(name)
                        .setInitialMax(total)
                        .setUnit(" MB", 1 << 20)
                        .setStyle(ProgressBarStyle.ASCII)
                        .startsFrom(done, Duration.ZERO)
                        .build());
    }

    void add(long bytes) {
        if (bar != null) {
            bar.stepBy(bytes);
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }

    @SuppressWarnings("SystemConsoleNull") // it is null where it is no terminal, unless jdk.internal.le is there
    private static boolean isTerminal() {
        return System.console() != null && System.console().isTerminal();
    }
}
