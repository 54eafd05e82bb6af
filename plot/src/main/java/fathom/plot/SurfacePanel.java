package fathom.plot;

import fathom.plot.text.TextWidths;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A surface as a wireframe in parallel projection, with three axes. */
final class SurfacePanel implements Panel {
    private static final double PAD = 10;
    private static final double TICK = 10;

    /** The height of the box relative to its width. */
    private static final double HEIGHT_RATIO = 0.7;

    private final double[][] x;
    private final double[][] y;
    private final double[][] z;
    private final SurfaceOptions options;
    private final Scale xs;
    private final Scale ys;
    private final Scale zs;

    /** The projection to the canvas. */
    private record View(double sinA, double cosA, double sinE, double cosE, double cx, double cy, double unit) {
        double px(double x, double y) {
            return cx + unit * (-sinA * x + cosA * y);
        }

        double py(double x, double y, double z) {
            return cy - unit * (-sinE * (cosA * x + sinA * y) + cosE * z);
        }

        /** {@return the depth of a point, larger for points closer to the viewer} */
        double depth(double x, double y, double z) {
            return cosE * (cosA * x + sinA * y) + sinE * z;
        }
    }

    /** Creates a panel; all arrays have the shape [R, C]. */
    SurfacePanel(double[][] x, double[][] y, double[][] z, SurfaceOptions options) {
        this.options = options;
        this.x = thinned(x, options.lines);
        this.y = thinned(y, options.lines);
        this.z = thinned(z, options.lines);
        Range xr = Range.EMPTY;
        Range yr = Range.EMPTY;
        Range zr = Range.EMPTY;
        for (int i = 0; i < z.length; i++) {
            xr = xr.and(Range.of(x[i], false));
            yr = yr.and(Range.of(y[i], false));
            zr = zr.and(Range.of(z[i], false));
        }
        for (var path : options.paths) {
            xr = xr.and(Range.of(path.x(), false));
            yr = yr.and(Range.of(path.y(), false));
            zr = zr.and(Range.of(path.z(), false));
        }
        this.xs = Scale.of(xr, false, 0, 0);
        this.ys = Scale.of(yr, false, 0, 0);
        this.zs = Scale.of(zr, false, 0.03, 0.03);
    }

    /** {@return a subset of equidistant rows and columns, including the last ones} */
    private static double[][] thinned(double[][] values, int maxLines) {
        int[] rows = kept(values.length, maxLines);
        int[] columns = kept(values.length == 0 ? 0 : values[0].length, maxLines);
        double[][] out = new double[rows.length][columns.length];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < columns.length; j++) {
                out[i][j] = values[rows[i]][columns[j]];
            }
        }
        return out;
    }

    private static int[] kept(int n, int maxLines) {
        int[] kept = new int[Math.min(n, maxLines)];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = kept.length == 1 ? 0 : (int) Math.round((double) i * (n - 1) / (kept.length - 1));
        }
        return kept;
    }

    @Override
    public double width() {
        return 440;
    }

    @Override
    public double height() {
        return 380;
    }

    @Override
    public String title() {
        return options.title;
    }

    @Override
    public void draw(Canvas canvas, double left, double top, double width, double height, Theme theme) {
        double a = Math.toRadians(options.azimuth);
        double e = Math.toRadians(options.elevation);
        double title = options.title.isEmpty() ? 0 : 20;
        // the corners of the box, plus space for ticks and labels
        double across = Math.abs(Math.sin(a)) + Math.abs(Math.cos(a));
        double up = Math.sin(e) * across + Math.cos(e) * HEIGHT_RATIO;
        double unit = Math.min((width - 2 * PAD - 96) / (2 * across), (height - title - 2 * PAD - 62) / (2 * up));
        unit = Math.max(unit, 4);
        double middle = top + title + PAD + (height - title - 2 * PAD - 44) / 2;
        var view = new View(Math.sin(a), Math.cos(a), Math.sin(e), Math.cos(e), left + width / 2, middle, unit);
        box(canvas, view, theme);
        if (options.filled) {
            meshes(canvas, view, theme);
        } else {
            lines(canvas, view, theme);
        }
        paths(canvas, view, theme);
        if (!options.title.isEmpty()) {
            var font = Canvas.Font.of(13, theme.front(), 0.5).strong();
            canvas.text(left + width / 2, top + PAD + 10, options.title, font);
        }
    }

    private static double place(Scale scale, double value) {
        return Math.abs(value) <= Scale.MAX_VALUE ? 2 * scale.at(value) - 1 : Double.NaN;
    }

    private static void segment(Canvas canvas, View v, double[] p, double[] q, Canvas.Stroke stroke) {
        canvas.segment(v.px(p[0], p[1]), v.py(p[0], p[1], p[2]), v.px(q[0], q[1]), v.py(q[0], q[1], q[2]), stroke);
    }

    /** Draws the three planes behind the surface with their grids, and the axes along the front edges. */
    private void box(Canvas canvas, View v, Theme theme) {
        double backX = v.cosA >= 0 ? -1 : 1;
        double backY = v.sinA >= 0 ? -1 : 1;
        var grid = Canvas.Stroke.solid(theme.lines(), 1);
        var edge = Canvas.Stroke.solid(theme.minor(), 1);
        Ticks xt = xs.ticks(5);
        Ticks yt = ys.ticks(5);
        Ticks zt = zs.ticks(5);
        for (double value : xt.at()) {
            double p = place(xs, value);
            segment(canvas, v, new double[] {p, -1, -HEIGHT_RATIO}, new double[] {p, 1, -HEIGHT_RATIO}, grid);
            segment(canvas, v, new double[] {p, backY, -HEIGHT_RATIO}, new double[] {p, backY, HEIGHT_RATIO}, grid);
        }
        for (double value : yt.at()) {
            double p = place(ys, value);
            segment(canvas, v, new double[] {-1, p, -HEIGHT_RATIO}, new double[] {1, p, -HEIGHT_RATIO}, grid);
            segment(canvas, v, new double[] {backX, p, -HEIGHT_RATIO}, new double[] {backX, p, HEIGHT_RATIO}, grid);
        }
        for (double value : zt.at()) {
            double p = place(zs, value) * HEIGHT_RATIO;
            segment(canvas, v, new double[] {-1, backY, p}, new double[] {1, backY, p}, grid);
            segment(canvas, v, new double[] {backX, -1, p}, new double[] {backX, 1, p}, grid);
        }
        segment(canvas, v, new double[] {-1, -backY, -HEIGHT_RATIO}, new double[] {1, -backY, -HEIGHT_RATIO}, edge);
        segment(canvas, v, new double[] {-backX, -1, -HEIGHT_RATIO}, new double[] {-backX, 1, -HEIGHT_RATIO}, edge);
        // the z axis is at the left one of the two outer corners
        boolean alongX = v.px(-backX, backY) < v.px(backX, -backY);
        double zx = alongX ? -backX : backX;
        double zy = alongX ? backY : -backY;
        segment(canvas, v, new double[] {zx, zy, -HEIGHT_RATIO}, new double[] {zx, zy, HEIGHT_RATIO}, edge);

        axis(
                canvas,
                v,
                theme,
                xs,
                xt,
                options.xLabel,
                p -> new double[] {p, -backY, -HEIGHT_RATIO},
                new double[] {0, -backY * 0.07, 0});
        axis(
                canvas,
                v,
                theme,
                ys,
                yt,
                options.yLabel,
                p -> new double[] {-backX, p, -HEIGHT_RATIO},
                new double[] {-backX * 0.07, 0, 0});
        double out = 0.05;
        axis(
                canvas,
                v,
                theme,
                zs,
                zt,
                options.zLabel,
                p -> new double[] {zx, zy, p * HEIGHT_RATIO},
                alongX ? new double[] {zx * out, 0, 0} : new double[] {0, zy * out, 0});
    }

    @FunctionalInterface
    private interface Along {
        double[] at(double place);
    }

    private static void axis(
            Canvas canvas, View v, Theme theme, Scale scale, Ticks ticks, String label, Along along, double[] out) {
        boolean vertical = along.at(0)[2] == 0;
        double widest = 0;
        for (String text : ticks.labels()) {
            widest = Math.max(widest, TextWidths.of(text, TICK, false));
        }
        for (int i = 0; i <= ticks.at().length; i++) {
            // the last one is the label of the axis
            boolean last = i == ticks.at().length;
            double[] p = along.at(last ? 0 : place(scale, ticks.at()[i]));
            double[] q = {p[0] + out[0], p[1] + out[1], p[2] + out[2]};
            double px = v.px(p[0], p[1]);
            double py = v.py(p[0], p[1], p[2]);
            double qx = v.px(q[0], q[1]);
            double qy = v.py(q[0], q[1], q[2]);
            double length = Math.max(1e-6, Math.hypot(qx - px, qy - py));
            double ux = vertical ? -1 : (qx - px) / length;
            double uy = vertical ? 0 : (qy - py) / length;
            double far = last ? (vertical ? 14 + widest : 22 + widest * 0.5) : 5;
            double anchor = vertical ? 1 : ux < -0.25 ? 1 : ux > 0.25 ? 0 : 0.5;
            double tx = px + ux * (far + 2);
            double ty = py + uy * (far + 2) + TICK * (vertical ? 0.36 : uy > 0.3 ? 0.85 : 0.4);
            if (last) {
                String text = ticks.note().isEmpty() ? label : label + " (" + ticks.note() + ")";
                var font = Canvas.Font.of(11.5, theme.front(), vertical ? 0.5 : anchor);
                canvas.text(tx, ty, text, vertical ? font.rotated(90) : font);
            } else {
                canvas.segment(px, py, px + ux * 4, py + uy * 4, Canvas.Stroke.solid(theme.minor(), 1));
                canvas.text(tx, ty, ticks.labels()[i], Canvas.Font.of(TICK, theme.front(), anchor));
            }
        }
    }

    private int color(double value, Theme theme) {
        int color = options.colors.at(zs.at(value));
        for (int i = 0; i < 8 && Colors.contrast(color, theme.back()) < 1.8; i++) {
            color = Colors.mix(color, theme.front(), 0.15);
        }
        return color;
    }

    /**
     * Draws lines in both directions; each piece has the colour of its centre, and adjacent pieces of one colour are
     * one line.
     */
    private void lines(Canvas canvas, View v, Theme theme) {
        int rows = z.length;
        int columns = rows == 0 ? 0 : z[0].length;
        for (int i = 0; i < rows; i++) {
            line(canvas, v, theme, x[i], y[i], z[i]);
        }
        for (int j = 0; j < columns; j++) {
            int column = j;
            line(canvas, v, theme, column(x, column), column(y, column), column(z, column));
        }
    }

    private static double[] column(double[][] values, int j) {
        double[] out = new double[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = values[i][j];
        }
        return out;
    }

    private void line(Canvas canvas, View v, Theme theme, double[] x, double[] y, double[] z) {
        double[] px = new double[x.length];
        double[] py = new double[x.length];
        int n = 0;
        int now = 0;
        for (int i = 0; i < x.length; i++) {
            double qx = place(xs, x[i]);
            double qy = place(ys, y[i]);
            double qz = place(zs, z[i]) * HEIGHT_RATIO;
            boolean shown = Double.isFinite(qx + qy + qz);
            // twelve steps are about as many as are distinguishable
            int next = shown && n > 0 ? color(step(z[i - 1], z[i]), theme) : 0;
            if (n > 1 && (!shown || next != now)) {
                canvas.line(px, py, n, Canvas.Stroke.solid(now, 1));
                px[0] = px[n - 1];
                py[0] = py[n - 1];
                n = 1;
            }
            if (!shown) {
                n = 0;
                continue;
            }
            px[n] = v.px(qx, qy);
            py[n++] = v.py(qx, qy, qz);
            now = next;
        }
        canvas.line(px, py, n, Canvas.Stroke.solid(now, 1));
    }

    private double step(double from, double to) {
        double t = zs.at(from / 2 + to / 2);
        return zs.low() + (Math.floor(Math.clamp(t, 0, 0.999) * 12) + 0.5) / 12 * (zs.high() - zs.low());
    }

    private record Mesh(double[] px, double[] py, double depth, int color) {}

    private void meshes(Canvas canvas, View v, Theme theme) {
        List<Mesh> meshes = new ArrayList<>();
        for (int i = 0; i + 1 < z.length; i++) {
            for (int j = 0; j + 1 < z[i].length; j++) {
                mesh(i, j, v, theme, meshes);
            }
        }
        meshes.sort(Comparator.comparingDouble(Mesh::depth));
        var line = Canvas.Stroke.solid(Colors.withAlpha(theme.back(), 0.6), 0.6);
        for (Mesh m : meshes) {
            canvas.polygon(m.px, m.py, 4, m.color, line);
        }
    }

    private void mesh(int i, int j, View v, Theme theme, List<Mesh> meshes) {
        int[][] corners = {{i, j}, {i, j + 1}, {i + 1, j + 1}, {i + 1, j}};
        double[] px = new double[4];
        double[] py = new double[4];
        double depth = 0;
        double mean = 0;
        for (int k = 0; k < 4; k++) {
            int r = corners[k][0];
            int c = corners[k][1];
            double qx = place(xs, x[r][c]);
            double qy = place(ys, y[r][c]);
            double qz = place(zs, z[r][c]) * HEIGHT_RATIO;
            px[k] = v.px(qx, qy);
            py[k] = v.py(qx, qy, qz);
            depth += v.depth(qx, qy, qz);
            mean += z[r][c] / 4;
        }
        if (Double.isFinite(depth)) {
            meshes.add(new Mesh(px, py, depth, color(mean, theme)));
        }
    }

    private void paths(Canvas canvas, View v, Theme theme) {
        int color = theme.series(1);
        for (var path : options.paths) {
            double[] px = new double[path.x().length];
            double[] py = new double[px.length];
            int n = 0;
            for (int i = 0; i < px.length; i++) {
                double qx = place(xs, path.x()[i]);
                double qy = place(ys, path.y()[i]);
                double qz = place(zs, path.z()[i]) * HEIGHT_RATIO;
                if (Double.isFinite(qx + qy + qz)) {
                    px[n] = v.px(qx, qy);
                    py[n++] = v.py(qx, qy, qz);
                }
            }
            if (path.joined()) {
                canvas.line(px, py, n, Canvas.Stroke.solid(color, 1.8));
            }
            canvas.dots(px, py, n, 3.5, color);
        }
    }
}
