package fathom;

import java.util.function.Consumer;

/** Resizing sequences, images and volumes, as functions. Part of {@link Tensors}. */
public abstract class ResamplingFunctions extends ChannelFunctions {
    ResamplingFunctions() {}

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
     * @return the same number of dimensions, with other extents after the first two
     * @throws IllegalArgumentException unless either a size or factors are given, one or as many as there are axes, and
     *     the other settings go with the mode and the number of axes
     */
    public static Tensor interpolate(Tensor x, InterpolateOptions options) {
        return Resampling.apply(x, options);
    }
}
