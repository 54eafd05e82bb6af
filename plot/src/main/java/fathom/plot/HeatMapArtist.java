package fathom.plot;

import fathom.plot.text.TextWidths;
import java.awt.image.BufferedImage;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A heat map, optionally with numbers: cell (i, j) is centred at x = j, y = i. */
final class HeatMapArtist implements Artist {
    /** Maximum number of cells per side; more are averaged, as they would not be distinguishable. */
    private static final int MAX_CELLS = 1024;

    private final double[][] values;
    private final int rows;
    private final int columns;
    private final HeatMapOptions options;
    private final double low;
    private final double high;

    /**
     * @param range the values of the first and the last colour
     */
    HeatMapArtist(double[][] values, HeatMapOptions options, Range range) {
        this.values = values;
        this.rows = values.length;
        this.columns = rows == 0 ? 0 : values[0].length;
        this.options = options;
        Scale scale = Scale.of(range, false, 0, 0);
        this.low = scale.low();
        this.high = scale.high();
        check("rows", options.rows, rows);
        check("columns", options.columns, columns);
    }

    private void check(String what, @Nullable List<String> names, int count) {
        if (names != null && names.size() != count) {
            throw new IllegalArgumentException(
                    "heatmap: there are %s names of %s for a matrix of [%s, %s]"
                            .formatted(names.size(), what, rows, columns));
        }
    }

    /** {@return the values of the first and the last colour: the requested ones, or those of the data} */
    static Range range(HeatMapOptions options, double[][] values) {
        if (options.range != null) {
            return options.range;
        }
        Range range = Range.EMPTY;
        for (double[] row : values) {
            range = range.and(Range.of(row, false));
        }
        return range;
    }

    /** {@return whether cells are drawn as squares, which would be too small for long, narrow matrices} */
    boolean isSquare() {
        return Math.max(rows, columns) <= 6 * Math.min(rows, columns);
    }

    @Override
    public Range horizontal(boolean log) {
        return columns == 0 ? Range.EMPTY : new Range(-0.5, columns - 0.5);
    }

    @Override
    public Range vertical(boolean log) {
        return rows == 0 ? Range.EMPTY : new Range(-0.5, rows - 0.5);
    }

    @Override
    public @Nullable ColorBar colorBar() {
        return options.colorBar ? new ColorBar(options.colors, low, high) : null;
    }

    private int color(double value) {
        return Double.isNaN(value) ? 0 : options.colors.at((value - low) / (high - low));
    }

    @Override
    public void draw(Canvas canvas, Frame frame, Theme theme) {
        if (rows == 0 || columns == 0) {
            return;
        }
        double left = frame.px(-0.5);
        double top = Math.min(frame.py(-0.5), frame.py(rows - 0.5));
        double width = frame.px(columns - 0.5) - left;
        double height = Math.abs(frame.py(rows - 0.5) - frame.py(-0.5));
        canvas.image(image(!frame.downwards()), left, top, width, height);
        if (options.digits >= 0) {
            numbers(canvas, frame, width / columns, height / rows, theme);
        }
    }

    private BufferedImage image(boolean upwards) {
        int h = Math.min(rows, MAX_CELLS);
        int w = Math.min(columns, MAX_CELLS);
        var image = new BufferedImage(w, h, BufferedImage.TYPE_INT_ARGB);
        for (int i = 0; i < h; i++) {
            for (int j = 0; j < w; j++) {
                image.setRGB(j, upwards ? h - 1 - i : i, color(mean(i, h, j, w)));
            }
        }
        return image;
    }

    private double mean(int i, int h, int j, int w) {
        if (h == rows && w == columns) {
            return values[i][j];
        }
        double sum = 0;
        int n = 0;
        for (long r = (long) i * rows / h; r < (long) (i + 1) * rows / h; r++) {
            for (long c = (long) j * columns / w; c < (long) (j + 1) * columns / w; c++) {
                double v = values[(int) r][(int) c];
                if (Double.isFinite(v)) {
                    sum += v;
                    n++;
                }
            }
        }
        return n == 0 ? Double.NaN : sum / n;
    }

    private void numbers(Canvas canvas, Frame frame, double cellWidth, double cellHeight, Theme theme) {
        String[][] texts = new String[rows][columns];
        boolean whole = isWhole();
        double longest = 0;
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                texts[i][j] = text(values[i][j], whole ? 0 : options.digits);
                longest = Math.max(longest, TextWidths.of(texts[i][j], 1, false));
            }
        }
        double size = Math.min(12, Math.min((cellWidth - 3) / longest, cellHeight * 0.75));
        if (size < 5.5) {
            return;
        }
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                int background = Double.isNaN(values[i][j]) ? theme.back() : color(values[i][j]);
                int ink =
                        Colors.contrast(background, 0xFFFFFFFF) >= Colors.contrast(background, 0xFF111111)
                                ? 0xFFFFFFFF
                                : 0xFF111111;
                canvas.text(frame.px(j), frame.py(i) + size * 0.36, texts[i][j], Canvas.Font.of(size, ink, 0.5));
            }
        }
    }

    private boolean isWhole() {
        for (double[] row : values) {
            for (double v : row) {
                if (Double.isFinite(v) && (v != Math.rint(v) || Math.abs(v) > 1e9)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static String text(double value, int decimals) {
        if (!Double.isFinite(value) || Math.abs(value) >= 1e9) {
            return Ticks.number(value, 3);
        }
        String text = new BigDecimal(value).setScale(decimals, RoundingMode.HALF_EVEN).toPlainString();
        return text.startsWith("-") ? "−" + text.substring(1) : text;
    }
}
