package fathom.plot;

import org.jspecify.annotations.Nullable;

/** Bars from zero, next to those of other series at the same positions. */
final class BarArtist implements Artist {
    private final double[] values;
    private final SeriesOptions options;
    private final int index;

    /** The edges of the bars' positions, one more than values. */
    private double[] edges;

    private double gap = 0.2;
    private int group;
    private int groups = 1;

    BarArtist(double[] values, SeriesOptions options, int index) {
        this.values = values;
        this.options = options;
        this.index = index;
        this.edges = new double[values.length + 1];
        for (int i = 0; i <= values.length; i++) {
            edges[i] = i - 0.5;
        }
    }

    /** Creates the bars of a histogram. */
    BarArtist(double[] values, double[] edges, SeriesOptions options, int index) {
        this(values, options, index);
        this.edges = edges;
        this.gap = 0.06;
    }

    void place(int group, int groups) {
        this.group = group;
        this.groups = groups;
    }

    @Override
    public boolean standsOnZero() {
        return true;
    }

    @Override
    public Range horizontal(boolean log) {
        return Range.of(edges, log);
    }

    @Override
    public Range vertical(boolean log) {
        Range range = Range.of(values, log);
        // a bar of height 1 must be visible on a logarithmic axis too
        return log ? range.isEmpty() ? range : range.and(range.low() / 2) : range.and(0);
    }

    private int color(Theme theme) {
        return Colors.withAlpha(options.color != null ? options.color : theme.series(index), options.alpha);
    }

    @FunctionalInterface
    private interface Box {
        void at(double x, double y, double width, double height);
    }

    private void boxes(Frame frame, Box box) {
        double zero = frame.vertical() instanceof Scale.Logarithmic ? frame.bottom() : frame.py(0);
        for (int i = 0; i < values.length; i++) {
            double left = frame.px(edges[i]);
            double right = frame.px(edges[i + 1]);
            double free = (right - left) * gap;
            double width = (right - left - free) / groups;
            double top = frame.py(Math.clamp(values[i], -Scale.MAX_VALUE, Scale.MAX_VALUE));
            if (!Double.isFinite(top) || values[i] == 0) {
                continue;
            }
            top = Math.clamp(top, frame.y() - 50, frame.bottom() + 50);
            double from = Math.clamp(zero, frame.y() - 50, frame.bottom() + 50);
            double x = left + free / 2 + width * group;
            box.at(x, Math.min(top, from), Math.max(width, 0.2), Math.abs(top - from));
        }
    }

    @Override
    public void draw(Canvas canvas, Frame frame, Theme theme) {
        boxes(frame, (x, y, width, height) -> canvas.rectangle(x, y, width, height, color(theme)));
    }

    @Override
    public void occupy(Frame frame, Legend.Occupancy occupancy) {
        boxes(frame, occupancy::rectangle);
    }

    @Override
    public Legend.@Nullable Entry legend(Theme theme) {
        return options.label.isEmpty() ? null : new Legend.Entry(options.label, color(theme), null, 0, true);
    }
}
