package fathom.train;

import java.io.PrintStream;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Displays the progress of training: on a terminal a bar with examples per second and the remaining time; anywhere a
 * line per epoch, or fewer lines if there are many epochs.
 */
final class ProgressDisplay implements AutoCloseable {
    /** The maximum number of epochs with a line each; beyond it about {@link #FEWER_LINES} lines are printed. */
    private static final int MOST_LINES = 50;

    private static final int FEWER_LINES = 20;

    private final boolean lines;
    private final int epochs;
    private final PrintStream out = System.err;
    private final @Nullable ProgressBar bar;

    ProgressDisplay(boolean show, int epochs, int epoch, long examplesPerEpoch) {
        this.lines = show;
        this.epochs = epochs;
        long total = epochs * examplesPerEpoch;
        bar =
                show && isTerminal() && total > 0
                        ? new ProgressBarBuilder()
                                .setTaskName("training")
                                .setInitialMax(total)
                                .setStyle(ProgressBarStyle.ASCII)
                                .setUpdateIntervalMillis(200)
                                .showSpeed(
                                        new DecimalFormat(
                                                "#,##0 'examples/s'", DecimalFormatSymbols.getInstance(Locale.ROOT)))
                                .startsFrom(epoch * examplesPerEpoch, Duration.ZERO)
                                .clearDisplayOnFinish()
                                .setConsumer(new ConsoleProgressBarConsumer(out, width()))
                                .build()
                        : null;
    }

    @SuppressWarnings("SystemConsoleNull") // null if it is not a terminal, unless jdk.internal.le is present
    private static boolean isTerminal() {
        return System.console() != null && System.console().isTerminal();
    }

    private static int width() {
        String columns = System.getenv("COLUMNS");
        return columns != null && columns.matches("[1-9]\\d{1,3}") ? Integer.parseInt(columns) : 100;
    }

    void batch(int epoch, long examplesDone, StepResult result) {
        if (bar != null) {
            bar.stepTo(examplesDone);
            bar.setExtraMessage(message(epoch, result));
        }
    }

    private String message(int epoch, StepResult result) {
        var text =
                new StringBuilder(String.format(Locale.ROOT, " epoch %d/%d, loss %.3f", epoch, epochs, result.loss()));
        result.losses().forEach((name, value) -> text.append(String.format(Locale.ROOT, ", %s %.3f", name, value)));
        return text.toString();
    }

    void epoch(EpochResult result) {
        if (lines && hasLine(result.epoch(), epochs)) {
            String line =
                    String.format(
                            Locale.ROOT,
                            "epoch %d/%d: %s, %,.0f examples/s",
                            result.epoch(),
                            epochs,
                            result,
                            result.examplesPerSecond());
            // overwrites the bar, which is redrawn below
            out.println(bar == null ? line : "\r" + line + " ".repeat(Math.max(0, width() - line.length())));
        }
    }

    /** {@return whether an epoch has a line: the first, the last, and in between all or every n-th} */
    static boolean hasLine(int epoch, int epochs) {
        int every = epochs <= MOST_LINES ? 1 : Math.ceilDiv(epochs, FEWER_LINES);
        return epoch == 1 || epoch == epochs || epoch % every == 0;
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
