package fathom.plot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A display of a changing figure: a cell of a notebook, a terminal, a file. Each figure replaces the one before.
 *
 * <p>A notebook implements it and registers it by {@link #use}; {@link Animator} and the trainer's live curves then
 * appear there.
 */
@FunctionalInterface
public interface LiveDisplay {
    /** Displays a figure, which replaces the one before. */
    void show(Plot plot);

    /**
     * {@return a display for another figure: this one, unless figures are shown side by side, as in the cells of a
     * notebook}
     */
    default LiveDisplay newFigure() {
        return this;
    }

    /** {@return a display that shows nothing} */
    static LiveDisplay none() {
        return plot -> {};
    }

    /**
     * {@return a display that draws with characters on standard output, over the figure before; it shows nothing if
     * standard output is not a terminal}
     */
    static LiveDisplay terminal() {
        return TerminalDisplay.isAvailable() ? new TerminalDisplay(System.out) : none();
    }

    /**
     * {@return a display that writes each figure to a file, as {@link Plot#save} does}
     *
     * @param file a path that ends in {@code .svg} or {@code .png}
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
     * Sets the display whose {@linkplain #newFigure figures} {@link #standard} returns in this process; null restores
     * the default.
     */
    static void use(@Nullable LiveDisplay display) {
        TerminalDisplay.chosen = display;
    }

    /** {@return a new figure of the display set by {@link #use}, or else the {@link #terminal}} */
    static LiveDisplay standard() {
        LiveDisplay chosen = TerminalDisplay.chosen;
        return chosen != null ? chosen.newFigure() : terminal();
    }
}
