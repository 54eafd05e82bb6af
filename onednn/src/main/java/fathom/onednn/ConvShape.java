package fathom.onednn;

import fathom.primitive.Operand;
import fathom.primitive.Window;
import org.jspecify.annotations.Nullable;

/**
 * A two-dimensional convolution {@code y = x * w} in numbers, the same for its forward direction and both gradients.
 *
 * @param n images
 * @param c channels of x
 * @param h rows of x
 * @param w columns of x
 * @param o channels of y
 * @param oh rows of y
 * @param ow columns of y
 * @param kh rows of the kernel
 * @param kw columns of the kernel
 * @param groups groups that channels are divided into
 * @param window strides, padding, dilation
 */
record ConvShape(
        long n, long c, long h, long w, long o, long oh, long ow, long kh, long kw, int groups, Window window) {

    /** Work of a task, in floating-point operations, worth handing to a thread (some tens of microseconds). */
    private static final double TASK_FLOPS = 6e6;

    /** More tasks than this gain nothing by balance. */
    private static final long MOST_TASKS = 64;

    /** Weights up to this size stay in the second-level cache between tasks. */
    private static final long CACHED_WEIGHTS = 1 << 20;

    /** Of larger ones each task reads all: so many positions of the result make that worth while. */
    private static final long LEAST_POSITIONS = 64;

    /** But no task is larger than this: a tenth of a second, and far from what 32 bits can count. */
    private static final double HUGE_FLOPS = 1e10;

    /**
     * Reads the numbers off the operands.
     *
     * @param x {@code [N, C, H, W]}
     * @param weight {@code [O, C/groups, kH, kW]}
     * @param y {@code [N, O, oH, oW]}
     * @return null if there is nothing in one of them
     */
    static @Nullable ConvShape of(Operand x, Operand weight, Operand y, int groups, Window window) {
        if (x.rank() != 4 || weight.rank() != 4 || y.rank() != 4) {
            return null;
        }
        if (x.numel() == 0 || weight.numel() == 0 || y.numel() == 0) {
            return null;
        }
        return new ConvShape(
                x.shape()[0],
                x.shape()[1],
                x.shape()[2],
                x.shape()[3],
                y.shape()[1],
                y.shape()[2],
                y.shape()[3],
                weight.shape()[2],
                weight.shape()[3],
                groups,
                window);
    }

    /** How the window moves, in oneDNN's terms. */
    Geometry geometry() {
        return new Geometry(
                // a single position has no stride; oneDNN 3.11 goes wrong (and may crash) where one is given, of one
                // channel
                new long[] {oh == 1 ? 1 : window.strideH(), ow == 1 ? 1 : window.strideW()},
                new long[] {window.dilationH() - 1, window.dilationW() - 1},
                new long[] {window.padH(), window.padW()},
                new long[] {
                    after(h, oh, kh, window.strideH(), window.dilationH(), window.padH()),
                    after(w, ow, kw, window.strideW(), window.dilationW(), window.padW())
                });
    }

    /**
     * Zeros needed behind the last element for exactly {@code out} positions; negative if the last are not looked at.
     */
    private static long after(long in, long out, long kernel, long stride, long dilation, long before) {
        return (out - 1) * stride + (kernel - 1) * dilation + 1 - in - before;
    }

    /** Whether each of the kernel's elements meets at least one of the image's, in some position of the window. */
    boolean allTapsMeet() {
        return meet(h, oh, kh, window.strideH(), window.dilationH(), window.padH())
                && meet(w, ow, kw, window.strideW(), window.dilationW(), window.padW());
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
        return 2.0 * oh * ow * o * (c / groups) * kh * kw;
    }

    /** Images per task. */
    Blocks images() {
        long tasks =
                Math.clamp(
                        (long) (n * flopsPerImage() / TASK_FLOPS),
                        1,
                        Math.min(n, Math.max(MOST_TASKS, (long) (n * flopsPerImage() / HUGE_FLOPS))));
        if (weights() * Float.BYTES > CACHED_WEIGHTS) {
            tasks = Math.clamp(n * oh * ow / LEAST_POSITIONS, 1, tasks);
        }
        return Blocks.about(n, tasks, 1);
    }

    /** Elements of the weights. */
    long weights() {
        return o * (c / groups) * kh * kw;
    }

    /** The weights' shape as oneDNN wants it: groups are a dimension of their own. */
    long[] weightShape() {
        return groups == 1 ? new long[] {o, c, kh, kw} : new long[] {groups, o / groups, c / groups, kh, kw};
    }

    /** The strides of {@link #weightShape} for weights with the given strides {@code [O, C/groups, kH, kW]}. */
    long[] weightStrides(long[] strides) {
        return groups == 1
                ? strides
                : new long[] {o / groups * strides[0], strides[0], strides[1], strides[2], strides[3]};
    }
}
