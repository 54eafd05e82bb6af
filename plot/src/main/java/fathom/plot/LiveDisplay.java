package fathom.plot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A place that shows a figure which changes: a cell of a notebook, a terminal, a file. Each figure takes the place of
 * the one before.
 *
 * <p>Who writes a notebook implements it, and names it to {@link #use} once; {@link Animator} and the trainer's live
 * curves then show themselves there.
 */
@FunctionalInterface
public interface LiveDisplay {
    /** Shows a figure in place of the one before. */
    void show(Plot plot);

    /**
     * {@return a display for another figure: this one, unless figures are shown side by side, as in the cells of a
     * notebook}
     */
    default LiveDisplay newFigure() {
        return this;
    }

    /** {@return what shows nothing} */
    static LiveDisplay none() {
        return plot -> {};
    }

    /**
     * {@return what draws with characters on standard output, over the figure before; nothing where that is no
     * terminal}
     */
    static LiveDisplay terminal() {
        return TerminalDisplay.isThere() ? new TerminalDisplay(System.out) : none();
    }

    /**
     * {@return what writes each figure to a file, as {@link Plot#save} does}
     *
     * @param file ends in {@code .svg} or {@code .png}
     */
    static LiveDisplay file(Path file) {
        return plot -> {
            try {
                plot.save(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    /**
     * Has {@link #standard} give {@linkplain #newFigure figures of} this display from now on, in the whole process;
     * null for what it gave at first.
     */
    static void use(@Nullable LiveDisplay display) {
        TerminalDisplay.chosen = display;
    }

    /** {@return a new figure of the display named to {@link #use}, or the {@link #terminal}} */
    static LiveDisplay standard() {
        LiveDisplay chosen = TerminalDisplay.chosen;
        return chosen != null ? chosen.newFigure() : terminal();
    }
}
