package fathom.plot;

import java.util.List;

/**
 * The colours of a figure, each as {@code #RRGGBB}.
 *
 * <p>The series colours of the two predefined themes have a contrast of at least 3 to the background, and are
 * distinguishable with any of the common kinds of colour blindness.
 *
 * @param background colour of the background
 * @param foreground colour of text and axes
 * @param muted colour of minor text and outlines
 * @param grid colour of grid lines
 * @param palette colours of the series, used cyclically
 */
public record Theme(String background, String foreground, String muted, String grid, List<String> palette) {
    /** The light theme, the default. */
    public static final Theme LIGHT =
            new Theme(
                    "#ffffff",
                    "#222222",
                    "#6b6b6b",
                    "#e4e4e4",
                    List.of("#0077c6", "#d66508", "#006f53", "#a94696", "#876500", "#3f3f8f", "#767676"));

    /** The dark theme. */
    public static final Theme DARK =
            new Theme(
                    "#16181d",
                    "#e6e6e6",
                    "#a0a4ab",
                    "#31353d",
                    List.of("#53b8f4", "#f38633", "#15eba2", "#d394b8", "#f0e05a", "#9a8cf0", "#bcbcbc"));

    /**
     * Creates a theme with a copy of the palette.
     *
     * @throws IllegalArgumentException if a colour has another form, or the palette is empty
     */
    public Theme {
        palette = List.copyOf(palette);
        if (palette.isEmpty()) {
            throw new IllegalArgumentException("Theme: the palette must have at least one colour");
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
