package fathom.train;

import java.io.PrintStream;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Displays the progress of training: on a terminal a bar with examples per second and the remaining time; anywhere a
 * line per epoch, or fewer lines if there are many epochs. Where a {@link ProgressView} was chosen, there instead.
 */
final class ProgressDisplay implements AutoCloseable {
    /** The maximum number of epochs with a line each; beyond it about {@link #FEWER_LINES} lines are printed. */
    private static final int MOST_LINES = 50;

    private static final int FEWER_LINES = 20;

    /** The views that were chosen instead of standard error. */
    static volatile @Nullable Supplier<ProgressView> views;

    /** Nanoseconds between two states that a view is shown. */
    private static final long VIEW_INTERVAL = 200_000_000;

    private final boolean lines;
    private final int epochs;
    private final PrintStream out = System.err;
    private final @Nullable ProgressBar bar;
    private final @Nullable ProgressView view;
    private final List<String> shown = new ArrayList<>();
    private final long total;
    private long start = -1;
    private long firstBatch;
    private long nextView = System.nanoTime();
    private ProgressView.State state;

    ProgressDisplay(boolean show, int epochs, int epoch, long examplesPerEpoch) {
        this.lines = show;
        this.epochs = epochs;
        total = epochs * examplesPerEpoch;
        Supplier<ProgressView> chosen = views;
        view = show && chosen != null ? chosen.get() : null;
        state = new ProgressView.State(List.of(), epoch, epochs, epoch * examplesPerEpoch, total, Double.NaN, 0, false);
        bar =
                show && view == null && isTerminal() && total > 0
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
        if (view != null) {
            view(view, epoch, examplesDone, result.loss());
        }
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

    private void view(ProgressView to, int epoch, long done, double loss) {
        long now = System.nanoTime();
        if (start < 0) {
            start = done; // the first batch, with compilation, does not count
            firstBatch = now;
        }
        double seconds = (now - firstBatch) * 1e-9;
        double speed = seconds > 0 ? (done - start) / seconds : 0;
        state = new ProgressView.State(List.copyOf(shown), epoch, epochs, done, total, loss, speed, false);
        if (now - nextView >= 0) {
            to.show(state);
            nextView = now + VIEW_INTERVAL;
        }
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
            if (view != null) {
                shown.add(line);
                return;
            }
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
        if (view != null) {
            view.show(state.ended(shown));
        }
        if (bar != null) {
            bar.close();
        }
    }
}
