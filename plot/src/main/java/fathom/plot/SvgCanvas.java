package fathom.plot;

import fathom.plot.text.TextWidths;
import java.awt.image.BufferedImage;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A canvas that writes SVG with real text. Coordinates have one decimal; there are no ids, so a page can embed several
 * figures.
 */
final class SvgCanvas implements Canvas {
    /** Common systems' fonts with Latin and Chinese glyphs. */
    static final String FAMILY =
            "system-ui,'Segoe UI',Helvetica,Arial,'Noto Sans','PingFang SC','Microsoft YaHei','Noto Sans CJK SC','DejaVu Sans',sans-serif";

    /** Maximum bytes of an opaque PNG image; larger ones are written as JPEG. */
    private static final int MAX_PNG_BYTES = 40_000;

    private final StringBuilder out = new StringBuilder(4096);

    /** The last path of segments: the end of its data, its end, and its stroke. */
    private int segmentsData;

    private int segmentsEnd = -1;
    private @Nullable Stroke segmentsStroke;

    SvgCanvas(double width, double height, String title) {
        out.append("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"")
                .append(number(width))
                .append("\" height=\"")
                .append(number(height))
                .append("\" viewBox=\"0 0 ")
                .append(number(width))
                .append(' ')
                .append(number(height))
                .append("\" role=\"img\" font-family=\"")
                .append(FAMILY)
                .append("\" stroke-linejoin=\"round\">\n");
        if (!title.isBlank()) {
            out.append("<title>").append(escape(title)).append("</title>\n");
        }
    }

    String finish() {
        return out.append("</svg>\n").toString();
    }

    @Override
    public void rectangle(double x, double y, double width, double height, int fill) {
        out.append("<path d=\"M").append(number(x)).append(' ').append(number(y)).append('h').append(number(width));
        out.append('v').append(number(height)).append('h').append(number(-width)).append("z\"");
        fill(fill);
        out.append("/>\n");
    }

    @Override
    public void line(double[] x, double[] y, int n, Stroke stroke) {
        if (n < 2) {
            return;
        }
        out.append("<path d=\"");
        points(x, y, n);
        out.append("\" fill=\"none\"");
        stroke(stroke);
        out.append("/>\n");
    }

    /** Merges consecutive segments with one stroke (ticks, grid lines) into one path. */
    @Override
    public void segment(double x0, double y0, double x1, double y1, Stroke stroke) {
        if (out.length() == segmentsEnd && stroke.equals(segmentsStroke)) {
            out.setLength(segmentsData);
        } else {
            out.append("<path d=\"");
        }
        points(new double[] {x0, x1}, new double[] {y0, y1}, 2);
        segmentsData = out.length();
        out.append("\" fill=\"none\"");
        stroke(stroke);
        out.append("/>\n");
        segmentsEnd = out.length();
        segmentsStroke = stroke;
    }

    @Override
    public void polygon(double[] x, double[] y, int n, int fill, @Nullable Stroke outline) {
        out.append("<path d=\"");
        points(x, y, n);
        out.append("z\"");
        fill(fill);
        if (outline != null) {
            stroke(outline);
        }
        out.append("/>\n");
    }

    @Override
    public void dots(double[] x, double[] y, int n, double radius, int fill) {
        if (n == 0) {
            return;
        }
        // a line of length zero with round caps is a disc, in the fewest characters
        out.append("<path d=\"");
        for (int i = 0; i < n; i++) {
            out.append('M').append(number(x[i])).append(' ').append(number(y[i])).append("h0");
        }
        out.append("\" fill=\"none\" stroke-linecap=\"round\"");
        stroke(Stroke.solid(fill, 2 * radius));
        out.append("/>\n");
    }

    @Override
    public void text(double x, double y, String text, Font font) {
        if (text.isBlank()) {
            return;
        }
        out.append("<text x=\"").append(number(x)).append("\" y=\"").append(number(y)).append("\" font-size=\"");
        out.append(number(font.size())).append('"');
        if (font.anchor() != 0) {
            out.append(" text-anchor=\"").append(font.anchor() == 1 ? "end" : "middle").append('"');
        }
        if (font.bold()) {
            out.append(" font-weight=\"600\"");
        }
        if (font.angle() != 0) {
            out.append(" transform=\"rotate(").append(number(-font.angle())).append(' ');
            out.append(number(x)).append(' ').append(number(y)).append(")\"");
        }
        fill(font.color());
        out.append('>').append(escape(text)).append("</text>\n");
    }

    @Override
    public void image(BufferedImage full, double x, double y, double width, double height) {
        // for high-density screens
        BufferedImage image = Pictures.enlarged(Pictures.shrunk(full, 2 * width, 2 * height), 2 * width, 2 * height);
        out.append("<image x=\"").append(number(x)).append("\" y=\"").append(number(y)).append("\" width=\"");
        out.append(number(width)).append("\" height=\"").append(number(height));
        out.append("\" preserveAspectRatio=\"none\"");
        if (full.getWidth() <= width || full.getHeight() <= height) {
            out.append(" style=\"image-rendering:pixelated\"");
        }
        byte[] png = Pictures.png(image);
        // photographs take a tenth as JPEG; drawings stay lossless
        byte[] jpeg = png.length > MAX_PNG_BYTES && !image.getColorModel().hasAlpha() ? Pictures.jpeg(image) : png;
        String type = jpeg == png ? "png" : "jpeg";
        out.append(" href=\"data:image/").append(type).append(";base64,");
        out.append(Base64.getEncoder().encodeToString(jpeg));
        out.append("\"/>\n");
    }

    /** A nested svg element clips without an id, which would have to be unique in a page. */
    @Override
    public void clip(double x, double y, double width, double height) {
        String box = number(x) + ' ' + number(y) + ' ' + number(width) + ' ' + number(height);
        out.append("<svg x=\"").append(number(x)).append("\" y=\"").append(number(y)).append("\" width=\"");
        out.append(number(width)).append("\" height=\"").append(number(height));
        out.append("\" viewBox=\"").append(box).append("\" preserveAspectRatio=\"none\" overflow=\"hidden\">\n");
    }

    @Override
    public void unclip() {
        out.append("</svg>\n");
    }

    private void points(double[] x, double[] y, int n) {
        out.append('M').append(number(x[0])).append(' ').append(number(y[0]));
        String lastX = "";
        String lastY = "";
        for (int i = 1; i < n; i++) {
            String px = number(x[i]);
            String py = number(y[i]);
            if (!px.equals(lastX) || !py.equals(lastY)) {
                out.append(i == 1 ? "L" : " ").append(px).append(' ').append(py);
            }
            lastX = px;
            lastY = py;
        }
    }

    private void fill(int color) {
        if (color >>> 24 == 0) {
            out.append(" fill=\"none\"");
            return;
        }
        out.append(" fill=\"").append(Colors.hex(color)).append('"');
        if (color >>> 24 != 255) {
            out.append(" fill-opacity=\"").append(fraction(Colors.alpha(color))).append('"');
        }
    }

    private void stroke(Stroke stroke) {
        out.append(" stroke=\"").append(Colors.hex(stroke.color())).append('"');
        if (stroke.width() != 1) {
            out.append(" stroke-width=\"").append(number(stroke.width())).append('"');
        }
        if (stroke.color() >>> 24 != 255) {
            out.append(" stroke-opacity=\"").append(fraction(Colors.alpha(stroke.color()))).append('"');
        }
        double[] dash = stroke.dash();
        if (dash != null) {
            out.append(" stroke-dasharray=\"");
            for (int i = 0; i < dash.length; i++) {
                out.append(i == 0 ? "" : " ").append(number(dash[i]));
            }
            out.append('"');
        }
    }

    /** {@return a length with at most one decimal} */
    static String number(double value) {
        long tenths = Math.round(value * 10);
        long whole = Math.abs(tenths) / 10;
        long rest = Math.abs(tenths) % 10;
        return (tenths < 0 ? "-" : "") + whole + (rest == 0 ? "" : "." + rest);
    }

    private static String fraction(double value) {
        long hundredths = Math.round(value * 100);
        return hundredths >= 100 ? "1" : "." + (hundredths < 10 ? "0" : "") + hundredths;
    }

    private static String escape(String text) {
        return TextWidths.clean(text)
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
