package fathom.primitive.window;

import fathom.options.GridSampleOptions.Mode;
import fathom.options.GridSampleOptions.PaddingMode;

/**
 * One axis of an image sampled at given coordinates: the contributing positions, their weights, and the weights'
 * derivatives with respect to the coordinate.
 *
 * @param mode the interpolation between positions
 * @param padding the values outside
 * @param alignCorners whether -1 and 1 are the centres of the first and last positions
 * @param size the size of the axis
 * @param single whether positions are computed in single precision
 */
public record GridAxis(Mode mode, PaddingMode padding, boolean alignCorners, long size, boolean single) {
    /** The bound to which distant and infinite positions are clamped. */
    static final double MAX_POSITION = 1 << 30;

    private static final double A = -0.75;

    /** {@return the number of contributing positions} */
    public int taps() {
        return switch (mode) {
            case NEAREST -> 1;
            case BILINEAR -> 2;
            case BICUBIC -> 4;
        };
    }

    /**
     * Computes positions, weights and slopes for a coordinate. NaN counts as -1.
     *
     * @param coordinate -1 to 1 within the image
     * @param index receives the positions; -1 for one outside of the image
     * @param weight receives their weights
     * @param slope receives the weights' derivatives with respect to the coordinate
     * @param at the first array index written
     */
    public void write(double coordinate, int[] index, double[] weight, double[] slope, int at) {
        boolean isNan = Double.isNaN(coordinate);
        double place = unnormalized(isNan ? -1 : coordinate);
        double rate = isNan ? 0 : (alignCorners ? size - 1 : size) / 2.0;
        if (Math.abs(place) > MAX_POSITION) {
            place = Math.copySign(MAX_POSITION, place);
            rate = 0;
        }
        if (mode == Mode.BICUBIC) {
            cubic(place, rate, index, weight, slope, at);
            return;
        }
        if (padding == PaddingMode.REFLECTION) {
            rate *= reflectionSign(place);
            place = reflected(place);
        }
        if (padding != PaddingMode.ZEROS) {
            rate = place <= 0 || place >= size - 1 ? 0 : rate;
            place = Math.clamp(place, 0, size - 1);
        }
        if (mode == Mode.NEAREST) {
            index[at] = inside((long) Math.rint(place));
            weight[at] = 1;
            slope[at] = 0;
            return;
        }
        double low = Math.floor(place);
        double fraction = place - low;
        for (int k = 0; k < 2; k++) {
            index[at + k] = inside((long) low + k);
            weight[at + k] = k == 0 ? 1 - fraction : fraction;
            slope[at + k] = k == 0 ? -rate : rate;
        }
    }

    private double unnormalized(double coordinate) {
        if (!single) {
            return alignCorners ? (coordinate + 1) * ((size - 1) / 2.0) : (coordinate + 1) * (size / 2.0) - 0.5;
        }
        float moved = (float) coordinate + 1;
        return alignCorners ? moved * ((size - 1) / 2f) : moved * (size / 2f) - 0.5f;
    }

    private double low() {
        return alignCorners ? 0 : -0.5;
    }

    private double span() {
        return alignCorners ? size - 1 : size;
    }

    /** {@return a position reflected at the image's border, repeatedly if necessary} */
    private double reflected(double place) {
        if (span() == 0) {
            return 0;
        }
        double rest = Math.abs(place - low()) % (2 * span());
        return Math.min(rest, 2 * span() - rest) + low();
    }

    private double reflectionSign(double place) {
        if (span() == 0) {
            return 0;
        }
        double away = place - low();
        double flips = Math.floor(Math.abs(away) / span());
        return (flips % 2 == 0 ? 1 : -1) * (away < 0 ? -1 : 1);
    }

    private int inside(long i) {
        return i >= 0 && i < size ? (int) i : -1;
    }

    private void cubic(double place, double rate, int[] index, double[] weight, double[] slope, int at) {
        double low = Math.floor(place);
        double t = place - low;
        for (int k = 0; k < 4; k++) {
            double d = Math.abs(t + 1 - k);
            double sign = t + 1 - k < 0 ? -1 : 1;
            if (d <= 1) {
                weight[at + k] = ((A + 2) * d - (A + 3)) * d * d + 1;
                slope[at + k] = sign * rate * (3 * (A + 2) * d - 2 * (A + 3)) * d;
            } else {
                weight[at + k] = ((A * d - 5 * A) * d + 8 * A) * d - 4 * A;
                slope[at + k] = sign * rate * ((3 * A * d - 10 * A) * d + 8 * A);
            }
            double there = low - 1 + k;
            there = padding == PaddingMode.REFLECTION ? reflected(there) : there;
            there = padding != PaddingMode.ZEROS ? Math.clamp(there, 0, size - 1) : there;
            index[at + k] = inside((long) there);
        }
    }
}
