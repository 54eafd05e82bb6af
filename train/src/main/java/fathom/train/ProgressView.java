package fathom.train;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A place that shows the progress of one training instead of standard error: a cell of a notebook, say. Each state
 * takes the place of the one before.
 */
@FunctionalInterface
public interface ProgressView {
    /**
     * The progress of a training.
     *
     * @param lines a line per finished epoch, or fewer if there are many epochs
     * @param epoch the current epoch, counted from 1
     * @param epochs the number of epochs
     * @param done the number of examples processed in all epochs
     * @param total the number of examples of all epochs
     * @param loss the loss of the last batch; NaN before the first
     * @param examplesPerSecond the mean throughput so far, with evaluation; 0 if not known yet
     * @param isEnded whether the training has ended, for whatever reason
     */
    record State(
            List<String> lines,
            int epoch,
            int epochs,
            long done,
            long total,
            double loss,
            double examplesPerSecond,
            boolean isEnded) {
        State ended(List<String> all) {
            return new State(List.copyOf(all), epoch, epochs, done, total, loss, examplesPerSecond, true);
        }

        /** {@return the seconds that the remaining examples will take at this throughput; NaN if not known yet} */
        public double remainingSeconds() {
            return examplesPerSecond > 0 ? Math.max(0, total - done) / examplesPerSecond : Double.NaN;
        }
    }

    /** Shows a state: a few times a second, and at the end. */
    void show(State state);

    /** Has all trainings of this process show their progress in views of their own; null for standard error. */
    static void use(@Nullable Supplier<ProgressView> views) {
        ProgressDisplay.views = views;
    }
}
