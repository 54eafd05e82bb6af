package fathom.train;

import fathom.Device;
import fathom.plot.Plot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The result of a training run: its epochs, and why it ended. */
public final class Run {
    /** Why a training run ended. */
    public enum Ending {
        /** All epochs are finished. */
        FINISHED,
        /** Early stopping: no improvement within its patience. */
        NO_IMPROVEMENT,
        /** The user or a callback requested it. */
        INTERRUPTED
    }

    private final List<EpochResult> history;
    private final Ending ending;
    private final int bestEpoch;
    private final @Nullable Path folder;
    private final List<String> warnings;
    private final Device device;

    Run(
            List<EpochResult> history,
            Ending ending,
            int bestEpoch,
            @Nullable Path folder,
            List<String> warnings,
            Device device) {
        this.device = device;
        this.warnings = List.copyOf(warnings);
        this.history = List.copyOf(history);
        this.ending = ending;
        this.bestEpoch = bestEpoch;
        this.folder = folder;
    }

    /** {@return the finished epochs, including those before a resumption} */
    public List<EpochResult> history() {
        return history;
    }

    /**
     * {@return the last epoch}
     *
     * @throws IllegalStateException if no epoch was finished
     */
    public EpochResult last() {
        if (history.isEmpty()) {
            throw new IllegalStateException("the training was interrupted before its first epoch finished");
        }
        return history.getLast();
    }

    /**
     * {@return the epoch with the best first metric on the test data (on the training data if there is no test data);
     * empty if none was finite}
     */
    public Optional<EpochResult> best() {
        return history.stream().filter(e -> e.epoch() == bestEpoch).findFirst();
    }

    /** {@return why the training ended} */
    public Ending ending() {
        return ending;
    }

    /** {@return the run folder with checkpoints, metrics and curves, if there is one} */
    public Optional<Path> folder() {
        return Optional.ofNullable(folder);
    }

    /** {@return problems that did not end the training, a line each; also logged when they occurred} */
    public List<String> warnings() {
        return warnings;
    }

    /** {@return the training throughput in examples per second over all epochs, without evaluation} */
    public double examplesPerSecond() {
        double seconds = history.stream().mapToDouble(EpochResult::seconds).sum();
        return history.stream().mapToLong(EpochResult::examples).sum() / seconds;
    }

    /** {@return the throughput as the course prints it: {@code 55296.6 examples/sec on cpu}} */
    public String speed() {
        return String.format(Locale.ROOT, "%.1f examples/sec on %s", examplesPerSecond(), device);
    }

    /**
     * {@return the curves over the epochs: a panel for the loss and one for each metric, on training and test data}
     *
     * @throws IllegalArgumentException if no epoch was finished
     */
    public Plot plot() {
        return Curves.plot(history);
    }

    /**
     * Draws the {@linkplain #plot() curves} into a file.
     *
     * @param file a path ending in {@code .png} or {@code .svg}
     * @throws IllegalArgumentException if it ends otherwise
     */
    public void plot(Path file) throws IOException {
        Curves.write(history, file);
    }

    @Override
    public String toString() {
        return history.isEmpty() ? "no epoch finished" : last() + "\n" + speed();
    }
}
