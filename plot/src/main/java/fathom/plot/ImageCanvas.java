package fathom.plot;

import fathom.plot.text.TextWidths;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** A canvas that draws into an image, without a display. */
final class ImageCanvas implements Canvas, AutoCloseable {
    private final BufferedImage image;
    private final Graphics2D g;
    private final ArrayDeque<Shape> clips = new ArrayDeque<>();

    /**
     * @param scale pixels of the image per pixel of the figure
     */
    ImageCanvas(double width, double height, double scale) {
        image =
                new BufferedImage(
                        (int) Math.max(1, Math.round(width * scale)),
                        (int) Math.max(1, Math.round(height * scale)),
                        BufferedImage.TYPE_INT_RGB);
        g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
        g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR);
        g.scale(scale, scale);
    }

    BufferedImage image() {
        return image;
    }

    @Override
    public void close() {
        g.dispose();
    }

    @Override
    public void rectangle(double x, double y, double width, double height, int fill) {
        g.setColor(new Color(fill, true));
        g.fill(new Rectangle2D.Double(x, y, width, height));
    }

    @Override
    public void line(double[] x, double[] y, int n, Stroke stroke) {
        if (n >= 2) {
            draw(path(x, y, n, false), stroke);
        }
    }

    @Override
    public void polygon(double[] x, double[] y, int n, int fill, @Nullable Stroke outline) {
        Path2D path = path(x, y, n, true);
        g.setColor(new Color(fill, true));
        g.fill(path);
        if (outline != null) {
            draw(path, outline);
        }
    }

    @Override
    public void dots(double[] x, double[] y, int n, double radius, int fill) {
        g.setColor(new Color(fill, true));
        for (int i = 0; i < n; i++) {
            g.fill(new Ellipse2D.Double(x[i] - radius, y[i] - radius, 2 * radius, 2 * radius));
        }
    }

    @Override
    public void text(double x, double y, String words, Font font) {
        String text = TextWidths.clean(words);
        if (text.isBlank()) {
            return;
        }
        var layout = Fonts.layout(text, font, g.getFontRenderContext());
        double width = layout.getAdvance();
        // no wider than the layout assumed, whatever the font
        double squeeze = Math.min(1, width(text, font) * 1.06 / Math.max(1, width));
        var before = g.getTransform();
        g.translate(x, y);
        g.rotate(Math.toRadians(-font.angle()));
        g.scale(squeeze, 1);
        g.setColor(new Color(font.color(), true));
        layout.draw(g, (float) (-font.anchor() * width), 0);
        g.setTransform(before);
    }

    @Override
    public void image(BufferedImage full, double x, double y, double width, double height) {
        var before = g.getTransform();
        BufferedImage picture = Pictures.shrunk(full, width * before.getScaleX(), height * before.getScaleY());
        g.translate(x, y);
        g.scale(width / picture.getWidth(), height / picture.getHeight());
        g.drawImage(picture, 0, 0, null);
        g.setTransform(before);
    }

    @Override
    public void clip(double x, double y, double width, double height) {
        Shape now = g.getClip();
        clips.push(now == null ? new Rectangle2D.Double(-1e6, -1e6, 2e6, 2e6) : now);
        g.clip(new Rectangle2D.Double(x, y, width, height));
    }

    @Override
    public void unclip() {
        g.setClip(clips.pop());
    }

    private void draw(Shape shape, Stroke stroke) {
        float[] dash = null;
        if (stroke.dash() != null) {
            dash = new float[stroke.dash().length];
            for (int i = 0; i < dash.length; i++) {
                dash[i] = (float) stroke.dash()[i];
            }
        }
        g.setStroke(new BasicStroke((float) stroke.width(), BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, dash, 0));
        g.setColor(new Color(stroke.color(), true));
        g.draw(shape);
    }

    private static Path2D path(double[] x, double[] y, int n, boolean closed) {
        var path = new Path2D.Double(Path2D.WIND_NON_ZERO, n + 1);
        for (int i = 0; i < n; i++) {
            if (i == 0) {
                path.moveTo(x[i], y[i]);
            } else {
                path.lineTo(x[i], y[i]);
            }
        }
        if (closed && n > 0) {
            path.closePath();
        }
        return path;
    }
}
