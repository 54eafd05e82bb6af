package fathom.train;

import fathom.Device;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a training gave: its epochs, and why it ended. */
public final class Run {
    /** Why a training ended. */
    public enum Ending {
        /** All epochs are done. */
        FINISHED,
        /** There was no improvement for as long as early stopping waits. */
        NO_IMPROVEMENT,
        /** The user, or a callback, asked for it. */
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

    /** {@return the epochs that were finished, those before a resumption too} */
    public List<EpochResult> history() {
        return history;
    }

    /**
     * {@return the last epoch}
     *
     * @throws IllegalStateException if none was finished
     */
    public EpochResult last() {
        if (history.isEmpty()) {
            throw new IllegalStateException("the training was interrupted before its first epoch was finished");
        }
        return history.getLast();
    }

    /**
     * {@return the epoch with the best test metric (training loss without test data); nothing where no epoch had one
     * that is finite}
     */
    public Optional<EpochResult> best() {
        return history.stream().filter(e -> e.epoch() == bestEpoch).findFirst();
    }

    /** {@return why the training ended} */
    public Ending ending() {
        return ending;
    }

    /** {@return the folder with checkpoints, metrics and curves, if there is one} */
    public Optional<Path> folder() {
        return Optional.ofNullable(folder);
    }

    /** {@return what went wrong without ending the training, a line each; logged when it happened} */
    public List<String> warnings() {
        return warnings;
    }

    /** {@return examples trained with per second, over all epochs; the time for tests does not count} */
    public double examplesPerSecond() {
        double seconds = history.stream().mapToDouble(EpochResult::seconds).sum();
        return history.stream().mapToLong(EpochResult::examples).sum() / seconds;
    }

    /** {@return the speed as the course prints it: {@code 55296.6 examples/sec on cpu}} */
    public String speed() {
        return String.format(Locale.ROOT, "%.1f examples/sec on %s", examplesPerSecond(), device);
    }

    /**
     * Draws training loss and metrics over the epochs.
     *
     * @param file ends in {@code .png} or {@code .svg}
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
