package fathom.vision;

import fathom.Tensor;
import fathom.files.Excerpt;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.jspecify.annotations.Nullable;

/** Decodes image files in memory. No memory is allocated for the claimed size before it has been found plausible. */
final class ImageDecoder {
    /** The limit beyond which a file is considered damaged or hostile. */
    private static final long MOST_PIXELS = 1L << 28;

    /** The number of pixels accepted whatever the length of the file. */
    private static final long FEW_PIXELS = 1 << 20;

    /** JPEG's blocks of 8 x 8 pixels take at least a bit, BMP's runs of 255 pixels two bytes. */
    private static final int MOST_PIXELS_PER_BYTE = 1024;

    /** A code of 12 bits is a run of up to 4,096. */
    private static final int MOST_PIXELS_PER_GIF_BYTE = 4096;

    /** Deflate expands a byte to at most 1,032 bytes of up to eight pixels each. */
    private static final int MOST_PIXELS_PER_DEFLATED_BYTE = 8 * 1032;

    /** A blank line in fax compression takes one bit. */
    private static final int MOST_PIXELS_PER_FACSIMILE_BYTE = 1 << 16;

    /** An area of one colour takes no bits in WebP's lossless format. */
    private static final int MOST_PIXELS_PER_WEBP_BYTE = 1 << 16;

    private static final int TIFF_COMPRESSION = 259;
    private static final int FIRST_FACSIMILE = 2;
    private static final int LAST_FACSIMILE = 4;

    private static final int PNG_BIT_DEPTH = 24;
    private static final int PNG_COLOR_TYPE = 25;
    private static final byte GREY = 0;
    private static final byte PALETTE = 3;
    private static final int TRANSPARENCY = 0x7452_4E53;
    private static final int IMAGE_DATA = 0x4944_4154;

    private final byte[] file;

    private ImageDecoder(byte[] file) {
        this.file = file;
    }

    /**
     * {@return the pixels of an image file}
     *
     * @throws IOException if it cannot be decoded; says why
     */
    static Tensor decode(byte[] file, ImageOptions options) throws IOException {
        ExifOrientation orientation = options.applyExifOrientation ? ExifOrientation.of(file) : ExifOrientation.UPRIGHT;
        var decoder = new ImageDecoder(file);
        try {
            BufferedImage image = decoder.image();
            return Pixels.toTensor(image, orientation, decoder.hasPalette(), decoder.transparentGrey());
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        } catch (RuntimeException e) { // the reader did not notice the damage and produced an inconsistent image
            throw damaged(e);
        } catch (OutOfMemoryError e) {
            throw new IOException("its pixels do not fit into the Java heap", e);
        }
    }

    private BufferedImage image() throws IOException {
        try (ImageInputStream stream = new ByteArrayImageInput(file)) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
            if (!readers.hasNext()) {
                throw new IOException(
                        file.length == 0
                                ? "it is empty"
                                : "not an image of a known format (%s): it begins with %s"
                                        .formatted(
                                                String.join(", ", formats()),
                                                Excerpt.of(Arrays.copyOf(file, Math.min(file.length, 40)))));
            }
            ImageReader reader = readers.next();
            try {
                return read(reader, stream);
            } finally {
                reader.dispose();
            }
        }
    }

    private BufferedImage read(ImageReader reader, ImageInputStream stream) throws IOException {
        var truncated = new boolean[1];
        reader.addIIOReadWarningListener((source, warning) -> truncated[0] |= warning.startsWith("Truncated"));
        BufferedImage image;
        try {
            reader.setInput(stream, true, true);
            int width = reader.getWidth(0);
            int height = reader.getHeight(0);
            long pixels = (long) width * height;
            if (width < 1 || height < 1) {
                throw new IIOException(String.format(Locale.ROOT, "%d x %d pixels", width, height));
            }
            if (pixels > MOST_PIXELS) {
                throw new TooLargeException(
                        String.format(Locale.ROOT, "%d x %d pixels are more than can be read", width, height));
            }
            if (pixels > FEW_PIXELS && pixels > (long) mostPixelsPerByte(reader.getFormatName()) * file.length) {
                throw new TooLargeException(
                        String.format(
                                Locale.ROOT,
                                "%d x %d pixels are more than its %,d bytes can hold",
                                width,
                                height,
                                file.length));
            }
            image = reader.read(0);
        } catch (TooLargeException e) {
            throw e;
        } catch (IOException | RuntimeException | StackOverflowError e) {
            // readers throw arbitrary exceptions on damaged files
            throw damaged(e);
        }
        if (truncated[0]) {
            throw new IOException("the image is damaged (it is truncated)");
        }
        return image;
    }

    private int mostPixelsPerByte(String format) {
        return switch (format.toLowerCase(Locale.ROOT)) {
            case "png" -> MOST_PIXELS_PER_DEFLATED_BYTE;
            case "webp" -> MOST_PIXELS_PER_WEBP_BYTE;
            case "gif" -> MOST_PIXELS_PER_GIF_BYTE;
            case "tif", "tiff" -> {
                long compression = TiffTags.value(ByteBuffer.wrap(file), TIFF_COMPRESSION, 1);
                yield compression >= FIRST_FACSIMILE && compression <= LAST_FACSIMILE
                        ? MOST_PIXELS_PER_FACSIMILE_BYTE
                        : MOST_PIXELS_PER_DEFLATED_BYTE;
            }
            default -> MOST_PIXELS_PER_BYTE;
        };
    }

    private static final class TooLargeException extends IOException {
        private static final long serialVersionUID = 1;

        TooLargeException(String message) {
            super(message);
        }
    }

    private static IOException damaged(Throwable e) {
        return new IOException("the image is damaged (%s)".formatted(reason(e)), e);
    }

    private static String reason(Throwable e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : Excerpt.of(message);
    }

    private static String[] formats() {
        return Arrays.stream(ImageIO.getReaderFormatNames())
                .map(s -> s.toLowerCase(Locale.ROOT))
                .distinct()
                .sorted()
                .toArray(String[]::new);
    }

    private boolean isPng() {
        return file.length > PNG_COLOR_TYPE && file[0] == (byte) 0x89 && file[1] == 'P';
    }

    /** {@return whether the file has a palette, even one of greys only} */
    private boolean hasPalette() {
        return isPng() && file[PNG_COLOR_TYPE] == PALETTE;
    }

    /**
     * {@return the grey level, 0 to 255, that the tRNS chunk of a 1, 2 or 4-bit PNG file makes transparent (Java's
     * reader compares it with grey levels that are already scaled); null if there is none}
     */
    private @Nullable Integer transparentGrey() {
        if (!isPng() || file[PNG_COLOR_TYPE] != GREY || file[PNG_BIT_DEPTH] >= 8) {
            return null;
        }
        int most = (1 << file[PNG_BIT_DEPTH]) - 1;
        ByteBuffer in = ByteBuffer.wrap(file).position(8);
        while (in.remaining() > 8) {
            int length = in.getInt();
            int type = in.getInt();
            if (type == IMAGE_DATA || length < 0 || length > in.remaining() - Integer.BYTES) {
                return null;
            }
            if (type == TRANSPARENCY && length >= 2) {
                return (in.getShort() & most) * 255 / most;
            }
            in.position(in.position() + length + Integer.BYTES);
        }
        return null;
    }
}
