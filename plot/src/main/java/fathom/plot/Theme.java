package fathom.plot;

import java.util.List;

/**
 * The colours of a figure, each as {@code #RRGGBB}.
 *
 * <p>The two themes that are there have series colours that stand out from the background (a contrast of at least 3)
 * and from one another for readers with any of the common kinds of colour blindness.
 *
 * @param background behind everything
 * @param foreground text and axes
 * @param muted minor text and outlines
 * @param grid grid lines
 * @param palette the colours of series, in order; the first follows the last
 */
public record Theme(String background, String foreground, String muted, String grid, List<String> palette) {
    /** For light pages; the default. */
    public static final Theme LIGHT =
            new Theme(
                    "#ffffff",
                    "#222222",
                    "#6b6b6b",
                    "#e4e4e4",
                    List.of("#0077c6", "#d66508", "#006f53", "#a94696", "#876500", "#3f3f8f", "#767676"));

    /** For dark pages. */
    public static final Theme DARK =
            new Theme(
                    "#16181d",
                    "#e6e6e6",
                    "#a0a4ab",
                    "#31353d",
                    List.of("#53b8f4", "#f38633", "#15eba2", "#d394b8", "#f0e05a", "#9a8cf0", "#bcbcbc"));

    /**
     * Takes a copy of the palette.
     *
     * @throws IllegalArgumentException if a colour is not of that form, or the palette is empty
     */
    public Theme {
        palette = List.copyOf(palette);
        if (palette.isEmpty()) {
            throw new IllegalArgumentException("Theme: the palette needs a colour");
        }
        palette.forEach(Colors::parse);
        for (String color : List.of(background, foreground, muted, grid)) {
            Colors.parse(color);
        }
    }

    int back() {
        return Colors.parse(background);
    }

    int front() {
        return Colors.parse(foreground);
    }

    int minor() {
        return Colors.parse(muted);
    }

    int lines() {
        return Colors.parse(grid);
    }

    int series(int index) {
        return Colors.parse(palette.get(Math.floorMod(index, palette.size())));
    }
}
