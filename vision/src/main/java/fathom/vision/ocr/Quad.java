package fathom.vision.ocr;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;

/**
 * A rotated rectangle around a line of text, by its corners in pixels; x to the right, y down.
 *
 * @param topLeft the corner in front of the text, on top
 * @param topRight the corner behind the text, on top
 * @param bottomRight the corner behind the text, at the bottom
 * @param bottomLeft the corner in front of the text, at the bottom
 */
public record Quad(Corner topLeft, Corner topRight, Corner bottomRight, Corner bottomLeft) {
    /**
     * A point.
     *
     * @param x pixels from the left
     * @param y pixels from the top
     */
    public record Corner(double x, double y) {
        double to(Corner other) {
            return Math.hypot(x - other.x, y - other.y);
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "(%.0f, %.0f)", x, y);
        }
    }

    /** {@return the rectangle of four corners in any order} */
    static Quad of(Corner... corners) {
        Corner[] byX = corners.clone();
        Arrays.sort(byX, Comparator.comparingDouble(Corner::x));
        boolean isFirstUpper = byX[0].y <= byX[1].y;
        boolean isThirdUpper = byX[2].y <= byX[3].y;
        return new Quad(
                byX[isFirstUpper ? 0 : 1],
                byX[isThirdUpper ? 2 : 3],
                byX[isThirdUpper ? 3 : 2],
                byX[isFirstUpper ? 1 : 0]);
    }

    /** {@return the length of the longer of the two sides along the text} */
    public double width() {
        return Math.max(topLeft.to(topRight), bottomLeft.to(bottomRight));
    }

    /** {@return the length of the longer of the two sides across the text} */
    public double height() {
        return Math.max(topLeft.to(bottomLeft), topRight.to(bottomRight));
    }

    Corner[] corners() {
        return new Corner[] {topLeft, topRight, bottomRight, bottomLeft};
    }

    /** {@return the corners with both coordinates scaled, and moved into an image} */
    Quad scaled(double byX, double byY, long width, long height) {
        Corner[] c = corners();
        for (int i = 0; i < c.length; i++) {
            c[i] = new Corner(Math.clamp(c[i].x * byX, 0, width), Math.clamp(c[i].y * byY, 0, height));
        }
        return new Quad(c[0], c[1], c[2], c[3]);
    }

    @Override
    public String toString() {
        return "%s %s %s %s".formatted(topLeft, topRight, bottomRight, bottomLeft);
    }
}
