package fathom.functional;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.dispatch.TensorAccess;
import fathom.options.GridSampleOptions;
import fathom.options.GridSampleOptions.Mode;
import fathom.options.InterpolateOptions;
import fathom.primitive.Ops;
import fathom.primitive.window.GridSample;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;

/** Resizing sequences, images and volumes, and sampling them at given points, as functions. Part of {@link Tensors}. */
public final class ResamplingFunctions {
    private ResamplingFunctions() {}

    /**
     * As {@link #interpolate(Tensor, InterpolateOptions)}: {@code interpolate(x, o -> o.size(224,
     * 224).mode(BILINEAR))}.
     */
    public static Tensor interpolate(Tensor x, Consumer<InterpolateOptions> options) {
        var o = new InterpolateOptions();
        options.accept(o);
        return interpolate(x, o);
    }

    /**
     * Resizes sequences, images or volumes.
     *
     * @param x {@code [N, C, L]}, {@code [N, C, H, W]} or {@code [N, C, D, H, W]}; of a floating type unless the mode
     *     is NEAREST or NEAREST_EXACT
     * @return the same number of dimensions, with other sizes after the first two
     * @throws IllegalArgumentException unless either a size or factors are given, one or as many as there are axes, and
     *     the other options are supported by the mode and the number of axes
     */
    public static Tensor interpolate(Tensor x, InterpolateOptions options) {
        return Resampling.apply(x, options);
    }

    /** {@return {@link #gridSample(Tensor, Tensor, GridSampleOptions)} with the defaults} */
    public static Tensor gridSample(Tensor x, Tensor grid) {
        return gridSample(x, grid, new GridSampleOptions());
    }

    /** As {@link #gridSample(Tensor, Tensor, GridSampleOptions)}: {@code o -> o.mode(Mode.NEAREST)}. */
    public static Tensor gridSample(Tensor x, Tensor grid, Consumer<GridSampleOptions> options) {
        var o = new GridSampleOptions();
        options.accept(o);
        return gridSample(x, grid, o);
    }

    /**
     * Samples images or volumes at points (Jaderberg et al., 2015, "Spatial Transformer Networks"). Coordinates range
     * from -1 to 1 between the borders; NaN counts as -1.
     *
     * @param x {@code [N, C, H, W]} or {@code [N, C, D, H, W]}
     * @param grid points {@code [N, oH, oW, 2]} as (x, y), or {@code [N, oD, oH, oW, 3]} as (x, y, z); of x's type
     * @return {@code [N, C, oH, oW]} or {@code [N, C, oD, oH, oW]}
     * @throws IllegalArgumentException if shapes or types do not match, the image has no pixels, or BICUBIC is used for
     *     volumes
     */
    public static Tensor gridSample(Tensor x, Tensor grid, GridSampleOptions options) {
        int axes = x.dim() - 2;
        if (axes < 2
                || axes > 3
                || grid.dim() != x.dim()
                || grid.size(-1) != axes
                || grid.size(0) != x.size(0)
                || grid.dtype() != x.dtype()
                || !x.dtype().isFloating()) {
            throw new IllegalArgumentException(
                    "gridSample: input %s of %s and grid %s of %s: expected [N, C, H, W] and [N, oH, oW, 2], or [N, C, D, H, W] and [N, oD, oH, oW, 3], of one floating type"
                            .formatted(x.shape(), x.dtype(), grid.shape(), grid.dtype()));
        }
        for (int d = 2; d < x.dim(); d++) {
            if (x.size(d) == 0 || x.size(d) > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "gridSample: dimension %d of input %s is empty", d, x.shape()));
            }
        }
        if (axes == 3 && options.mode() == Mode.BICUBIC) {
            throw new IllegalArgumentException("gridSample: BICUBIC supports images only, not volumes " + x.shape());
        }
        var sample = new GridSample(options.mode(), options.paddingMode(), options.alignCorners());
        boolean half = x.dtype().size() < 4;
        Tensor wide = half ? x.to(DType.FLOAT32) : x;
        return Ops.applyAll(sample, wide, half ? grid.to(DType.FLOAT32) : grid)[0].to(x.dtype());
    }

    /** {@return {@link #affineGrid(Tensor, long[], boolean)} with -1 and 1 at the outer edges of the border pixels} */
    public static Tensor affineGrid(Tensor theta, long... size) {
        return affineGrid(theta, size, false);
    }

    /**
     * The pixels of images or volumes under affine maps, as points for {@link #gridSample(Tensor, Tensor)}.
     *
     * @param theta matrices {@code [N, 2, 3]}, or {@code [N, 3, 4]} for volumes
     * @param size the shape of the images to sample: {@code [N, C, H, W]}, or {@code [N, C, D, H, W]}
     * @param alignCorners as {@link GridSampleOptions#alignCorners(boolean)}
     * @return {@code [N, H, W, 2]} or {@code [N, D, H, W, 3]}
     * @throws IllegalArgumentException if the shapes do not match, or a size is not positive
     */
    public static Tensor affineGrid(Tensor theta, long[] size, boolean alignCorners) {
        int axes = size.length - 2;
        boolean fits =
                (axes == 2 || axes == 3)
                        && theta.dim() == 3
                        && theta.size(0) == size[0]
                        && theta.size(1) == axes
                        && theta.size(2) == axes + 1
                        && theta.dtype().isFloating();
        if (!fits || Arrays.stream(size).anyMatch(n -> n < 1)) {
            throw new IllegalArgumentException(
                    "affineGrid: theta %s of %s and size %s: expected [N, 2, 3] and [N, C, H, W], or [N, 3, 4] and [N, C, D, H, W], of positive sizes and a floating type"
                            .formatted(theta.shape(), theta.dtype(), Arrays.toString(size)));
        }
        var column = new long[axes + 2];
        Arrays.fill(column, 1);
        column[0] = size[0];
        column[axes + 1] = axes;
        Tensor sum = theta.select(2, axes).reshape(column);
        for (int a = 0; a < axes; a++) {
            long n = size[size.length - 1 - a];
            var along = new long[axes + 2];
            Arrays.fill(along, 1);
            along[axes - a] = n;
            double most = n == 1 ? 0 : alignCorners ? 1 : (n - 1.0) / n;
            Tensor coordinates =
                    TensorAccess.at(theta, () -> Tensors.linspace(-most, most, n, theta.dtype())).reshape(along);
            sum = coordinates.mul(theta.select(2, a).reshape(column)).add(sum);
        }
        return sum;
    }
}
