package fathom.plot;

import fathom.DType;
import fathom.Tensor;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Conversion of tensors to images, and encoding of images. */
final class Pictures {
    /** Maximum length of an enlarged image's longer side: large enough to see the pixels, and few bytes. */
    private static final int MAX_REPEATED = 128;

    private static final float JPEG_QUALITY = 0.92f;

    private Pictures() {}

    /**
     * {@return the image of a tensor}
     *
     * @param image uint8, or floating from 0 to 1 (other values are clamped): [3, H, W], [1, H, W] or [H, W]
     */
    static BufferedImage of(Tensor image) {
        Tensor x = image.dim() == 2 ? image.unsqueeze(0) : image;
        if (x.dim() != 3 || x.size(0) != 1 && x.size(0) != 3 || x.numel() == 0) {
            throw new IllegalArgumentException(
                    "image: must have the shape [3, H, W], [1, H, W] or [H, W], got " + image.shape());
        }
        boolean bytes = x.dtype() == DType.UINT8;
        if (!bytes && !x.dtype().isFloating()) {
            throw new IllegalArgumentException("image: must be UINT8 or floating, got " + x.dtype());
        }
        int height = Math.toIntExact(x.size(1));
        int width = Math.toIntExact(x.size(2));
        int plane = Math.multiplyExact(height, width);
        double[] v = x.detach().toDoubleArray();
        boolean color = x.size(0) == 3;
        var out = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < plane; i++) {
            int r = level(v[i], bytes);
            int g = color ? level(v[plane + i], bytes) : r;
            int b = color ? level(v[2 * plane + i], bytes) : r;
            out.setRGB(i % width, i / width, r << 16 | g << 8 | b);
        }
        return out;
    }

    private static int level(double value, boolean bytes) {
        return bytes ? (int) value : (int) Math.rint(Math.clamp(Double.isNaN(value) ? 0 : value, 0, 1) * 255);
    }

    /**
     * {@return the images of a batch}
     *
     * @param batch [N, C, H, W], or [N, H, W] for grey ones
     */
    static List<BufferedImage> batch(Tensor batch) {
        if (batch.dim() != 4 && batch.dim() != 3) {
            throw new IllegalArgumentException(
                    "images: must have the shape [N, C, H, W] or [N, H, W], got " + batch.shape());
        }
        List<BufferedImage> out = new ArrayList<>();
        for (int i = 0; i < batch.size(0); i++) {
            out.add(of(batch.detach().select(0, i)));
        }
        return out;
    }

    /** {@return an image reduced to a maximum size by averaging its pixels} */
    static BufferedImage shrunk(BufferedImage image, double maxWidth, double maxHeight) {
        double factor = Math.min(1, Math.max(maxWidth / image.getWidth(), maxHeight / image.getHeight()));
        if (factor > 0.99) {
            return image;
        }
        int width = Math.max(1, (int) Math.round(image.getWidth() * factor));
        int height = Math.max(1, (int) Math.round(image.getHeight() * factor));
        BufferedImage now = image;
        // repeated halving averages all pixels, a single large step would skip most of them
        while (now.getWidth() >= 2 * width && now.getHeight() >= 2 * height) {
            now = drawn(now, now.getWidth() / 2, now.getHeight() / 2);
        }
        return drawn(now, width, height);
    }

    /**
     * {@return a small image with repeated pixels, up to a maximum size, since not every SVG viewer keeps the edges of
     * enlarged pixels sharp}
     */
    static BufferedImage enlarged(BufferedImage image, double maxWidth, double maxHeight) {
        int wanted = (int) Math.ceil(Math.min(maxWidth / image.getWidth(), maxHeight / image.getHeight()));
        int factor = Math.min(wanted, MAX_REPEATED / Math.max(image.getWidth(), image.getHeight()));
        if (factor < 2) {
            return image;
        }
        int width = image.getWidth() * factor;
        int height = image.getHeight() * factor;
        int[] row = new int[width];
        var out = new BufferedImage(width, height, type(image));
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                row[x] = image.getRGB(x / factor, y / factor);
            }
            out.setRGB(0, y, width, 1, row, 0, width);
        }
        return out;
    }

    private static int type(BufferedImage image) {
        return image.getColorModel().hasAlpha() ? BufferedImage.TYPE_INT_ARGB : BufferedImage.TYPE_INT_RGB;
    }

    private static BufferedImage drawn(BufferedImage image, int width, int height) {
        var out = new BufferedImage(width, height, type(image));
        Graphics2D g = out.createGraphics();
        try {
            g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
            g.drawImage(image, 0, 0, width, height, null);
        } finally {
            g.dispose();
        }
        return out;
    }

    /** {@return a PNG file, encoded in memory; ImageIO's default would use a temporary file} */
    static byte[] png(BufferedImage image) {
        return encode("png", image);
    }

    /** {@return a JPEG file, encoded in memory} */
    static byte[] jpeg(BufferedImage image) {
        return encode("jpeg", image);
    }

    private static byte[] encode(String format, BufferedImage image) {
        var bytes = new ByteArrayOutputStream();
        var writer = ImageIO.getImageWritersByFormatName(format).next();
        try (var out = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(out);
            ImageWriteParam settings = writer.getDefaultWriteParam();
            if (format.equals("jpeg")) {
                settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                settings.setCompressionQuality(JPEG_QUALITY);
            }
            writer.write(null, new IIOImage(image, null, null), settings);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // impossible in memory
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
