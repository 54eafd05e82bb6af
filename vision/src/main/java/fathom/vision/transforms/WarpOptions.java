package fathom.vision.transforms;

import fathom.vision.transforms.kernels.Warp;
import org.jspecify.annotations.Nullable;

/** Options of rotations, affine maps and perspectives. */
public final class WarpOptions {
    InterpolationMode interpolation;
    Fill fill = Fill.ZERO;
    double maskFill;
    boolean expand;
    double @Nullable [] center;

    WarpOptions(InterpolationMode interpolation) {
        this.interpolation = interpolation;
    }

    /**
     * The interpolation between pixels: NEAREST or BILINEAR. Default: NEAREST, and BILINEAR for perspectives; masks are
     * always sampled by the nearest pixel.
     */
    public WarpOptions interpolation(InterpolationMode mode) {
        if (mode == InterpolationMode.BICUBIC) {
            throw new IllegalArgumentException("interpolation: expected NEAREST or BILINEAR, got " + mode);
        }
        interpolation = mode;
        return this;
    }

    /**
     * The value of pixels outside of the image, one for all channels or one per channel, on the scale of the pixels.
     * Default: 0.
     */
    public WarpOptions fill(double... channels) {
        fill = Fill.of(channels);
        return this;
    }

    /** The value of masks outside of the image, such as a class to ignore. Default: 0. */
    public WarpOptions maskFill(double value) {
        maskFill = value;
        return this;
    }

    /** Whether the result of a rotation is as large as the whole turned image. Default: no, it has its size. */
    public WarpOptions expand(boolean expand) {
        this.expand = expand;
        return this;
    }

    /** The fixed point of a rotation or affine map, in pixels from the upper left corner. Default: the centre. */
    public WarpOptions center(double x, double y) {
        center = new double[] {x, y};
        return this;
    }

    /** {@return these options with a fixed point} */
    WarpOptions around(double x, double y) {
        var o = new WarpOptions(interpolation).center(x, y).expand(expand).maskFill(maskFill);
        o.fill = fill;
        return o;
    }

    /** {@return a map with these options} */
    Warp warp(double[] inverse, int height, int width) {
        boolean isNearest = interpolation == InterpolationMode.NEAREST;
        return new Warp(inverse, height, width, isNearest, fill.array(), maskFill);
    }
}
