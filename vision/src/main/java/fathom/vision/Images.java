package fathom.vision;

import fathom.DType;
import fathom.Tensor;
import fathom.files.AtomicFiles;
import fathom.files.InputFiles;
import fathom.vision.transforms.Transforms;
import java.awt.image.BufferedImage;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import javax.imageio.ImageIO;

/** Reads and writes image files as tensors: uint8 {@code [3, H, W]} for RGB, {@code [1, H, W]} for greyscale. */
public final class Images {
    /** The maximum file size: half of what a Java array can hold. */
    private static final int MOST_BYTES = 1 << 30;

    static {
        // no temporary files for images in memory
        ImageIO.setUseCache(false);
    }

    private Images() {}

    /** As {@link #read(Path, Consumer)}, with the pixels as stored. */
    public static Tensor read(Path file) throws IOException {
        return read(file, o -> {});
    }

    /**
     * Reads a PNG, JPEG, WebP, GIF, BMP, TIFF or WBMP file. Values are the stored ones, without applying colour
     * profiles, as in Pillow. Transparent pixels are blended with white; 16-bit samples are reduced to their upper
     * eight bits, and 1, 2 and 4-bit samples are scaled.
     *
     * <p>A header that claims more pixels than the file can hold is refused before memory is allocated for them.
     *
     * @return uint8 {@code [3, H, W]}, or {@code [1, H, W]} for a greyscale file
     * @throws IOException if the file does not exist or cannot be decoded; says which file and why
     */
    public static Tensor read(Path file, Consumer<ImageOptions> options) throws IOException {
        InputFiles.check(file);
        if (Files.size(file) > MOST_BYTES) {
            throw tooLong(file.toString());
        }
        return decode(Files.readAllBytes(file), file.toString(), options);
    }

    /**
     * Reads an image from a stream, as {@link #read(Path)} does.
     *
     * @param name the name used in messages
     */
    public static Tensor read(InputStream in, String name) throws IOException {
        return read(in, name, o -> {});
    }

    /**
     * Reads an image from a stream, as {@link #read(Path, Consumer)} does.
     *
     * @param name the name used in messages
     */
    public static Tensor read(InputStream in, String name, Consumer<ImageOptions> options) throws IOException {
        byte[] bytes = in.readNBytes(MOST_BYTES + 1);
        if (bytes.length > MOST_BYTES) {
            throw tooLong(name);
        }
        return decode(bytes, name, options);
    }

    private static IOException tooLong(String name) {
        return new IOException(
                String.format(Locale.ROOT, "%s: the file exceeds the limit of %,d bytes", name, MOST_BYTES));
    }

    private static Tensor decode(byte[] file, String name, Consumer<ImageOptions> options) throws IOException {
        var o = new ImageOptions();
        options.accept(o);
        try {
            return ImageDecoder.decode(file, o);
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException("%s: %s".formatted(name, e.getMessage()), e);
        }
    }

    /**
     * {@return the pixels of an image, with values as from {@link #read(Path, Consumer)}: uint8 {@code [3, H, W]}, or
     * {@code [1, H, W]} if it is greyscale}
     *
     * @throws IllegalArgumentException if its samples have more than 16 bits, or its colour space is neither grey, RGB
     *     nor CMYK
     */
    public static Tensor toTensor(BufferedImage image) {
        return Pixels.toTensor(image, ExifOrientation.UPRIGHT, false, null);
    }

    /**
     * {@return a tensor as a {@link BufferedImage}}
     *
     * @param image uint8, or floating-point in [0, 1]: {@code [3, H, W]}, {@code [1, H, W]} or {@code [H, W]}
     * @throws IllegalArgumentException if it has another shape or type
     */
    public static BufferedImage toImage(Tensor image) {
        Tensor x = image.dim() == 2 ? image.unsqueeze(0) : image;
        if (x.dim() != 3 || x.size(0) != 1 && x.size(0) != 3 || x.numel() == 0) {
            throw new IllegalArgumentException(
                    "image: expected shape [3, H, W], [1, H, W] or [H, W], got " + image.shape());
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

    /** {@return pixels from 0 to 255: uint8 unchanged, floating-point values multiplied by 255, rounded and clamped} */
    static Tensor toUint8(Tensor x) {
        if (x.dtype() == DType.UINT8) {
            return x;
        }
        if (!x.dtype().isFloating()) {
            throw new IllegalArgumentException("image: expected UINT8 or floating-point pixels, got " + x.dtype());
        }
        return x.mul(255).round().clamp(0, 255).to(DType.UINT8);
    }

    /**
     * {@return the image files in a folder and its subfolders: those whose names end as {@link #read(Path)} knows them,
     * in torchvision's order, without hidden ones}
     *
     * @throws IOException if a folder cannot be read
     */
    public static List<Path> files(Path folder) throws IOException {
        return ImageFiles.below(folder, null);
    }

    /**
     * Writes a PNG file atomically (to a temporary file that is then renamed).
     *
     * @param image as for {@link #toImage}
     * @throws IOException if it cannot be written
     */
    public static void write(Path file, Tensor image) throws IOException {
        write(file, toImage(image));
    }

    static void write(Path file, BufferedImage image) throws IOException {
        AtomicFiles.write(
                file,
                channel -> {
                    var out = new BufferedOutputStream(Channels.newOutputStream(channel));
                    if (!ImageIO.write(image, "png", out)) {
                        throw new IOException("this Java cannot write PNG");
                    }
                    out.flush();
                });
    }

    /**
     * {@return a greyscale image of the same type: {@code 0.299 R + 0.587 G + 0.114 B} (ITU-R BT.601)}
     *
     * @param image {@code [3, H, W]} or {@code [1, H, W]}
     */
    public static Tensor toGrayscale(Tensor image) {
        return Transforms.grayscale().apply(image);
    }
}
