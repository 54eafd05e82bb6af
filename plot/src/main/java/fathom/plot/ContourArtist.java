package fathom.plot;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Contour lines of a function of two variables, by marching squares. */
final class ContourArtist implements Artist {
    private final double[] x;
    private final double[] y;
    private final double[][] z;
    private final ContourOptions options;
    private final double[] levels;
    private final Range range;

    /**
     * @param z a row for each y, a column for each x
     */
    ContourArtist(double[] x, double[] y, double[][] z, ContourOptions options) {
        this.x = x;
        this.y = y;
        this.z = z;
        this.options = options;
        int columns = z.length == 0 ? 0 : z[0].length;
        if (z.length != y.length || columns != x.length) {
            throw new IllegalArgumentException(
                    "contour: z must have the shape [%s, %s], a row for each y and a column for each x, got [%s, %s]"
                            .formatted(y.length, x.length, z.length, columns));
        }
        Range all = Range.EMPTY;
        for (double[] row : z) {
            all = all.and(Range.of(row, false));
        }
        Scale scale = Scale.of(all, false, 0, 0);
        this.range = new Range(scale.low(), scale.high());
        this.levels = options.levels != null ? options.levels : scale.ticks(options.count).at();
    }

    @Override
    public Range horizontal(boolean log) {
        return Range.of(x, log);
    }

    @Override
    public Range vertical(boolean log) {
        return Range.of(y, log);
    }

    private int color(double level, Theme theme) {
        int color = options.colors.at((level - range.low()) / (range.high() - range.low()));
        // the ends of the scale may be too similar to the background
        for (int i = 0; i < 8 && Colors.contrast(color, theme.back()) < 1.8; i++) {
            color = Colors.mix(color, theme.front(), 0.15);
        }
        return color;
    }

    @Override
    public @Nullable ColorBar colorBar() {
        return options.colorBar ? new ColorBar(options.colors, range.low(), range.high()) : null;
    }

    @Override
    public void draw(Canvas canvas, Frame frame, Theme theme) {
        for (double level : levels) {
            var line = new Polyline(canvas, Canvas.Stroke.solid(color(level, theme), options.width), frame);
            for (double[][] path : lines(level)) {
                double[] px = new double[path.length];
                double[] py = new double[path.length];
                for (int i = 0; i < path.length; i++) {
                    px[i] = frame.px(path[i][0]);
                    py[i] = frame.py(path[i][1]);
                }
                line.draw(px, py);
            }
        }
    }

    /** {@return the lines of a level, as points (x, y); closed lines end at their start} */
    List<double[][]> lines(double level) {
        Map<Long, List<Long>> neighbours = new HashMap<>();
        List<Long> order = new ArrayList<>();
        for (int i = 0; i + 1 < y.length; i++) {
            for (int j = 0; j + 1 < x.length; j++) {
                cell(level, i, j, neighbours, order);
            }
        }
        List<double[][]> lines = new ArrayList<>();
        Set<Long> seen = new HashSet<>();
        // first the open lines, from their ends, then the closed ones
        for (boolean open : new boolean[] {true, false}) {
            for (long start : order) {
                if (!seen.contains(start) && (!open || neighbours.getOrDefault(start, List.of()).size() == 1)) {
                    lines.add(follow(level, start, neighbours, seen));
                }
            }
        }
        return lines;
    }

    private double[][] follow(double level, long start, Map<Long, List<Long>> neighbours, Set<Long> seen) {
        List<double[]> points = new ArrayList<>();
        long at = start;
        long before = -1;
        while (true) {
            seen.add(at);
            points.add(crossing(level, at));
            long next = -1;
            boolean closes = false;
            for (long n : neighbours.getOrDefault(at, List.of())) {
                if (!seen.contains(n)) {
                    next = n;
                } else if (n == start && n != before && points.size() > 2) {
                    closes = true;
                }
            }
            if (next < 0) {
                if (closes) {
                    points.add(points.getFirst());
                }
                return points.toArray(double[][]::new);
            }
            before = at;
            at = next;
        }
    }

    /** {@return the number of an edge: twice its first corner, plus one for edges along y} */
    private long edge(int i, int j, boolean alongY) {
        return 2 * ((long) i * x.length + j) + (alongY ? 1 : 0);
    }

    private double[] crossing(double level, long edge) {
        int corner = (int) (edge / 2);
        int i = corner / x.length;
        int j = corner % x.length;
        boolean alongY = edge % 2 == 1;
        double from = z[i][j];
        double to = alongY ? z[i + 1][j] : z[i][j + 1];
        double t = (level - from) / (to - from);
        return alongY
                ? new double[] {x[j], y[i] + t * (y[i + 1] - y[i])}
                : new double[] {x[j] + t * (x[j + 1] - x[j]), y[i]};
    }

    private void cell(double level, int i, int j, Map<Long, List<Long>> neighbours, List<Long> order) {
        double a = z[i][j];
        double b = z[i][j + 1];
        double c = z[i + 1][j + 1];
        double d = z[i + 1][j];
        if (!Double.isFinite(a + b + c + d)) {
            return;
        }
        int kind = (a >= level ? 1 : 0) | (b >= level ? 2 : 0) | (c >= level ? 4 : 0) | (d >= level ? 8 : 0);
        long low = edge(i, j, false);
        long right = edge(i, j + 1, true);
        long high = edge(i + 1, j, false);
        long left = edge(i, j, true);
        // the centre decides a saddle
        boolean filled = (a + b + c + d) / 4 >= level;
        switch (kind) {
            case 1, 14 -> join(left, low, neighbours, order);
            case 2, 13 -> join(low, right, neighbours, order);
            case 4, 11 -> join(right, high, neighbours, order);
            case 8, 7 -> join(high, left, neighbours, order);
            case 3, 12 -> join(left, right, neighbours, order);
            case 6, 9 -> join(low, high, neighbours, order);
            case 5, 10 -> {
                boolean apart = kind == 5 != filled;
                join(left, apart ? low : high, neighbours, order);
                join(right, apart ? high : low, neighbours, order);
            }
            default -> {}
        }
    }

    private static void join(long a, long b, Map<Long, List<Long>> neighbours, List<Long> order) {
        for (long[] pair : new long[][] {{a, b}, {b, a}}) {
            List<Long> list = neighbours.get(pair[0]);
            if (list == null) {
                list = new ArrayList<>(2);
                neighbours.put(pair[0], list);
                order.add(pair[0]);
            }
            list.add(pair[1]);
        }
    }
}
