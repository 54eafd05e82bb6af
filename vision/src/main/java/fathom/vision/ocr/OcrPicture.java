package fathom.vision.ocr;

import fathom.Tensor;
import fathom.vision.Images;
import fathom.vision.ocr.Quad.Corner;
import java.awt.AlphaComposite;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.GraphicsEnvironment;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Pictures of what was read: the image with a box around each line, and beside it the text in the same places. */
public final class OcrPicture {
    private static final Color[] COLORS = {
        new Color(0xd62728), new Color(0x1f77b4), new Color(0x2ca02c), new Color(0x9467bd), new Color(0xff7f0e)
    };

    /** The height of text in its box. */
    private static final double FILL = 0.8;

    private OcrPicture() {}

    /**
     * {@return the image and the text beside each other}
     *
     * @param image as for {@link Ocr#read}
     * @param lines what was read in it
     */
    public static BufferedImage draw(Tensor image, List<TextLine> lines) {
        BufferedImage left = Images.toImage(image);
        int width = left.getWidth();
        var both = new BufferedImage(2 * width, left.getHeight(), BufferedImage.TYPE_INT_RGB);
        Graphics2D g = both.createGraphics();
        try {
            g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            g.drawImage(left, 0, 0, null);
            g.setColor(Color.WHITE);
            g.fillRect(width, 0, width, left.getHeight());
            g.setStroke(new BasicStroke(Math.max(1, left.getHeight() / 400F)));
            var fonts = new HashMap<String, Font>();
            for (int i = 0; i < lines.size(); i++) {
                Color color = COLORS[i % COLORS.length];
                Quad box = lines.get(i).box();
                Path2D here = outline(box, 0);
                g.setColor(color);
                g.setComposite(AlphaComposite.SrcOver.derive(0.15F));
                g.fill(here);
                g.setComposite(AlphaComposite.SrcOver);
                g.draw(here);
                g.draw(outline(box, width));
                write(g, lines.get(i).text(), box, width, fonts);
            }
        } finally {
            g.dispose();
        }
        return both;
    }

    private static Path2D outline(Quad box, double right) {
        var path = new Path2D.Double();
        for (Corner c : box.corners()) {
            if (path.getCurrentPoint() == null) {
                path.moveTo(c.x() + right, c.y());
            } else {
                path.lineTo(c.x() + right, c.y());
            }
        }
        path.closePath();
        return path;
    }

    /** Writes a text along its box, as large as it fits; down the box where that is a column. */
    private static void write(Graphics2D g, String text, Quad box, double right, Map<String, Font> fonts) {
        boolean isColumn = box.height() >= 1.5 * box.width();
        Corner origin = isColumn ? box.topRight() : box.topLeft();
        Corner end = isColumn ? box.bottomRight() : box.topRight();
        double length = isColumn ? box.height() : box.width();
        double height = isColumn ? box.width() : box.height();
        Font font = fontFor(text, fonts).deriveFont((float) Math.max(1, FILL * height));
        Rectangle2D extent = font.getStringBounds(text, g.getFontRenderContext());
        double shrink = Math.min(1, length / Math.max(1, extent.getWidth()));
        AffineTransform before = g.getTransform();
        g.translate(origin.x() + right, origin.y());
        g.rotate(Math.atan2(end.y() - origin.y(), end.x() - origin.x()));
        g.scale(shrink, 1);
        g.setFont(font);
        g.setColor(Color.BLACK);
        g.drawString(text, 0, (float) ((height - extent.getHeight()) / 2 - extent.getY()));
        g.setTransform(before);
    }

    /** {@return a font that has all characters of a text, if one is installed} */
    private static Font fontFor(String text, Map<String, Font> found) {
        for (Font f : found.values()) {
            if (f.canDisplayUpTo(text) < 0) {
                return f;
            }
        }
        var plain = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
        Font font = plain;
        if (plain.canDisplayUpTo(text) >= 0) {
            for (Font f : GraphicsEnvironment.getLocalGraphicsEnvironment().getAllFonts()) {
                if (f.canDisplayUpTo(text) < 0) {
                    font = f;
                    break;
                }
            }
        }
        found.put(font.getFontName(), font);
        return font;
    }
}
