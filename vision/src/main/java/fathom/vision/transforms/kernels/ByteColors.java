package fathom.vision.transforms.kernels;

/**
 * Changes of colours of uint8 images in place, with torchvision's results for tensors: computed in float32 and rounded
 * towards zero.
 */
public final class ByteColors {
    private static final int LEVELS = 256;
    private static final int WHITE = 255;
    private static final float RED_WEIGHT = 0.2989f;
    private static final float GREEN_WEIGHT = 0.587f;
    private static final float BLUE_WEIGHT = 0.114f;

    /** What torchvision multiplies [0, 1] with, so that truncation gives 256 levels of nearly equal width. */
    private static final float TO_LEVELS = 255.999f;

    private final byte[] pixels;
    private final int channels;
    private final int height;
    private final int width;
    private final int plane;

    /** The index of the first pixel of the selected image. */
    private int begin;

    /**
     * Images of one size.
     *
     * @param pixels {@code [N, channels, height, width]}, changed in place
     * @param channels 1 or 3
     */
    public ByteColors(byte[] pixels, int channels, int height, int width) {
        this.pixels = pixels;
        this.channels = channels;
        this.height = height;
        this.width = width;
        plane = height * width;
    }

    /** Selects the image that the other methods change. Default: the first. */
    public void select(int image) {
        begin = image * channels * plane;
    }

    private static byte truncated(float value) {
        return (byte) (int) Math.clamp(value, 0f, (float) WHITE);
    }

    private static int grey(int r, int g, int b) {
        return (int) (RED_WEIGHT * r + GREEN_WEIGHT * g + BLUE_WEIGHT * b);
    }

    private int grey(int i) {
        return channels == 1
                ? pixels[i] & WHITE
                : grey(pixels[i] & WHITE, pixels[i + plane] & WHITE, pixels[i + 2 * plane] & WHITE);
    }

    /** Replaces the values from index {@code from} to {@code to} by those of a table. */
    private void replace(int from, int to, byte[] table) {
        for (int i = from; i < to; i++) {
            pixels[i] = table[pixels[i] & WHITE];
        }
    }

    private void replace(byte[] table) {
        replace(begin, begin + channels * plane, table);
    }

    /** Multiplies by a factor. */
    public void brightness(float factor) {
        blend(factor, 0);
    }

    /** Blends with the mean grey. */
    public void contrast(double factor) {
        long sum = 0;
        for (int i = begin; i < begin + plane; i++) {
            sum += grey(i);
        }
        blend(factor, (float) ((double) sum / plane));
    }

    /** Blends with one level. */
    private void blend(double factor, float level) {
        var table = new byte[LEVELS];
        float rest = (float) (1 - factor) * level;
        for (int v = 0; v < LEVELS; v++) {
            table[v] = truncated((float) factor * v + rest);
        }
        replace(table);
    }

    /** Blends with the greyscale image. */
    public void saturation(double factor) {
        if (channels == 1) {
            return;
        }
        float f = (float) factor;
        float rest = (float) (1 - factor);
        for (int i = begin; i < begin + plane; i++) {
            float grey = rest * grey(i);
            pixels[i] = truncated(f * (pixels[i] & WHITE) + grey);
            pixels[i + plane] = truncated(f * (pixels[i + plane] & WHITE) + grey);
            pixels[i + 2 * plane] = truncated(f * (pixels[i + 2 * plane] & WHITE) + grey);
        }
    }

    /** Turns the colour circle: hue, saturation and value in float32, and back. */
    public void hue(float turns) {
        if (channels == 1) {
            return;
        }
        for (int i = begin; i < begin + plane; i++) {
            int r = pixels[i] & WHITE;
            int g = pixels[i + plane] & WHITE;
            int b = pixels[i + 2 * plane] & WHITE;
            int most = Math.max(r, Math.max(g, b));
            int least = Math.min(r, Math.min(g, b));
            int range = most - least;
            if (range == 0) {
                continue;
            }
            // the position on the circle, in sixths
            float sixths =
                    6
                            + (r == most
                                    ? (float) (g - b) / range
                                    : g == most ? 2 + (float) (b - r) / range : 4 + (float) (r - g) / range);
            float h = (sixths / 6 + turns) % 1f;
            float at = (h < 0 ? h + 1 : h) * 6;
            int sector = (int) at;
            float within = at - sector;
            float value = most / 255f;
            float saturation = (float) range / most;
            byte v = (byte) most;
            byte p = (byte) least;
            byte q = level(value * (1 - saturation * within));
            byte t = level(value * (1 - saturation * (1 - within)));
            int sixth = sector % 6;
            pixels[i] = sixth == 0 || sixth == 5 ? v : sixth == 1 ? q : sixth == 4 ? t : p;
            pixels[i + plane] = sixth == 1 || sixth == 2 ? v : sixth == 0 ? t : sixth == 3 ? q : p;
            pixels[i + 2 * plane] = sixth == 3 || sixth == 4 ? v : sixth == 2 ? t : sixth == 5 ? q : p;
        }
    }

    private static byte level(float x) {
        return (byte) (int) (Math.clamp(x, 0f, 1f) * TO_LEVELS);
    }

    /** Blends with a smoothed image; the border is not smoothed. */
    public void sharpness(double factor) {
        if (height <= 2 || width <= 2) {
            return;
        }
        float f = (float) factor;
        float rest = (float) (1 - factor);
        var out = new byte[plane];
        for (int c = 0; c < channels; c++) {
            int from = begin + c * plane;
            System.arraycopy(pixels, from, out, 0, plane);
            for (int y = 1; y < height - 1; y++) {
                for (int x = 1; x < width - 1; x++) {
                    int i = from + y * width + x;
                    int sum = rowOfThree(i - width) + rowOfThree(i) + rowOfThree(i + width) + 4 * (pixels[i] & WHITE);
                    // weights 1 and, in the middle, 5, of a sum of 13
                    float smooth = (float) Math.rint(sum / 13f);
                    out[y * width + x] = truncated(f * (pixels[i] & WHITE) + rest * smooth);
                }
            }
            System.arraycopy(out, 0, pixels, from, plane);
        }
    }

    private int rowOfThree(int i) {
        return (pixels[i - 1] & WHITE) + (pixels[i] & WHITE) + (pixels[i + 1] & WHITE);
    }

    /** Replaces each value by its difference from 255. */
    public void invert() {
        for (int i = begin; i < begin + channels * plane; i++) {
            pixels[i] = (byte) ~pixels[i];
        }
    }

    /** Keeps the upper bits. */
    public void posterize(int bits) {
        int mask = -(1 << 8 - bits);
        for (int i = begin; i < begin + channels * plane; i++) {
            pixels[i] &= (byte) mask;
        }
    }

    /** Inverts values from a threshold on. */
    public void solarize(double threshold) {
        var table = new byte[LEVELS];
        for (int v = 0; v < LEVELS; v++) {
            table[v] = (byte) (v >= threshold ? WHITE - v : v);
        }
        replace(table);
    }

    /** Makes the histogram of each channel even. */
    public void equalize() {
        for (int c = 0; c < channels; c++) {
            int from = begin + c * plane;
            var histogram = new int[LEVELS];
            for (int i = from; i < from + plane; i++) {
                histogram[pixels[i] & WHITE]++;
            }
            int brightest = WHITE;
            while (histogram[brightest] == 0) {
                brightest--;
            }
            int step = (plane - histogram[brightest]) / WHITE;
            if (step == 0) {
                continue;
            }
            var table = new byte[LEVELS];
            int below = 0;
            for (int v = 0; v < LEVELS; v++) {
                table[v] = (byte) (v == 0 ? 0 : Math.min(WHITE, (below + step / 2) / step));
                below += histogram[v];
            }
            replace(from, from + plane, table);
        }
    }

    /** Stretches each channel to the whole range; constant channels are not changed. */
    public void autocontrast() {
        for (int c = 0; c < channels; c++) {
            int from = begin + c * plane;
            int least = WHITE;
            int most = 0;
            for (int i = from; i < from + plane; i++) {
                least = Math.min(least, pixels[i] & WHITE);
                most = Math.max(most, pixels[i] & WHITE);
            }
            if (least == most) {
                continue;
            }
            float scale = 255f / (most - least);
            var table = new byte[LEVELS];
            for (int v = 0; v < LEVELS; v++) {
                table[v] = truncated((v - least) * scale);
            }
            replace(from, from + plane, table);
        }
    }
}
