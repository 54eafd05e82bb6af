package fathom.vision;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.lang.foreign.MemorySegment;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Converts the pixels of a {@link BufferedImage} to bytes. Values are the stored ones: Java's own conversion to sRGB
 * would apply a gamma curve to greys and a profile to colours. Transparent pixels are blended with white; 16-bit
 * samples are reduced to their upper eight bits; samples of fewer than 8 bits are scaled to 0 to 255.
 */
final class Pixels {
    private static final int WHITE = 255;
    private static final int[] NONE = {};

    private final BufferedImage image;
    private final ExifOrientation.Placement place;
    private final int width;
    private final int height;

    private Pixels(BufferedImage image, ExifOrientation orientation) {
        this.image = image;
        width = image.getWidth();
        height = image.getHeight();
        Math.multiplyExact(width, height);
        place = orientation.place(width, height);
    }

    /**
     * {@return the pixels: uint8 {@code [3, H, W]}, or {@code [1, H, W]} if the image is greyscale}
     *
     * @param orientation the orientation to undo
     * @param palette whether a palette of greys counts as colour
     * @param transparentGrey the grey level, 0 to 255, that is transparent, or null
     * @throws IllegalArgumentException if samples do not have 1 to 16 bits, or the colour space is neither grey, RGB
     *     nor CMYK
     */
    static Tensor toTensor(
            BufferedImage image, ExifOrientation orientation, boolean palette, @Nullable Integer transparentGrey) {
        var pixels = new Pixels(image, orientation);
        return image.getColorModel() instanceof IndexColorModel colors
                ? pixels.ofPalette(colors, palette, transparentGrey)
                : pixels.ofSamples(image.getColorModel(), transparentGrey);
    }

    private Tensor ofPalette(IndexColorModel colors, boolean palette, @Nullable Integer transparentGrey) {
        int n = colors.getMapSize();
        int[] argb = new int[n];
        colors.getRGBs(argb);
        int channels = !palette && isRamp(argb) ? 1 : 3;
        byte[][] values = new byte[channels][1 << colors.getPixelSize()];
        for (int i = 0; i < n; i++) {
            for (int c = 0; c < channels; c++) {
                int value = argb[i] >> 8 * (2 - c) & 0xFF;
                boolean hidden = transparentGrey != null && value == transparentGrey;
                values[c][i] = (byte) (hidden ? WHITE : onWhite(value, argb[i] >>> 24));
            }
        }
        byte[] out = out(channels);
        int[] row = new int[width];
        for (int y = 0; y < height; y++) {
            samples(y, 0, row);
            for (int c = 0; c < channels; c++) {
                int at = begin(c, y);
                for (int x = 0; x < width; x++, at += place.perColumn()) {
                    out[at] = values[c][row[x]];
                }
            }
        }
        return tensor(out, channels);
    }

    /** {@return whether a palette consists of greys in equal steps from black to white, or from white to black} */
    private static boolean isRamp(int[] argb) {
        int last = argb.length - 1;
        boolean falls = last > 0 && (argb[0] & 0xFF) == WHITE;
        for (int i = 0; i <= last; i++) {
            int grey = last == 0 ? -1 : (falls ? last - i : i) * WHITE / last;
            if (argb[i] != (0xFF << 24 | grey << 16 | grey << 8 | grey)) {
                return false;
            }
        }
        return last > 0;
    }

    private Tensor ofSamples(ColorModel model, @Nullable Integer transparentGrey) {
        int colors = model.getNumColorComponents();
        int type = model.getColorSpace().getType();
        boolean cmyk = type == ColorSpace.TYPE_CMYK && colors == 4;
        if (!(type == ColorSpace.TYPE_GRAY && colors == 1 || type == ColorSpace.TYPE_RGB && colors == 3 || cmyk)) {
            throw new IllegalArgumentException("its colour space is neither grey, RGB nor CMYK");
        }
        int transfer = model.getTransferType();
        for (int bits : model.getComponentSize()) {
            if (bits < 1 || bits > 16 || transfer == DataBuffer.TYPE_FLOAT || transfer == DataBuffer.TYPE_DOUBLE) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "its samples have %d bits%s; 1 to 16 are supported",
                                bits,
                                transfer >= DataBuffer.TYPE_FLOAT ? ", floating-point" : ""));
            }
        }
        int channels = colors == 1 ? 1 : 3;
        byte[] out = out(channels);
        int[][] rows = new int[colors][width];
        int[] alpha = model.hasAlpha() ? new int[width] : NONE;
        for (int y = 0; y < height; y++) {
            for (int c = 0; c < colors; c++) {
                bytes(y, c, model.getComponentSize(c), rows[c]);
            }
            if (model.hasAlpha()) {
                bytes(y, colors, model.getComponentSize(colors), alpha);
            }
            for (int c = 0; c < channels; c++) {
                int[] row = rows[c];
                if (cmyk) {
                    cmykToRgb(row, rows[3]);
                }
                if (model.hasAlpha()) {
                    mix(row, alpha, model.isAlphaPremultiplied());
                }
                int at = begin(c, y);
                for (int x = 0; x < width; x++, at += place.perColumn()) {
                    int value = row[x];
                    out[at] = (byte) (transparentGrey != null && value == transparentGrey ? WHITE : value);
                }
            }
        }
        return tensor(out, channels);
    }

    /** Converts CMYK to RGB as Pillow does: {@code (1 - ink) * (1 - black)}. */
    private static void cmykToRgb(int[] ink, int[] black) {
        for (int x = 0; x < ink.length; x++) {
            ink[x] = ((WHITE - ink[x]) * (WHITE - black[x]) + WHITE / 2) / WHITE;
        }
    }

    private static void mix(int[] row, int[] alpha, boolean premultiplied) {
        for (int x = 0; x < row.length; x++) {
            row[x] = premultiplied ? Math.min(WHITE, row[x] + WHITE - alpha[x]) : onWhite(row[x], alpha[x]);
        }
    }

    private static int onWhite(int value, int alpha) {
        return alpha == WHITE ? value : (value * alpha + WHITE * (WHITE - alpha) + WHITE / 2) / WHITE;
    }

    private void samples(int y, int band, int[] row) {
        Raster raster = image.getRaster();
        raster.getSamples(raster.getMinX(), raster.getMinY() + y, width, 1, band, row);
    }

    /** Reads one row of samples, scaled to 0 to 255. */
    private void bytes(int y, int band, int bits, int[] row) {
        samples(y, band, row);
        if (bits > 8) {
            for (int x = 0; x < width; x++) {
                row[x] >>= bits - 8;
            }
        } else if (bits < 8) {
            int most = (1 << bits) - 1;
            for (int x = 0; x < width; x++) {
                row[x] = row[x] * WHITE / most;
            }
        }
    }

    private byte[] out(int channels) {
        return new byte[Math.multiplyExact(channels, width * height)];
    }

    private int begin(int channel, int y) {
        return channel * width * height + place.begin() + y * place.perRow();
    }

    private Tensor tensor(byte[] out, int channels) {
        return Tensors.fromBytes(MemorySegment.ofArray(out), DType.UINT8, channels, place.height(), place.width());
    }
}
