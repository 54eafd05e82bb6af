package fathom.onednn;

import fathom.cpu.parallel.BlockPartition;
import fathom.primitive.Operand;
import fathom.primitive.window.Window;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The shape of a convolution {@code y = x * w}, the same for the forward direction and both gradients.
 *
 * @param n number of images
 * @param c channels of x
 * @param in spatial extents of x, outermost first
 * @param o channels of y
 * @param out spatial extents of y
 * @param kernel spatial extents of the kernel
 * @param groups number of channel groups
 * @param window strides, padding, dilation
 */
record ConvShape(long n, long c, long[] in, long o, long[] out, long[] kernel, int groups, Window window) {

    /** Floating-point operations per task, some tens of microseconds. */
    private static final double TASK_FLOPS = 6e6;

    /** Maximum number of tasks: more do not improve the load balance. */
    private static final long MAX_TASKS = 64;

    /** Maximum size of weights that stay in the L2 cache between tasks. */
    private static final long MAX_CACHED_WEIGHTS = 1 << 20;

    /** Minimum positions of the result per task that amortise reading larger weights again. */
    private static final long MIN_POSITIONS = 64;

    /** Maximum operations per task: a tenth of a second, and far below the range of 32-bit counters. */
    private static final double MAX_TASK_FLOPS = 1e10;

    /**
     * {@return the shape of a convolution of these operands; null if one of them is empty}
     *
     * @param x {@code [N, C, ..., W]}
     * @param weight {@code [O, C/groups, ..., kW]}
     * @param y {@code [N, O, ..., oW]}
     */
    static @Nullable ConvShape of(Operand x, Operand weight, Operand y, int groups, Window window) {
        int rank = window.rank() + 2;
        if (x.rank() != rank || weight.rank() != rank || y.rank() != rank) {
            return null;
        }
        if (x.numel() == 0 || weight.numel() == 0 || y.numel() == 0) {
            return null;
        }
        return new ConvShape(
                x.shape()[0], x.shape()[1], spatial(x), y.shape()[1], spatial(y), spatial(weight), groups, window);
    }

    private static long[] spatial(Operand operand) {
        return Arrays.copyOfRange(operand.shape(), 2, operand.rank());
    }

    /** {@return whether the convolution is 2-D} */
    boolean is2d() {
        return in.length == 2;
    }

    /** Rows of x, for 2-D convolutions. */
    long h() {
        return in[0];
    }

    /** Columns of x, for 2-D convolutions. */
    long w() {
        return in[1];
    }

    /** Rows of y, for 2-D convolutions. */
    long oh() {
        return out[0];
    }

    /** Columns of y, for 2-D convolutions. */
    long ow() {
        return out[1];
    }

    /** Rows of the kernel, for 2-D convolutions. */
    long kh() {
        return kernel[0];
    }

    /** Columns of the kernel, for 2-D convolutions. */
    long kw() {
        return kernel[1];
    }

    /** {@return the positions of y per image} */
    long positions() {
        return product(out);
    }

    /** {@return the elements of the kernel per pair of channels} */
    long taps() {
        return product(kernel);
    }

    private static long product(long[] extents) {
        long product = 1;
        for (long extent : extents) {
            product *= extent;
        }
        return product;
    }

    /** {@return strides, dilation and padding in oneDNN's terms} */
    Geometry geometry() {
        int rank = in.length;
        var g = new Geometry(new long[rank], new long[rank], new long[rank], new long[rank]);
        for (int i = 0; i < rank; i++) {
            var axis = window.axis(i);
            // a single position has no stride; oneDNN 3.11 returns wrong results (and may crash) if it is given one,
            // for one channel
            g.strides()[i] = out[i] == 1 ? 1 : axis.stride();
            g.dilations()[i] = axis.dilation() - 1;
            g.before()[i] = axis.low();
            // padding that yields exactly these positions; negative if the last elements are not read
            g.after()[i] = (out[i] - 1) * axis.stride() + axis.reach(kernel[i]) - in[i] - axis.low();
        }
        return g;
    }

    /** {@return whether each tap overlaps the image at some position of the window} */
    boolean allTapsUsed() {
        for (int i = 0; i < in.length; i++) {
            var axis = window.axis(i);
            if (!overlaps(in[i], out[i], kernel[i], axis.stride(), axis.dilation(), axis.low())) {
                return false;
            }
        }
        return true;
    }

    private static boolean overlaps(long in, long out, long kernel, long stride, long dilation, long before) {
        for (long k = 0; k < kernel; k++) {
            boolean meets = false;
            for (long o = 0; o < out && !meets; o++) {
                long at = o * stride + k * dilation - before;
                meets = at >= 0 && at < in;
            }
            if (!meets) {
                return false;
            }
        }
        return true;
    }

    /** {@return the floating-point operations per image, the same in all three directions} */
    double flopsPerImage() {
        return 2.0 * positions() * o * (c / groups) * taps();
    }

    /** {@return the partition of the images into tasks} */
    BlockPartition images() {
        long tasks =
                Math.clamp(
                        (long) (n * flopsPerImage() / TASK_FLOPS),
                        1,
                        Math.min(n, Math.max(MAX_TASKS, (long) (n * flopsPerImage() / MAX_TASK_FLOPS))));
        if (weights() * Float.BYTES > MAX_CACHED_WEIGHTS) {
            tasks = Math.clamp(n * positions() / MIN_POSITIONS, 1, tasks);
        }
        return BlockPartition.about(n, tasks, 1);
    }

    /** {@return the number of weights} */
    long weights() {
        return o * (c / groups) * taps();
    }

    /** {@return the weights' shape in oneDNN's terms: groups are a dimension of their own} */
    long[] weightShape() {
        return groups == 1 ? join(kernel, o, c) : join(kernel, groups, o / groups, c / groups);
    }

    /**
     * {@return the strides of {@link #weightShape} for weights {@code [O, C/groups, ..., kW]} with the given strides}
     */
    long[] weightStrides(long[] strides) {
        return groups == 1 ? strides : join(strides, o / groups * strides[0]);
    }

    private static long[] join(long[] last, long... first) {
        long[] all = Arrays.copyOf(first, first.length + last.length);
        System.arraycopy(last, 0, all, first.length, last.length);
        return all;
    }
}
