package fathom.train.metric;

/**
 * A box that an image really has, in pixels.
 *
 * @param x1 left edge
 * @param y1 upper edge
 * @param x2 right edge
 * @param y2 lower edge
 * @param label the class
 * @param area the object's area, which decides whether it is small, medium or large; in COCO that of its mask
 * @param isCrowd whether it covers a crowd of objects: detections in it count neither as right nor as wrong
 */
public record TrueBox(double x1, double y1, double x2, double y2, int label, double area, boolean isCrowd) {
    /** Checks the numbers: coordinates must be finite and ordered, and the area not negative. */
    public TrueBox {
        check("ground truth", x1, y1, x2, y2);
        if (!(area >= 0)) {
            throw new IllegalArgumentException("ground truth: the area must not be negative, is " + area);
        }
    }

    /** A single object whose area is that of its box. */
    public TrueBox(double x1, double y1, double x2, double y2, int label) {
        this(x1, y1, x2, y2, label, Math.max(0, (x2 - x1) * (y2 - y1)), false);
    }

    static void check(String what, double x1, double y1, double x2, double y2) {
        boolean isFinite = Double.isFinite(x2 - x1) && Double.isFinite(y2 - y1);
        if (!isFinite || x1 > x2 || y1 > y2) {
            throw new IllegalArgumentException(
                    "%s: expected finite corners with x1 <= x2 and y1 <= y2, got %s, %s, %s, %s"
                            .formatted(what, x1, y1, x2, y2));
        }
    }

    double boxArea() {
        return (x2 - x1) * (y2 - y1);
    }
}
