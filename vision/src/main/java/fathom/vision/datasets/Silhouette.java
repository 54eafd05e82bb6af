package fathom.vision.datasets;

import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;

/** Outlines of things, within the square from -1 to 1, with which stand-ins are drawn. */
enum Silhouette {
    AIRPLANE,
    CAR,
    BIRD,
    CAT,
    DEER,
    DOG,
    FROG,
    HORSE,
    SHIP,
    TRUCK;

    /** {@return the outline} */
    Area area() {
        return switch (this) {
            case AIRPLANE ->
                    union(
                            ellipse(0, 0, 1, 0.17),
                            polygon(0.25, 0, -0.35, -0.85, -0.5, -0.85, -0.2, 0, -0.5, 0.85, -0.35, 0.85),
                            polygon(-0.7, 0, -0.95, -0.4, -1, -0.4, -0.9, 0, -1, 0.4, -0.95, 0.4));
            case CAR ->
                    union(
                            box(-0.95, -0.05, 1.9, 0.4),
                            polygon(-0.6, 0, -0.35, -0.45, 0.3, -0.45, 0.6, 0),
                            ellipse(-0.55, 0.4, 0.22, 0.22),
                            ellipse(0.55, 0.4, 0.22, 0.22));
            case BIRD ->
                    union(
                            ellipse(-0.05, 0.1, 0.55, 0.32),
                            ellipse(0.5, -0.25, 0.24, 0.24),
                            polygon(0.68, -0.35, 1, -0.2, 0.68, -0.12),
                            polygon(-0.5, 0.05, -1, -0.2, -0.95, 0.3),
                            polygon(-0.3, 0, -0.2, -0.8, 0.2, 0));
            case CAT ->
                    union(
                            ellipse(0, 0.15, 0.7, 0.62),
                            polygon(-0.68, 0.1, -0.62, -0.85, -0.1, -0.4),
                            polygon(0.68, 0.1, 0.62, -0.85, 0.1, -0.4));
            case DEER ->
                    union(
                            polygon(-0.3, -0.1, 0.3, -0.1, 0.18, 0.95, -0.18, 0.95),
                            ellipse(-0.45, 0, 0.25, 0.1),
                            ellipse(0.45, 0, 0.25, 0.1),
                            antler(-1),
                            antler(1));
            case DOG ->
                    union(
                            ellipse(0, 0, 0.55, 0.6),
                            ellipse(0, 0.45, 0.32, 0.4),
                            ellipse(-0.62, 0.15, 0.2, 0.6),
                            ellipse(0.62, 0.15, 0.2, 0.6));
            case FROG ->
                    union(
                            ellipse(0, 0.2, 0.75, 0.45),
                            ellipse(-0.4, -0.3, 0.22, 0.25),
                            ellipse(0.4, -0.3, 0.22, 0.25),
                            ellipse(-0.75, 0.55, 0.25, 0.3),
                            ellipse(0.75, 0.55, 0.25, 0.3));
            case HORSE ->
                    union(
                            ellipse(-0.1, -0.05, 0.6, 0.27),
                            polygon(0.25, 0, 0.55, -0.85, 0.95, -0.55, 0.75, -0.4, 0.55, 0.05),
                            box(-0.62, 0, 0.13, 0.95),
                            box(-0.38, 0, 0.13, 0.95),
                            box(0.12, 0, 0.13, 0.95),
                            box(0.36, 0, 0.13, 0.95),
                            polygon(-0.65, -0.15, -1, 0.45, -0.8, 0.5));
            case SHIP ->
                    union(
                            polygon(-1, 0.25, 1, 0.25, 0.7, 0.75, -0.7, 0.75),
                            box(-0.06, -0.95, 0.1, 1.2),
                            polygon(0.1, -0.9, 0.75, 0.1, 0.1, 0.1),
                            polygon(-0.12, -0.6, -0.6, 0.1, -0.12, 0.1));
            case TRUCK ->
                    union(
                            box(-1, -0.7, 1.3, 1),
                            polygon(0.38, 0.3, 0.38, -0.35, 0.7, -0.35, 1, 0, 1, 0.3),
                            ellipse(-0.65, 0.42, 0.2, 0.2),
                            ellipse(-0.1, 0.42, 0.2, 0.2),
                            ellipse(0.65, 0.42, 0.2, 0.2));
        };
    }

    private static Area antler(int side) {
        return union(
                polygon(side * 0.12, -0.1, side * 0.35, -0.95, side * 0.45, -0.9, side * 0.25, -0.05),
                polygon(side * 0.25, -0.5, side * 0.7, -0.8, side * 0.72, -0.65, side * 0.25, -0.35));
    }

    static Area union(Shape... shapes) {
        var area = new Area();
        for (Shape shape : shapes) {
            area.add(new Area(shape));
        }
        return area;
    }

    static Ellipse2D ellipse(double x, double y, double halfWidth, double halfHeight) {
        return new Ellipse2D.Double(x - halfWidth, y - halfHeight, 2 * halfWidth, 2 * halfHeight);
    }

    static Rectangle2D box(double x, double y, double width, double height) {
        return new Rectangle2D.Double(x, y, width, height);
    }

    static Path2D polygon(double... xy) {
        var path = new Path2D.Double();
        path.moveTo(xy[0], xy[1]);
        for (int i = 2; i < xy.length; i += 2) {
            path.lineTo(xy[i], xy[i + 1]);
        }
        path.closePath();
        return path;
    }

    /** {@return an outline, scaled, mirrored or not, turned and moved} */
    static Area placed(Area area, double x, double y, double scale, double angle, boolean isMirrored) {
        var to = new AffineTransform();
        to.translate(x, y);
        to.rotate(angle);
        to.scale(isMirrored ? -scale : scale, scale);
        return area.createTransformedArea(to);
    }
}
