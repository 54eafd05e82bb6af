package fathom.vision.datasets;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** An image of a stand-in while it is drawn. */
final class Sketch {
    private final BufferedImage image;
    private final Graphics2D graphics;
    private final RandomGenerator random;

    Sketch(int width, int height, RandomGenerator random) {
        image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        this.random = random;
    }

    /** Draws sharp edges from now on: each pixel has one of the given colours. */
    void withoutSmoothing() {
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_OFF);
    }

    /** {@return a random colour of a brightness from 0 to 1} */
    Color color(double brightness) {
        return Color.getHSBColor(
                (float) random.nextDouble(), (float) random.nextDouble(0.2, 0.8), (float) Math.clamp(brightness, 0, 1));
    }

    /** Covers the image with a gradient and blurred patches. */
    void background(double brightness) {
        int w = image.getWidth();
        int h = image.getHeight();
        graphics.setPaint(new GradientPaint(0, 0, color(brightness - 0.1), w, h, color(brightness + 0.1)));
        graphics.fillRect(0, 0, w, h);
        for (int i = 0; i < 4; i++) {
            double r = random.nextDouble(0.1, 0.4) * w;
            fill(
                    new Ellipse2D.Double(random.nextDouble() * w - r, random.nextDouble() * h - r, 2 * r, 2 * r),
                    color(brightness + random.nextDouble(-0.15, 0.15)));
        }
    }

    void fill(Shape shape, Color color) {
        graphics.setPaint(color);
        graphics.fill(shape);
    }

    /** Draws a line along a shape's outline. */
    void outline(Shape shape, double width, Color color) {
        graphics.setPaint(color);
        graphics.setStroke(new BasicStroke((float) width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        graphics.draw(shape);
    }

    /** Fills a shape with stripes of two colours. */
    void stripes(Area shape, double width, double angle, Color one, Color other) {
        float dx = (float) (width * Math.cos(angle));
        float dy = (float) (width * Math.sin(angle));
        graphics.setPaint(new GradientPaint(0, 0, one, dx, dy, other, true));
        graphics.fill(shape);
    }

    /** Fills a shape with a colour and spots of another one. */
    void spots(Area shape, double radius, Color one, Color other) {
        within(
                shape,
                one,
                bounds -> {
                    int n = (int) (bounds.getWidth() * bounds.getHeight() / (12 * radius * radius));
                    for (int i = 0; i < n; i++) {
                        double x = bounds.getX() + random.nextDouble() * bounds.getWidth();
                        double y = bounds.getY() + random.nextDouble() * bounds.getHeight();
                        fill(new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius), other);
                    }
                });
    }

    /** Fills a shape with squares of two colours in turns. */
    void checks(Area shape, double side, Color one, Color other) {
        within(
                shape,
                one,
                bounds -> {
                    int column = 0;
                    for (double x = bounds.getMinX(); x < bounds.getMaxX(); x += side, column++) {
                        double first = bounds.getMinY() + column % 2 * side;
                        for (double y = first; y < bounds.getMaxY(); y += 2 * side) {
                            fill(new Rectangle2D.Double(x, y, side, side), other);
                        }
                    }
                });
    }

    /** Fills a shape with rings around its middle, of two colours in turns. */
    void rings(Area shape, double width, Color one, Color other) {
        within(
                shape,
                one,
                bounds -> {
                    double most = Math.hypot(bounds.getWidth(), bounds.getHeight()) / 2;
                    for (double r = width; r < most; r += 2 * width) {
                        outline(
                                new Ellipse2D.Double(bounds.getCenterX() - r, bounds.getCenterY() - r, 2 * r, 2 * r),
                                width,
                                other);
                    }
                });
    }

    /** Fills a shape with a colour and lines of another one in two directions. */
    void lattice(Area shape, double distance, double width, Color one, Color other) {
        within(
                shape,
                one,
                bounds -> {
                    for (double x = bounds.getMinX() - bounds.getHeight(); x < bounds.getMaxX(); x += distance) {
                        outline(
                                new Line2D.Double(x, bounds.getMinY(), x + bounds.getHeight(), bounds.getMaxY()),
                                width,
                                other);
                        outline(
                                new Line2D.Double(x + bounds.getHeight(), bounds.getMinY(), x, bounds.getMaxY()),
                                width,
                                other);
                    }
                });
    }

    /** Fills a shape with a colour and draws what lies within it. */
    private void within(Area shape, Color color, Consumer<Rectangle2D> draw) {
        fill(shape, color);
        graphics.setClip(shape);
        draw.accept(shape.getBounds2D());
        graphics.setClip(null);
    }

    /** Adds Gaussian noise to every sample. */
    void noise(double std) {
        int w = image.getWidth();
        int h = image.getHeight();
        int[] pixels = image.getRGB(0, 0, w, h, null, 0, w);
        for (int i = 0; i < pixels.length; i++) {
            int noisy = 0;
            for (int shift = 0; shift < 24; shift += 8) {
                long sample = Math.round((pixels[i] >> shift & 0xFF) + std * random.nextGaussian());
                noisy |= (int) Math.clamp(sample, 0L, 255L) << shift;
            }
            pixels[i] = noisy;
        }
        image.setRGB(0, 0, w, h, pixels, 0, w);
    }

    /**
     * Writes a file, of a folder that appears when all of its files have been written.
     *
     * @param format {@code png} or {@code jpg}
     */
    void write(Path file, String format) throws IOException {
        try (var stream = Files.newOutputStream(file);
                var out = new MemoryCacheImageOutputStream(stream)) {
            if (!ImageIO.write(image, format, out)) {
                throw new IOException("this Java cannot write " + format);
            }
        }
    }

    /** {@return the planes of red, green and blue} */
    byte[] planes() {
        int n = image.getWidth() * image.getHeight();
        int[] rgb = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        var planes = new byte[3 * n];
        for (int i = 0; i < n; i++) {
            planes[i] = (byte) (rgb[i] >> 16);
            planes[n + i] = (byte) (rgb[i] >> 8);
            planes[2 * n + i] = (byte) rgb[i];
        }
        return planes;
    }
}
