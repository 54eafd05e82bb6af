package fathom.train.metric;

/**
 * A box that a detector found in an image, in pixels.
 *
 * @param x1 left edge
 * @param y1 upper edge
 * @param x2 right edge
 * @param y2 lower edge
 * @param label the class
 * @param score the confidence; only its order among the boxes of a class matters
 */
public record DetectedBox(double x1, double y1, double x2, double y2, int label, double score) {
    /** Checks the numbers: coordinates must be finite and ordered, and the score not NaN. */
    public DetectedBox {
        TrueBox.check("detection", x1, y1, x2, y2);
        if (Double.isNaN(score)) {
            throw new IllegalArgumentException("detection: the score is NaN");
        }
        score += 0.0; // -0 and 0 are the same score
    }

    double area() {
        return (x2 - x1) * (y2 - y1);
    }
}
