package fathom.plot;

import java.util.HashSet;
import org.jspecify.annotations.Nullable;

/** Points, optionally joined by a line. NaN and infinite values are gaps. */
final class PointsArtist implements Artist {
    /** With more points than this, overlapping discs are drawn once. */
    private static final int MAX_SEPARATE = 2000;

    private static final int MAX_DASHED = 1000;

    private final double[] x;
    private final double[] y;
    private final boolean joined;
    private final SeriesOptions options;
    private final int index;

    PointsArtist(double[] x, double[] y, boolean joined, SeriesOptions options, int index) {
        this.x = x;
        this.y = y;
        this.joined = joined;
        this.options = options;
        this.index = index;
    }

    @Override
    public Range horizontal(boolean log) {
        return Range.of(x, log);
    }

    @Override
    public Range vertical(boolean log) {
        return Range.of(y, log);
    }

    private int color(Theme theme) {
        int base = options.color != null ? options.color : theme.series(index);
        return Colors.withAlpha(base, options.alpha);
    }

    private Canvas.Stroke stroke(Theme theme) {
        var patterns = SeriesOptions.Dash.values();
        // a dash pattern would be noise in a line that oscillates within each pixel
        var usual = x.length > MAX_DASHED ? SeriesOptions.Dash.SOLID : patterns[index % patterns.length];
        var dash = options.dash != null ? options.dash : usual;
        return new Canvas.Stroke(color(theme), options.width, dash.pattern(options.width));
    }

    private double radius() {
        if (options.markers >= 0) {
            return options.markers;
        }
        return joined ? 0 : x.length > 10_000 ? 1.2 : x.length > MAX_SEPARATE ? 1.8 : 3;
    }

    @Override
    public void draw(Canvas canvas, Frame frame, Theme theme) {
        double[] px = new double[x.length];
        double[] py = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            boolean shown = Math.abs(x[i]) <= Scale.MAX_VALUE && Math.abs(y[i]) <= Scale.MAX_VALUE;
            px[i] = shown ? frame.px(x[i]) : Double.NaN;
            py[i] = shown ? frame.py(y[i]) : Double.NaN;
        }
        if (joined) {
            new Polyline(canvas, stroke(theme), frame).draw(px, py);
            alone(canvas, px, py, theme);
        }
        if (radius() > 0) {
            dots(canvas, frame, px, py, radius(), color(theme));
        }
    }

    /** Draws the points between two gaps, which have no line, as discs. */
    private void alone(Canvas canvas, double[] px, double[] py, Theme theme) {
        double[] ax = new double[px.length];
        double[] ay = new double[px.length];
        int n = 0;
        for (int i = 0; i < px.length; i++) {
            if (isShown(px, py, i) && !isShown(px, py, i - 1) && !isShown(px, py, i + 1)) {
                ax[n] = px[i];
                ay[n++] = py[i];
            }
        }
        canvas.dots(ax, ay, n, Math.max(2, options.width), color(theme));
    }

    private static boolean isShown(double[] px, double[] py, int i) {
        return i >= 0 && i < px.length && Double.isFinite(px[i]) && Double.isFinite(py[i]);
    }

    private static void dots(Canvas canvas, Frame frame, double[] px, double[] py, double radius, int color) {
        double cell = px.length > MAX_SEPARATE ? Math.max(1.2, radius) : 0;
        var seen = new HashSet<Long>();
        double[] dx = new double[px.length];
        double[] dy = new double[px.length];
        int n = 0;
        for (int i = 0; i < px.length; i++) {
            boolean inside =
                    px[i] >= frame.x() - radius
                            && px[i] <= frame.right() + radius
                            && py[i] >= frame.y() - radius
                            && py[i] <= frame.bottom() + radius;
            if (!inside
                    || cell > 0
                            && !seen.add(
                                    (long) Math.floor(px[i] / cell) << 32
                                            | (int) Math.floor(py[i] / cell) & 0xFFFFFFFFL)) {
                continue;
            }
            dx[n] = px[i];
            dy[n++] = py[i];
        }
        canvas.dots(dx, dy, n, radius, color);
    }

    @Override
    public void occupy(Frame frame, Legend.Occupancy occupancy) {
        int every = Math.max(1, x.length / 4000);
        double lastX = Double.NaN;
        double lastY = Double.NaN;
        for (int i = 0; i < x.length; i += every) {
            double px = frame.px(x[i]);
            double py = frame.py(y[i]);
            if (joined
                    && Double.isFinite(lastX)
                    && Double.isFinite(lastY)
                    && Double.isFinite(px)
                    && Double.isFinite(py)) {
                occupancy.segment(lastX, lastY, px, py);
            } else {
                occupancy.point(px, py);
            }
            lastX = px;
            lastY = py;
        }
    }

    @Override
    public Legend.@Nullable Entry legend(Theme theme) {
        return options.label.isEmpty()
                ? null
                : new Legend.Entry(options.label, color(theme), joined ? stroke(theme) : null, radius(), false);
    }
}
