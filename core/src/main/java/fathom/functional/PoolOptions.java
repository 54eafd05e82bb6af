package fathom.functional;

import org.jspecify.annotations.Nullable;

/**
 * Options of pooling: {@code maxPool2d(x, 3, p -> p.stride(2).padding(1))}. One number for all axes, or one per axis,
 * outermost first.
 */
public final class PoolOptions {
    private int @Nullable [] stride;
    private int[] low = {0};
    private int[] high = {0};
    private int[] dilation = {1};
    private boolean ceilMode;
    private boolean countIncludePad = true;
    private int divisorOverride;

    /** PyTorch's defaults. */
    public PoolOptions() {}

    /** The stride. Default: the window's size. */
    public PoolOptions stride(int... stride) {
        this.stride = AbstractConvOptions.checked("stride", stride, 1);
        return this;
    }

    /** The padding on both sides, at most half a window. Default: 0. */
    public PoolOptions padding(int... padding) {
        return padding(padding, padding);
    }

    /**
     * The padding in front and behind, which may differ, each at most half a window.
     *
     * @param low positions in front, one number or one per axis
     * @param high positions behind, likewise
     */
    public PoolOptions padding(int[] low, int[] high) {
        this.low = AbstractConvOptions.checked("padding", low, 0);
        this.high = AbstractConvOptions.checked("padding", high, 0);
        return this;
    }

    /** The dilation, for maxima: the distance between adjacent positions of a window. Default: 1. */
    public PoolOptions dilation(int... dilation) {
        this.dilation = AbstractConvOptions.checked("dilation", dilation, 1);
        return this;
    }

    /** Whether to include a last, incomplete window. Default: false. */
    public PoolOptions ceilMode(boolean ceilMode) {
        this.ceilMode = ceilMode;
        return this;
    }

    /** Whether padding counts in the divisor of averages. Default: true. */
    public PoolOptions countIncludePad(boolean countIncludePad) {
        this.countIncludePad = countIncludePad;
        return this;
    }

    /** The divisor of averages, instead of the number of positions in the window. */
    public PoolOptions divisorOverride(int divisor) {
        if (divisor == 0) {
            throw new IllegalArgumentException("divisorOverride: the divisor must not be zero");
        }
        this.divisorOverride = divisor;
        return this;
    }

    /** {@return the strides for {@code rank} axes; null for the window's size} */
    public int @Nullable [] strides(int rank) {
        return stride == null ? null : AbstractConvOptions.perAxis("stride", stride, rank);
    }

    /** {@return the padding in front for {@code rank} axes} */
    public int[] paddings(int rank) {
        return AbstractConvOptions.perAxis("padding", low, rank);
    }

    /** {@return the padding behind for {@code rank} axes} */
    public int[] paddingsBehind(int rank) {
        return AbstractConvOptions.perAxis("padding", high, rank);
    }

    /** {@return the dilations for {@code rank} axes} */
    public int[] dilations(int rank) {
        return AbstractConvOptions.perAxis("dilation", dilation, rank);
    }

    /** {@return whether a last, incomplete window is included} */
    public boolean ceilMode() {
        return ceilMode;
    }

    /** {@return whether padding counts in the divisor of averages} */
    public boolean countIncludePad() {
        return countIncludePad;
    }

    /** {@return the divisor of averages; 0 for the number of positions in the window} */
    public int divisorOverride() {
        return divisorOverride;
    }
}
