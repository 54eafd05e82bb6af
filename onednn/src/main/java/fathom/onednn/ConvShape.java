package fathom.onednn;

import fathom.cpu.parallel.BlockPartition;
import fathom.primitive.Operand;
import fathom.primitive.window.Window;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A convolution {@code y = x * w} in numbers, the same for its forward direction and both gradients.
 *
 * @param n images
 * @param c channels of x
 * @param in spatial extents of x, outermost first
 * @param o channels of y
 * @param out spatial extents of y
 * @param kernel spatial extents of the kernel
 * @param groups groups that channels are divided into
 * @param window strides, padding, dilation
 */
record ConvShape(long n, long c, long[] in, long o, long[] out, long[] kernel, int groups, Window window) {

    /** Work of a task, in floating-point operations, worth handing to a thread (some tens of microseconds). */
    private static final double TASK_FLOPS = 6e6;

    /** More tasks than this gain nothing by balance. */
    private static final long MAX_TASKS = 64;

    /** Weights up to this size stay in the second-level cache between tasks. */
    private static final long CACHED_WEIGHTS = 1 << 20;

    /** Of larger ones each task reads all: so many positions of the result make that worth while. */
    private static final long MIN_POSITIONS = 64;

    /** But no task is larger than this: a tenth of a second, and far from what 32 bits can count. */
    private static final double HUGE_FLOPS = 1e10;

    /**
     * Reads the numbers off the operands.
     *
     * @param x {@code [N, C, ..., W]}
     * @param weight {@code [O, C/groups, ..., kW]}
     * @param y {@code [N, O, ..., oW]}
     * @return null if there is nothing in one of them
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

    /** Whether these are images, not volumes. */
    boolean isOfImages() {
        return in.length == 2;
    }

    /** Rows of x; of images. */
    long h() {
        return in[0];
    }

    /** Columns of x; of images. */
    long w() {
        return in[1];
    }

    /** Rows of y; of images. */
    long oh() {
        return out[0];
    }

    /** Columns of y; of images. */
    long ow() {
        return out[1];
    }

    /** Rows of the kernel; of images. */
    long kh() {
        return kernel[0];
    }

    /** Columns of the kernel; of images. */
    long kw() {
        return kernel[1];
    }

    /** Positions of y in one image. */
    long positions() {
        return product(out);
    }

    /** Elements of the kernel for one pair of channels. */
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

    /** How the window moves, in oneDNN's terms. */
    Geometry geometry() {
        int rank = in.length;
        var g = new Geometry(new long[rank], new long[rank], new long[rank], new long[rank]);
        for (int i = 0; i < rank; i++) {
            var axis = window.axis(i);
            // a single position has no stride; oneDNN 3.11 goes wrong (and may crash) where one is given, of one
            // channel
            g.strides()[i] = out[i] == 1 ? 1 : axis.stride();
            g.gaps()[i] = axis.dilation() - 1;
            g.before()[i] = axis.low();
            // zeros needed behind the last element for exactly these positions; negative if the last are not looked at
            g.after()[i] = (out[i] - 1) * axis.stride() + axis.reach(kernel[i]) - in[i] - axis.low();
        }
        return g;
    }

    /** Whether each of the kernel's elements meets at least one of the image's, in some position of the window. */
    boolean allTapsMeet() {
        for (int i = 0; i < in.length; i++) {
            var axis = window.axis(i);
            if (!meet(in[i], out[i], kernel[i], axis.stride(), axis.dilation(), axis.low())) {
                return false;
            }
        }
        return true;
    }

    private static boolean meet(long in, long out, long kernel, long stride, long dilation, long before) {
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

    /** Multiplications and additions for one image, in each of the three directions. */
    double flopsPerImage() {
        return 2.0 * positions() * o * (c / groups) * taps();
    }

    /** Images per task. */
    BlockPartition images() {
        long tasks =
                Math.clamp(
                        (long) (n * flopsPerImage() / TASK_FLOPS),
                        1,
                        Math.min(n, Math.max(MAX_TASKS, (long) (n * flopsPerImage() / HUGE_FLOPS))));
        if (weights() * Float.BYTES > CACHED_WEIGHTS) {
            tasks = Math.clamp(n * positions() / MIN_POSITIONS, 1, tasks);
        }
        return BlockPartition.about(n, tasks, 1);
    }

    /** Elements of the weights. */
    long weights() {
        return o * (c / groups) * taps();
    }

    /** The weights' shape as oneDNN wants it: groups are a dimension of their own. */
    long[] weightShape() {
        return groups == 1 ? join(kernel, o, c) : join(kernel, groups, o / groups, c / groups);
    }

    /** The strides of {@link #weightShape} for weights with the given strides {@code [O, C/groups, ..., kW]}. */
    long[] weightStrides(long[] strides) {
        return groups == 1 ? strides : join(strides, o / groups * strides[0]);
    }

    private static long[] join(long[] last, long... first) {
        long[] all = Arrays.copyOf(first, first.length + last.length);
        System.arraycopy(last, 0, all, first.length, last.length);
        return all;
    }
}
