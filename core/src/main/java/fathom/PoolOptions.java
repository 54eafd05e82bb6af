package fathom;

import org.jspecify.annotations.Nullable;

/**
 * Settings of pooling: {@code maxPool2d(x, 3, p -> p.stride(2).padding(1))}. One number, or one for rows and one for
 * columns.
 */
public final class PoolOptions {
    private int @Nullable [] stride;
    private int[] padding = {0, 0};
    private int[] dilation = {1, 1};
    private boolean ceilMode;
    private boolean countIncludePad = true;
    private int divisorOverride;

    /** PyTorch's defaults. */
    public PoolOptions() {}

    /** From one window to the next; the window's size unless set. */
    public PoolOptions stride(int... stride) {
        this.stride = ConvSettings.pair("stride", stride, 1);
        return this;
    }

    /** Positions added on both sides, at most half a window; 0 unless set. */
    public PoolOptions padding(int... padding) {
        this.padding = ConvSettings.pair("padding", padding, 0);
        return this;
    }

    /** From one position of a window to the next, for maxima; 1 unless set. */
    public PoolOptions dilation(int... dilation) {
        this.dilation = ConvSettings.pair("dilation", dilation, 1);
        return this;
    }

    /** Whether a last, incomplete window counts; not unless set. */
    public PoolOptions ceilMode(boolean ceilMode) {
        this.ceilMode = ceilMode;
        return this;
    }

    /** Whether padding counts in the divisor of averages; it does unless set. */
    public PoolOptions countIncludePad(boolean countIncludePad) {
        this.countIncludePad = countIncludePad;
        return this;
    }

    /** The divisor of averages, in place of the number of positions in the window. */
    public PoolOptions divisorOverride(int divisor) {
        if (divisor == 0) {
            throw new IllegalArgumentException("divisorOverride: the divisor is not zero");
        }
        this.divisorOverride = divisor;
        return this;
    }

    /** {@return strides of rows and columns; null for the window's size} */
    public int @Nullable [] stride() {
        return stride == null ? null : stride.clone();
    }

    /** {@return padding of rows and columns} */
    public int[] padding() {
        return padding.clone();
    }

    /** {@return dilation of rows and columns} */
    public int[] dilation() {
        return dilation.clone();
    }

    /** {@return whether a last, incomplete window counts} */
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
