package fathom.primitive.window;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Stride, padding and dilation of a convolution along one to three spatial axes.
 *
 * @param axes the axes, outermost first: depth, rows, columns; not to be modified
 */
public record Window(Axis... axes) {
    /**
     * One axis of a window.
     *
     * @param stride elements from one position to the next, at least 1
     * @param low zeros of padding in front; not negative
     * @param high zeros of padding behind; negative if the last elements are never read
     * @param dilation elements from one tap of the kernel to the next, at least 1
     */
    public record Axis(int stride, int low, int high, int dilation) {
        /** {@return the number of positions of a kernel of {@code kernel} taps over {@code in} elements} */
        public long out(long in, long kernel) {
            return Math.floorDiv(in + low + high - reach(kernel), (long) stride) + 1;
        }

        /** {@return the dilated size of a kernel: the elements from its first tap to its last, inclusive} */
        public long reach(long kernel) {
            return dilation * (kernel - 1) + 1;
        }

        @Override
        public boolean equals(@Nullable Object o) {
            return this == o
                    || o instanceof Axis e
                            && stride == e.stride
                            && low == e.low
                            && high == e.high
                            && dilation == e.dilation;
        }

        @Override
        public int hashCode() {
            return 31 * (31 * (31 * stride + low) + high) + dilation;
        }
    }

    /**
     * A window.
     *
     * @throws IllegalArgumentException unless there are one to three axes
     */
    public Window {
        if (axes.length < 1 || axes.length > 3) {
            throw new IllegalArgumentException("a window has one to three axes, not " + Arrays.toString(axes));
        }
    }

    /** {@return a window over rows and columns with equal padding in front and behind} */
    public static Window ofImages(int strideH, int strideW, int padH, int padW, int dilationH, int dilationW) {
        return new Window(new Axis(strideH, padH, padH, dilationH), new Axis(strideW, padW, padW, dilationW));
    }

    /** {@return the number of spatial axes} */
    public int rank() {
        return axes.length;
    }

    /** {@return one axis, 0 the outermost} */
    public Axis axis(int i) {
        return axes[i];
    }

    /** {@return the second-last axis, if there are at least two} */
    public Axis rows() {
        return axes[axes.length - 2];
    }

    /** {@return the last axis} */
    public Axis columns() {
        return axes[axes.length - 1];
    }

    /**
     * {@return the output sizes along each axis}
     *
     * @param in the input's shape, whose last {@link #rank} dimensions are spatial
     * @param kernel the weight's shape, whose last {@link #rank} dimensions are spatial
     */
    public long[] out(long[] in, long[] kernel) {
        var out = new long[axes.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = axes[i].out(in[in.length - out.length + i], kernel[kernel.length - out.length + i]);
        }
        return out;
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return this == o || o instanceof Window e && Arrays.equals(axes, e.axes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(axes);
    }

    @Override
    public String toString() {
        return "Window" + Arrays.toString(axes);
    }
}
