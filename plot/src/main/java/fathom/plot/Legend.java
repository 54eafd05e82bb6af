package fathom.plot;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A legend: the labels of series with samples of their styles. */
final class Legend {
    private static final double SAMPLE = 24;
    private static final double ROW = 17;
    private static final double PAD = 6;
    private static final double GAP = 14;

    /**
     * A legend entry.
     *
     * @param line style of the line, or null
     * @param dot radius of the marker, 0 for none
     * @param box whether to draw a filled square
     */
    record Entry(String label, int color, Canvas.@Nullable Stroke line, double dot, boolean box) {}

    private final List<Entry> entries;
    private final Theme theme;

    Legend(List<Entry> entries, Theme theme) {
        this.entries = entries;
        this.theme = theme;
    }

    private Canvas.Font font() {
        return Canvas.Font.of(11.5, theme.front(), 0);
    }

    private double width(Canvas canvas, Entry entry) {
        return SAMPLE + 6 + canvas.width(entry.label(), font());
    }

    /** {@return the width of the entries as a column} */
    double columnWidth(Canvas canvas) {
        return 2 * PAD + entries.stream().mapToDouble(e -> width(canvas, e)).max().orElse(0);
    }

    double columnHeight() {
        return 2 * PAD + ROW * entries.size() - 3;
    }

    void drawColumn(Canvas canvas, double x, double y) {
        double width = columnWidth(canvas);
        canvas.rectangle(x, y, width, columnHeight(), Colors.withAlpha(theme.back(), 0.85));
        canvas.frame(x, y, width, columnHeight(), Canvas.Stroke.solid(theme.lines(), 1));
        for (int i = 0; i < entries.size(); i++) {
            draw(canvas, entries.get(i), x + PAD, y + PAD + ROW * i);
        }
    }

    /** {@return the entries, divided into rows of a maximum width} */
    private List<List<Entry>> rows(Canvas canvas, double width) {
        List<List<Entry>> rows = new ArrayList<>();
        double used = Double.POSITIVE_INFINITY;
        for (Entry e : entries) {
            double own = width(canvas, e);
            if (used + GAP + own > width) {
                rows.add(new ArrayList<>());
                used = -GAP;
            }
            rows.getLast().add(e);
            used += GAP + own;
        }
        return rows;
    }

    double rowsHeight(Canvas canvas, double width) {
        return ROW * rows(canvas, width).size();
    }

    void drawRows(Canvas canvas, double x, double y, double width) {
        List<List<Entry>> rows = rows(canvas, width);
        for (int r = 0; r < rows.size(); r++) {
            double total = rows.get(r).stream().mapToDouble(e -> width(canvas, e) + GAP).sum() - GAP;
            double at = x + Math.max(0, (width - total) / 2);
            for (Entry e : rows.get(r)) {
                draw(canvas, e, at, y + ROW * r);
                at += width(canvas, e) + GAP;
            }
        }
    }

    private void draw(Canvas canvas, Entry e, double x, double y) {
        double middle = y + 7;
        if (e.box()) {
            canvas.rectangle(x + 6, middle - 5, 12, 10, e.color());
        }
        if (e.line() != null) {
            canvas.segment(x, middle, x + SAMPLE, middle, e.line());
        }
        if (e.dot() > 0) {
            canvas.dots(new double[] {x + SAMPLE / 2}, new double[] {middle}, 1, Math.clamp(e.dot(), 2, 5), e.color());
        }
        canvas.text(x + SAMPLE + 6, middle + 4, e.label(), font());
    }

    /** The occupied cells of a frame, which determine where a legend covers least. */
    static final class Occupancy {
        private static final double CELL = 6;

        private final Frame frame;
        private final int columns;
        private final int rows;
        private final BitSet used = new BitSet();

        Occupancy(Frame frame) {
            this.frame = frame;
            this.columns = (int) Math.ceil(frame.width() / CELL) + 1;
            this.rows = (int) Math.ceil(frame.height() / CELL) + 1;
        }

        void rectangle(double x, double y, double width, double height) {
            int left = column(x);
            int right = column(x + width);
            int bottom = row(y + height);
            for (int r = row(y); r <= bottom; r++) {
                used.set(r * columns + left, r * columns + right + 1);
            }
        }

        void segment(double x0, double y0, double x1, double y1) {
            int steps = (int) Math.min(500, Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0)) / CELL) + 1;
            for (int i = 0; i <= steps; i++) {
                point(x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps);
            }
        }

        void point(double x, double y) {
            if (x >= frame.x() && x <= frame.right() && y >= frame.y() && y <= frame.bottom()) {
                used.set(row(y) * columns + column(x));
            }
        }

        /** {@return the number of occupied cells of a rectangle} */
        int count(double x, double y, double width, double height) {
            int left = column(x);
            int right = column(x + width);
            int count = 0;
            int bottom = row(y + height);
            for (int r = row(y); r <= bottom; r++) {
                count += used.get(r * columns + left, r * columns + right + 1).cardinality();
            }
            return count;
        }

        private int column(double x) {
            return (int) Math.clamp((x - frame.x()) / CELL, 0, columns - 1);
        }

        private int row(double y) {
            return (int) Math.clamp((y - frame.y()) / CELL, 0, rows - 1);
        }
    }
}
