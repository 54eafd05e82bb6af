package fathom.vision;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * Pictures in files and as tensors: uint8 {@code [3, H, W]} for colour (red, green, blue), {@code [1, H, W]} for grey.
 */
public final class Images {
    /** More is taken for a damaged or hostile file: its header alone would cost gigabytes. */
    private static final long MOST_PIXELS = 1L << 28;

    static {
        // no temporary files for a picture that is read once
        ImageIO.setUseCache(false);
    }

    private Images() {}

    /**
     * Reads a PNG, JPEG, GIF, BMP, TIFF or WBMP file. Transparent places become white.
     *
     * @return uint8 {@code [3, H, W]}, or {@code [1, H, W]} of a file that knows only grey
     * @throws IOException if there is no such file, or it is no picture that can be read
     */
    public static Tensor read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException("%s: there is no such file".formatted(file));
        }
        try (InputStream in = Files.newInputStream(file)) {
            return read(in, file.toString());
        }
    }

    /**
     * Reads a picture from a stream, as {@link #read(Path)} does.
     *
     * @param name what messages call it
     */
    public static Tensor read(InputStream in, String name) throws IOException {
        try (ImageInputStream stream = ImageIO.createImageInputStream(in)) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
            if (!readers.hasNext()) {
                throw new IOException(
                        "%s: not a picture of a known format (%s)".formatted(name, String.join(", ", formats())));
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(stream, true, true);
                long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
                if (pixels > MOST_PIXELS) {
                    throw new IOException(
                            "%s: %d x %d pixels are more than can be read"
                                    .formatted(name, reader.getWidth(0), reader.getHeight(0)));
                }
                return toTensor(reader.read(0));
            } catch (RuntimeException e) {
                // readers meet damage with whatever exception their code runs into
                throw new IOException("%s: the picture is damaged (%s)".formatted(name, e), e);
            } finally {
                reader.dispose();
            }
        } catch (IOException e) {
            String message = String.valueOf(e.getMessage());
            throw message.startsWith(name)
                    ? e
                    : new IOException("%s: the picture is damaged (%s)".formatted(name, message), e);
        }
    }

    private static String[] formats() {
        return java.util.Arrays.stream(ImageIO.getReaderFormatNames())
                .map(s -> s.toLowerCase(java.util.Locale.ROOT))
                .distinct()
                .sorted()
                .toArray(String[]::new);
    }

    /** {@return the pixels of a picture: uint8 {@code [3, H, W]}, or {@code [1, H, W]} if it knows only grey} */
    public static Tensor toTensor(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        boolean grey =
                image.getColorModel().getNumColorComponents() == 1
                        && !image.getColorModel().hasAlpha()
                        && image.getType() != BufferedImage.TYPE_BYTE_INDEXED;
        int channels = grey ? 1 : 3;
        int plane = width * height;
        byte[] out = new byte[Math.multiplyExact(channels, plane)];
        if (grey && image.getType() == BufferedImage.TYPE_BYTE_GRAY) {
            // as stored: Java's conversion to RGB would bend the grey values
            int[] row = new int[width];
            for (int y = 0; y < height; y++) {
                image.getRaster().getSamples(0, y, width, 1, 0, row);
                for (int x = 0; x < width; x++) {
                    out[y * width + x] = (byte) row[x];
                }
            }
        } else if (grey) {
            int bits = image.getSampleModel().getSampleSize(0);
            boolean indexed = image.getColorModel() instanceof java.awt.image.IndexColorModel;
            int[] row = new int[width];
            for (int y = 0; y < height; y++) {
                if (indexed) {
                    image.getRGB(0, y, width, 1, row, 0, width);
                } else {
                    image.getRaster().getSamples(0, y, width, 1, 0, row);
                }
                for (int x = 0; x < width; x++) {
                    out[y * width + x] =
                            (byte)
                                    (indexed
                                            ? row[x]
                                            : bits > 8 ? row[x] >> (bits - 8) : row[x] * 255 / ((1 << bits) - 1));
                }
            }
        } else {
            int[] row = new int[width];
            for (int y = 0; y < height; y++) {
                image.getRGB(0, y, width, 1, row, 0, width);
                for (int x = 0; x < width; x++) {
                    int argb = row[x];
                    int alpha = argb >>> 24;
                    for (int c = 0; c < 3; c++) {
                        int value = argb >> 8 * (2 - c) & 0xFF;
                        out[c * plane + y * width + x] = (byte) onWhite(value, alpha);
                    }
                }
            }
        }
        return Tensors.fromBytes(MemorySegment.ofArray(out), DType.UINT8, channels, height, width);
    }

    private static int onWhite(int value, int alpha) {
        return alpha == 255 ? value : (value * alpha + 255 * (255 - alpha) + 127) / 255;
    }

    /**
     * {@return the picture of a tensor}
     *
     * @param image uint8, or floating from 0 to 1: {@code [3, H, W]}, {@code [1, H, W]} or {@code [H, W]}
     * @throws IllegalArgumentException if it has another shape or type
     */
    public static BufferedImage toImage(Tensor image) {
        Tensor x = image.dim() == 2 ? image.unsqueeze(0) : image;
        if (x.dim() != 3 || x.size(0) != 1 && x.size(0) != 3 || x.numel() == 0) {
            throw new IllegalArgumentException(
                    "image: wants shape [3, H, W], [1, H, W] or [H, W], not " + image.shape());
        }
        int channels = (int) x.size(0);
        int height = Math.toIntExact(x.size(1));
        int width = Math.toIntExact(x.size(2));
        byte[] in = toUint8(x.detach()).toByteArray();
        int plane = height * width;
        var out =
                new BufferedImage(
                        width, height, channels == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
        int[] row = new int[width];
        for (int y = 0; y < height; y++) {
            for (int i = 0; i < width; i++) {
                int at = y * width + i;
                row[i] =
                        channels == 1
                                ? in[at] & 0xFF
                                : (in[at] & 0xFF) << 16 | (in[plane + at] & 0xFF) << 8 | in[2 * plane + at] & 0xFF;
            }
            if (channels == 1) {
                out.getRaster().setSamples(0, y, width, 1, 0, row);
            } else {
                out.setRGB(0, y, width, 1, row, 0, width);
            }
        }
        return out;
    }

    /** {@return pixels from 0 to 255: uint8 as it is, floating numbers times 255, rounded and held within bounds} */
    static Tensor toUint8(Tensor x) {
        if (x.dtype() == DType.UINT8) {
            return x;
        }
        if (!x.dtype().isFloating()) {
            throw new IllegalArgumentException("image: wants uint8 or floating pixels, not " + x.dtype());
        }
        return x.mul(255).round().clamp(0, 255).to(DType.UINT8);
    }

    /**
     * Writes a PNG file.
     *
     * @param image as for {@link #toImage}
     */
    public static void write(Path file, Tensor image) throws IOException {
        write(file, toImage(image));
    }

    static void write(Path file, BufferedImage image) throws IOException {
        if (file.toAbsolutePath().getParent() != null) {
            Files.createDirectories(file.toAbsolutePath().getParent());
        }
        try (var out = Files.newOutputStream(file)) {
            if (!ImageIO.write(image, "png", out)) {
                throw new IOException(file + ": this Java cannot write PNG");
            }
        }
    }

    /**
     * {@return a grey picture: {@code 0.299 R + 0.587 G + 0.114 B} (ITU-R BT.601), of the type given}
     *
     * @param image {@code [3, H, W]} or {@code [1, H, W]}
     */
    public static Tensor toGrey(Tensor image) {
        if (image.dim() != 3 || image.size(0) != 1 && image.size(0) != 3) {
            throw new IllegalArgumentException("toGrey: wants shape [3, H, W] or [1, H, W], not " + image.shape());
        }
        if (image.size(0) == 1) {
            return image;
        }
        Tensor x = image.to(DType.FLOAT32);
        Tensor grey =
                x.select(0, 0).mul(0.299).add(x.select(0, 1).mul(0.587)).add(x.select(0, 2).mul(0.114)).unsqueeze(0);
        return image.dtype() == DType.UINT8 ? grey.round().clamp(0, 255).to(DType.UINT8) : grey.to(image.dtype());
    }
}
