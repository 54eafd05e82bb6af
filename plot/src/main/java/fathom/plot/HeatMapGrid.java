package fathom.plot;

import fathom.plot.text.TextWidths;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A grid of heat maps with common axes and a common colour bar, for the attention weights of heads and layers, say. */
final class HeatMapGrid implements Panel {
    private static final double CELL = 120;
    private static final double GAP = 12;
    private static final double PAD = 10;
    private static final double TITLE = 18;

    private final List<AxesPanel> maps = new ArrayList<>();
    private final List<Axes> axes = new ArrayList<>();
    private final int columns;
    private final HeatMapOptions options;
    private final Range range;
    private final double ratio;

    HeatMapGrid(List<double[][]> matrices, int columns, HeatMapOptions options) {
        this.columns = columns;
        this.options = options;
        if (options.titles != null && options.titles.size() != matrices.size()) {
            throw new IllegalArgumentException(
                    "heatmaps: there are %s titles for %s heat maps".formatted(options.titles.size(), matrices.size()));
        }
        Range all = Range.EMPTY;
        for (double[][] m : matrices) {
            all = all.and(HeatMapArtist.range(options, m));
        }
        Scale scale = Scale.of(all, false, 0, 0);
        this.range = new Range(scale.low(), scale.high());
        for (int i = 0; i < matrices.size(); i++) {
            var a = new Axes();
            a.heatmap(matrices.get(i), options, range);
            a.title = options.titles == null ? "" : options.titles.get(i);
            a.xLabel = "";
            a.yLabel = "";
            axes.add(a);
            maps.add(new AxesPanel(a));
        }
        double[][] first = matrices.getFirst();
        double w = first.length == 0 ? 1 : Math.max(1, first[0].length);
        double h = Math.max(1, first.length);
        this.ratio = Math.clamp(h / w, 1.0 / 3, 3);
    }

    private int rows() {
        return Math.ceilDiv(maps.size(), columns);
    }

    private double titleRoom() {
        return options.titles == null ? 0 : TITLE;
    }

    private double names(@Nullable List<String> names, double usual) {
        return names == null
                ? usual
                : names.stream().mapToDouble(n -> TextWidths.of(n, AxesPanel.TICK, false)).max().orElse(0);
    }

    private double left() {
        return PAD + (options.yLabel.isEmpty() ? 0 : 18) + names(options.rows, 18) + 8;
    }

    private double bottom(double cell) {
        double names = names(options.columns, 0);
        int count = options.columns == null ? 1 : options.columns.size();
        boolean slanted = options.columns != null && names + 6 > cell / Math.max(1, count);
        return PAD + (options.xLabel.isEmpty() ? 0 : 18) + 17 + (slanted ? names * Math.sin(AxesPanel.SLANT) : 0);
    }

    private double bar() {
        return options.colorBar ? new ColorBar(options.colors, range.low(), range.high()).width(200) : 0;
    }

    private double top() {
        return PAD + (options.title.isEmpty() ? 0 : 20) + (options.colorBar ? 8 : 0);
    }

    @Override
    public double width() {
        double cell = columns > 6 ? CELL * 0.75 : columns < 3 ? CELL * 1.5 : CELL;
        return left() + columns * cell + (columns - 1) * GAP + bar() + PAD;
    }

    @Override
    public double height() {
        double cell = (width() - left() - bar() - PAD - (columns - 1) * GAP) / columns;
        return top() + rows() * (cell * ratio + titleRoom()) + (rows() - 1) * GAP + bottom(cell);
    }

    @Override
    public String title() {
        return options.title;
    }

    @Override
    public void draw(Canvas canvas, double x, double y, double width, double height, Theme theme) {
        double roomX = width - left() - bar() - PAD - (columns - 1) * GAP;
        double cell = Math.max(8, roomX / columns);
        double roomY = height - top() - bottom(cell) - (rows() - 1) * GAP - rows() * titleRoom();
        double tall = Math.max(8, Math.min(cell * ratio, roomY / rows()));
        cell = Math.min(cell, tall / ratio);
        double total = left() + columns * cell + (columns - 1) * GAP + bar() + PAD;
        double x0 = x + Math.max(0, (width - total) / 2) + left();
        double y0 = y + top();
        for (int i = 0; i < maps.size(); i++) {
            int row = i / columns;
            int column = i % columns;
            double cellX = x0 + column * (cell + GAP);
            double cellY = y0 + row * (tall + GAP + titleRoom()) + titleRoom();
            boolean lowest = i + columns >= maps.size();
            maps.get(i).drawInto(canvas, cellX, cellY, cell, tall, lowest, column == 0, theme);
            if (!axes.get(i).title.isEmpty()) {
                var font = Canvas.Font.of(AxesPanel.TICK, theme.front(), 0.5);
                canvas.text(cellX + cell / 2, cellY - 5, axes.get(i).title, font);
            }
        }
        double right = x0 + columns * (cell + GAP) - GAP;
        double low = y0 + rows() * (tall + GAP + titleRoom()) - GAP;
        var font = Canvas.Font.of(12, theme.front(), 0.5);
        canvas.text((x0 + right) / 2, low + bottom(cell) - PAD + 2, options.xLabel, font);
        canvas.text(x0 - left() + PAD + 8, (y0 + low) / 2, options.yLabel, font.rotated(90));
        canvas.text((x0 + right) / 2, y + PAD + 9, options.title, Canvas.Font.of(13, theme.front(), 0.5).strong());
        if (options.colorBar) {
            double barTop = y0 + titleRoom();
            double barHeight = Math.min(low - barTop, 240);
            var bar = new ColorBar(options.colors, range.low(), range.high());
            bar.draw(canvas, right + 12, barTop + (low - barTop - barHeight) / 2, barHeight, theme);
        }
    }
}
