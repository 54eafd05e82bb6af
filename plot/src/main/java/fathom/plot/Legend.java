package fathom.plot;

import java.util.ArrayList;
import java.util.List;

/** Names of series beside samples of how they are drawn. */
final class Legend {
    private static final double SAMPLE = 24;
    private static final double ROW = 17;
    private static final double PAD = 6;
    private static final double GAP = 14;

    private final List<LegendEntry> entries;
    private final Theme theme;

    Legend(List<LegendEntry> entries, Theme theme) {
        this.entries = entries;
        this.theme = theme;
    }

    private Canvas.Font font() {
        return Canvas.Font.of(11.5, theme.front(), 0);
    }

    private double width(Canvas canvas, LegendEntry entry) {
        return SAMPLE + 6 + canvas.width(entry.label(), font());
    }

    /** {@return the width of the entries below one another} */
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

    /** {@return the entries in rows of a width} */
    private List<List<LegendEntry>> rows(Canvas canvas, double width) {
        List<List<LegendEntry>> rows = new ArrayList<>();
        double used = Double.POSITIVE_INFINITY;
        for (LegendEntry e : entries) {
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
        List<List<LegendEntry>> rows = rows(canvas, width);
        for (int r = 0; r < rows.size(); r++) {
            double total = rows.get(r).stream().mapToDouble(e -> width(canvas, e) + GAP).sum() - GAP;
            double at = x + Math.max(0, (width - total) / 2);
            for (LegendEntry e : rows.get(r)) {
                draw(canvas, e, at, y + ROW * r);
                at += width(canvas, e) + GAP;
            }
        }
    }

    private void draw(Canvas canvas, LegendEntry e, double x, double y) {
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
}
