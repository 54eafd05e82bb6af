package fathom.vision.ocr;

import fathom.vision.ocr.Quad.Corner;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A rectangle with sides in any direction.
 *
 * @param x the centre
 * @param y the centre
 * @param width the length of the sides along {@code (cos, sin)}
 * @param height the length of the other sides
 */
record RotatedRectangle(double x, double y, double width, double height, double cos, double sin) {
    /**
     * {@return the smallest rectangle around points, one of whose sides lies on a side of their convex hull (Freeman
     * and Shapira, 1975)}
     */
    static RotatedRectangle around(List<int[]> points) {
        List<int[]> hull = hull(points);
        RotatedRectangle best = along(hull, 1, 0);
        for (int i = 0; i < hull.size(); i++) {
            int[] a = hull.get(i);
            int[] b = hull.get((i + 1) % hull.size());
            double length = Math.hypot(b[0] - a[0], b[1] - a[1]);
            if (length > 0) {
                RotatedRectangle r = along(hull, (b[0] - a[0]) / length, (b[1] - a[1]) / length);
                best = r.width * r.height < best.width * best.height - 1e-9 ? r : best;
            }
        }
        return best;
    }

    private static RotatedRectangle along(List<int[]> hull, double cos, double sin) {
        double left = Double.POSITIVE_INFINITY;
        double right = Double.NEGATIVE_INFINITY;
        double top = left;
        double bottom = right;
        for (int[] p : hull) {
            double u = p[0] * cos + p[1] * sin;
            double v = -p[0] * sin + p[1] * cos;
            left = Math.min(left, u);
            right = Math.max(right, u);
            top = Math.min(top, v);
            bottom = Math.max(bottom, v);
        }
        double u = (left + right) / 2;
        double v = (top + bottom) / 2;
        return new RotatedRectangle(u * cos - v * sin, u * sin + v * cos, right - left, bottom - top, cos, sin);
    }

    /** {@return the convex hull in order (Andrew's monotone chain, 1979)} */
    private static List<int[]> hull(List<int[]> points) {
        var sorted = new ArrayList<>(points);
        sorted.sort(Comparator.<int[]>comparingInt(p -> p[0]).thenComparingInt(p -> p[1]));
        var hull = new ArrayList<int[]>();
        for (int pass = 0; pass < 2; pass++) {
            int begin = hull.size();
            for (int[] p : pass == 0 ? sorted : sorted.reversed()) {
                while (hull.size() >= begin + 2 && turn(hull.get(hull.size() - 2), hull.getLast(), p) <= 0) {
                    hull.removeLast();
                }
                hull.add(p);
            }
            hull.removeLast(); // it begins the other half
        }
        return hull.isEmpty() ? List.of(sorted.getFirst()) : hull;
    }

    private static long turn(int[] a, int[] b, int[] c) {
        return (long) (b[0] - a[0]) * (c[1] - a[1]) - (long) (b[1] - a[1]) * (c[0] - a[0]);
    }

    double shortSide() {
        return Math.min(width, height);
    }

    /** {@return the rectangle with its sides moved outwards} */
    RotatedRectangle grown(double by) {
        return new RotatedRectangle(x, y, width + 2 * by, height + 2 * by, cos, sin);
    }

    /**
     * {@return the rectangle around pixels, which reach half a pixel beyond their centres, in coordinates of an image}
     */
    RotatedRectangle ofPixels() {
        return new RotatedRectangle(x + 0.5, y + 0.5, width + 1, height + 1, cos, sin);
    }

    /** {@return whether a point is inside or on a side} */
    boolean contains(double px, double py) {
        double u = (px - x) * cos + (py - y) * sin;
        double v = -(px - x) * sin + (py - y) * cos;
        return Math.abs(u) <= width / 2 && Math.abs(v) <= height / 2;
    }

    Quad quad() {
        return Quad.of(corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1));
    }

    private Corner corner(int along, int across) {
        double u = along * width / 2;
        double v = across * height / 2;
        return new Corner(x + u * cos - v * sin, y + u * sin + v * cos);
    }
}
