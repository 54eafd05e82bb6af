package fathom.plot;

import fathom.plot.text.TextWidths;
import java.awt.image.BufferedImage;
import org.jspecify.annotations.Nullable;

/**
 * The drawing commands, which every output implements. Lengths are in pixels, y points downwards, colours are {@code
 * 0xAARRGGBB}.
 */
interface Canvas {
    /** The style of a line; {@code dash} holds the lengths of strokes and gaps, null for a solid line. */
    @SuppressWarnings("ArrayRecordComponent")
    record Stroke(int color, double width, double @Nullable [] dash) {
        static Stroke solid(int color, double width) {
            return new Stroke(color, width, null);
        }
    }

    /**
     * The style of text.
     *
     * @param anchor the fraction of the text's width left of its position: 0, 0.5 or 1
     * @param angle in degrees, counterclockwise, about the position
     */
    record Font(double size, int color, double anchor, boolean bold, double angle) {
        static Font of(double size, int color, double anchor) {
            return new Font(size, color, anchor, false, 0);
        }

        Font rotated(double degrees) {
            return new Font(size, color, anchor, bold, degrees);
        }

        Font strong() {
            return new Font(size, color, anchor, true, angle);
        }
    }

    void rectangle(double x, double y, double width, double height, int fill);

    /** Draws an open line through the first {@code n} points. */
    void line(double[] x, double[] y, int n, Stroke stroke);

    /** Fills a closed area and draws its outline, if any. */
    void polygon(double[] x, double[] y, int n, int fill, @Nullable Stroke outline);

    /** Draws discs of one size around the first {@code n} points. */
    void dots(double[] x, double[] y, int n, double radius, int fill);

    /** Writes a line of text, whose baseline goes through the position. */
    void text(double x, double y, String text, Font font);

    /**
     * Draws an image stretched over a rectangle: pixels have sharp edges if it is enlarged, and are averaged if it is
     * reduced.
     */
    void image(BufferedImage image, double x, double y, double width, double height);

    /** Clips the following commands to a rectangle, until {@link #unclip}. */
    void clip(double x, double y, double width, double height);

    void unclip();

    /** {@return the width of a line of text} */
    default double width(String text, Font font) {
        return TextWidths.of(text, font.size(), font.bold());
    }

    default void segment(double x0, double y0, double x1, double y1, Stroke stroke) {
        line(new double[] {x0, x1}, new double[] {y0, y1}, 2, stroke);
    }

    default void frame(double x, double y, double width, double height, Stroke stroke) {
        polygon(new double[] {x, x + width, x + width, x}, new double[] {y, y, y + height, y + height}, 4, 0, stroke);
    }
}
