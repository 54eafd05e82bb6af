package fathom.plot;

import fathom.plot.text.TextWidths;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A canvas that draws with characters: lines as Braille patterns with two by four dots per cell, and text as text. A
 * cell is 8 by 16 pixels of the figure.
 */
final class TextCanvas implements Canvas {
    static final int CELL_WIDTH = 8;
    static final int CELL_HEIGHT = 16;
    private static final int DOT = 4;

    /** The bits of Unicode's Braille patterns, by row and column of the dot. */
    private static final int[][] BITS = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

    private static final String SHADES = " ░▒▓█";

    /** Marks the second cell of a wide character. */
    private static final int CONTINUED = -1;

    private final int columns;
    private final int rows;
    private final Theme theme;
    private final int[][] text;
    private final int[][] dots;
    private final int[][] colors;
    private double left = Double.NEGATIVE_INFINITY;
    private double top = Double.NEGATIVE_INFINITY;
    private double right = Double.POSITIVE_INFINITY;
    private double bottom = Double.POSITIVE_INFINITY;

    TextCanvas(int columns, int rows, Theme theme) {
        this.columns = columns;
        this.rows = rows;
        this.theme = theme;
        this.text = new int[rows][columns];
        this.dots = new int[rows][columns];
        this.colors = new int[rows][columns];
    }

    /** {@return the lines of text, optionally with 24-bit colours for terminals} */
    String finish(boolean color) {
        var out = new StringBuilder();
        for (int r = 0; r < rows; r++) {
            var line = new StringBuilder();
            int now = 0;
            int end = columns;
            while (end > 0 && text[r][end - 1] == 0 && dots[r][end - 1] == 0) {
                end--;
            }
            for (int c = 0; c < end; c++) {
                if (text[r][c] == CONTINUED) {
                    continue;
                }
                boolean empty = text[r][c] == 0 && dots[r][c] == 0;
                if (color && !empty && colors[r][c] != now) {
                    now = colors[r][c];
                    line.append("\033[38;2;").append(now >> 16 & 0xFF).append(';');
                    line.append(now >> 8 & 0xFF).append(';').append(now & 0xFF).append('m');
                }
                line.appendCodePoint(empty ? ' ' : text[r][c] != 0 ? text[r][c] : 0x2800 + dots[r][c]);
            }
            out.append(line).append(now != 0 ? "\033[0m" : "").append('\n');
        }
        return out.toString();
    }

    /** Whether to skip a colour: that of grid lines and backgrounds, which would be noise. */
    private boolean isQuiet(int color) {
        int opaque = color | 0xFF000000;
        return color >>> 24 < 0x20 || opaque == theme.back() || opaque == theme.lines();
    }

    private void dot(double x, double y, int color) {
        int c = (int) Math.floor(x / CELL_WIDTH);
        int r = (int) Math.floor(y / CELL_HEIGHT);
        if (x >= left && x <= right && y >= top && y <= bottom && c >= 0 && c < columns && r >= 0 && r < rows) {
            int row = Math.floorMod((int) Math.floor(y / DOT), 4);
            dots[r][c] |= BITS[row][Math.floorMod((int) Math.floor(x / DOT), 2)];
            colors[r][c] = text[r][c] == 0 ? color : colors[r][c];
        }
    }

    @Override
    public void rectangle(double x, double y, double width, double height, int fill) {
        if (isQuiet(fill)) {
            return;
        }
        for (double py = Math.max(0, y) + DOT / 2.0; py <= Math.min(y + height, rows * CELL_HEIGHT); py += DOT) {
            for (double px = Math.max(0, x) + DOT / 2.0; px <= Math.min(x + width, columns * CELL_WIDTH); px += DOT) {
                dot(px, py, fill);
            }
        }
    }

    @Override
    public void line(double[] x, double[] y, int n, Stroke stroke) {
        if (isQuiet(stroke.color())) {
            return;
        }
        for (int i = 0; i + 1 < n; i++) {
            double far = Math.max(Math.abs(x[i + 1] - x[i]), Math.abs(y[i + 1] - y[i]));
            int steps = (int) Math.min(20_000, Math.ceil(far / (DOT / 2.0)) + 1);
            for (int s = 0; s <= steps; s++) {
                double t = (double) s / steps;
                dot(x[i] + t * (x[i + 1] - x[i]), y[i] + t * (y[i + 1] - y[i]), stroke.color());
            }
        }
    }

    @Override
    public void polygon(double[] x, double[] y, int n, int fill, @Nullable Stroke outline) {
        if (!isQuiet(fill)) {
            double low = Math.max(0, Arrays.stream(y, 0, n).min().orElse(0));
            double high = Math.min(rows * CELL_HEIGHT, Arrays.stream(y, 0, n).max().orElse(0));
            for (double py = low + DOT / 2.0; py < high; py += DOT) {
                scan(x, y, n, py, fill);
            }
        }
        if (outline != null && n > 1) {
            line(x, y, n, outline);
            segment(x[n - 1], y[n - 1], x[0], y[0], outline);
        }
    }

    private void scan(double[] x, double[] y, int n, double py, int fill) {
        double[] crossings = new double[n];
        int count = 0;
        for (int i = 0; i < n; i++) {
            int j = (i + 1) % n;
            if (y[i] <= py != y[j] <= py) {
                crossings[count++] = x[i] + (py - y[i]) / (y[j] - y[i]) * (x[j] - x[i]);
            }
        }
        Arrays.sort(crossings, 0, count);
        for (int k = 0; k + 1 < count; k += 2) {
            double to = Math.min(crossings[k + 1], columns * CELL_WIDTH);
            for (double px = Math.max(0, crossings[k]); px <= to; px += DOT) {
                dot(px, py, fill);
            }
        }
    }

    @Override
    public void dots(double[] x, double[] y, int n, double radius, int fill) {
        for (int i = 0; i < n; i++) {
            dot(x[i], y[i], fill);
            if (radius > 2) {
                dot(x[i] + DOT, y[i], fill);
                dot(x[i], y[i] + DOT, fill);
                dot(x[i] + DOT, y[i] + DOT, fill);
            }
        }
    }

    @Override
    public void text(double x, double y, String words, Font font) {
        int[] letters = TextWidths.clean(words).codePoints().toArray();
        int row = (int) Math.floor((y - font.size() * 0.36 + 0.2) / CELL_HEIGHT);
        if (font.angle() == 90) {
            int column = (int) Math.floor((x - 4) / CELL_WIDTH);
            for (int i = 0; i < letters.length; i++) {
                put(row - letters.length / 2 + i, column, letters[i], font.color());
            }
            return;
        }
        int wide = cells(letters);
        int column = (int) Math.round(x / CELL_WIDTH - font.anchor() * wide);
        column = Math.max(0, Math.min(column, columns - wide));
        // text that would overlap other text is skipped
        for (int c = Math.max(0, column - 1); c < Math.min(columns, column + wide + 1); c++) {
            if (row < 0 || row >= rows || text[row][c] != 0) {
                return;
            }
        }
        for (int letter : letters) {
            column += put(row, column, letter, font.color());
        }
    }

    /** {@return the number of cells of a character} */
    private int put(int row, int column, int letter, int color) {
        int wide = TextWidths.isWide(letter) ? 2 : 1;
        if (row >= 0 && row < rows && column >= 0 && column + wide <= columns) {
            text[row][column] = letter == ' ' ? 0 : letter;
            colors[row][column] = color;
            if (wide == 2) {
                text[row][column + 1] = CONTINUED;
            }
        }
        return wide;
    }

    private static int cells(int[] letters) {
        return Arrays.stream(letters).map(c -> TextWidths.isWide(c) ? 2 : 1).sum();
    }

    @Override
    public double width(String words, Font font) {
        return CELL_WIDTH * cells(words.codePoints().toArray());
    }

    @Override
    public void image(BufferedImage image, double x, double y, double width, double height) {
        int last = (int) Math.min(rows - 1, Math.floor((y + height - 1) / CELL_HEIGHT));
        for (int r = (int) Math.max(0, Math.floor(y / CELL_HEIGHT)); r <= last; r++) {
            int end = (int) Math.min(columns - 1, Math.floor((x + width - 1) / CELL_WIDTH));
            for (int c = (int) Math.max(0, Math.floor(x / CELL_WIDTH)); c <= end; c++) {
                double u = ((c + 0.5) * CELL_WIDTH - x) / width;
                double v = ((r + 0.5) * CELL_HEIGHT - y) / height;
                int pixel =
                        image.getRGB(
                                Math.clamp((int) (u * image.getWidth()), 0, image.getWidth() - 1),
                                Math.clamp((int) (v * image.getHeight()), 0, image.getHeight() - 1));
                if (pixel >>> 24 > 0x60) {
                    // the lowest luminance has a shade too, so that the area is visible
                    double light = Math.cbrt(Colors.luminance(pixel));
                    text[r][c] = SHADES.charAt(1 + (int) Math.min(3, light * 4));
                    colors[r][c] = pixel | 0xFF000000;
                }
            }
        }
    }

    @Override
    public void clip(double x, double y, double width, double height) {
        left = x;
        top = y;
        right = x + width;
        bottom = y + height;
    }

    @Override
    public void unclip() {
        left = Double.NEGATIVE_INFINITY;
        top = Double.NEGATIVE_INFINITY;
        right = Double.POSITIVE_INFINITY;
        bottom = Double.POSITIVE_INFINITY;
    }
}
