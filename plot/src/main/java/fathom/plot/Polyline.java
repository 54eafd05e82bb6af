package fathom.plot;

/**
 * Draws a line after it is split at missing values, clipped to the surroundings of the frame, and thinned to what is
 * visible: the first, the minimum, the maximum and the last point of each column of pixels.
 */
final class Polyline {
    private static final double MARGIN = 50;

    private final Canvas canvas;
    private final Canvas.Stroke stroke;
    private final double left;
    private final double right;
    private final double top;
    private final double bottom;
    private double[] xs = new double[64];
    private double[] ys = new double[64];
    private int n;

    Polyline(Canvas canvas, Canvas.Stroke stroke, Frame frame) {
        this.canvas = canvas;
        this.stroke = stroke;
        this.left = frame.x() - MARGIN;
        this.right = frame.right() + MARGIN;
        this.top = frame.y() - MARGIN;
        this.bottom = frame.bottom() + MARGIN;
    }

    /** Draws a line through pixel coordinates; NaN and infinite ones are gaps. */
    void draw(double[] x, double[] y) {
        n = 0;
        for (int i = 0; i + 1 < x.length; i++) {
            if (isFinite(x[i], y[i]) && isFinite(x[i + 1], y[i + 1])) {
                clipped(x[i], y[i], x[i + 1], y[i + 1]);
            } else {
                flush();
            }
        }
        flush();
    }

    private static boolean isFinite(double x, double y) {
        return Double.isFinite(x) && Double.isFinite(y);
    }

    /** Adds the part of a segment inside the surroundings of the frame (Liang and Barsky, 1984). */
    private void clipped(double x0, double y0, double x1, double y1) {
        double dx = x1 - x0;
        double dy = y1 - y0;
        double[] p = {-dx, dx, -dy, dy};
        double[] q = {x0 - left, right - x0, y0 - top, bottom - y0};
        double from = 0;
        double to = 1;
        for (int i = 0; i < 4; i++) {
            if (p[i] == 0) {
                if (q[i] < 0) {
                    flush();
                    return;
                }
            } else if (p[i] < 0) {
                from = Math.max(from, q[i] / p[i]);
            } else {
                to = Math.min(to, q[i] / p[i]);
            }
        }
        if (from > to) {
            flush();
            return;
        }
        if (from > 0) {
            flush();
        }
        if (n == 0) {
            add(x0 + from * dx, y0 + from * dy);
        }
        add(x0 + to * dx, y0 + to * dy);
        if (to < 1) {
            flush();
        }
    }

    private void add(double x, double y) {
        if (n == xs.length) {
            xs = java.util.Arrays.copyOf(xs, 2 * n);
            ys = java.util.Arrays.copyOf(ys, 2 * n);
        }
        xs[n] = x;
        ys[n++] = y;
    }

    private void flush() {
        if (n > 1) {
            int kept = thin(xs, ys, n);
            canvas.line(xs, ys, kept, stroke);
        }
        n = 0;
    }

    /** Thins in place. {@return the number of remaining points} */
    static int thin(double[] x, double[] y, int n) {
        int out = 0;
        int i = 0;
        while (i < n) {
            double column = Math.floor(x[i]);
            int end = i + 1;
            int least = i;
            int greatest = i;
            while (end < n && Math.floor(x[end]) == column) {
                least = y[end] < y[least] ? end : least;
                greatest = y[end] > y[greatest] ? end : greatest;
                end++;
            }
            if (end - i <= 4) {
                for (int k = i; k < end; k++) {
                    out = put(x, y, out, x[k], y[k]);
                }
            } else {
                int early = Math.min(least, greatest);
                int late = Math.max(least, greatest);
                // read before earlier entries are overwritten
                double[] px = {x[i], x[early], x[late], x[end - 1]};
                double[] py = {y[i], y[early], y[late], y[end - 1]};
                for (int k = 0; k < 4; k++) {
                    out = put(x, y, out, px[k], py[k]);
                }
            }
            i = end;
        }
        return out;
    }

    private static int put(double[] x, double[] y, int out, double px, double py) {
        x[out] = px;
        y[out] = py;
        return out + 1;
    }
}
