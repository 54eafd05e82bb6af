package fathom.functional;

import fathom.Tensor;
import fathom.Tensors;
import fathom.dispatch.TensorAccess;
import fathom.primitive.OperationKind;
import fathom.primitive.Ops;
import java.util.Arrays;
import java.util.Locale;

/** Channel rearrangement and cross-channel normalisation as functions. Part of {@link Tensors}. */
public final class ChannelFunctions {
    private ChannelFunctions() {}

    /**
     * Rearranges channels into space (Shi et al., 2016): each group of {@code r^2} channels becomes one with r times
     * the rows and columns.
     *
     * @param x {@code [..., C r^2, H, W]}
     * @param upscaleFactor r
     * @return {@code [..., C, H r, W r]}
     * @throws IllegalArgumentException if there are fewer than three dimensions, or {@code r^2} does not divide the
     *     channels
     */
    public static Tensor pixelShuffle(Tensor x, int upscaleFactor) {
        long r = upscaleFactor;
        images("pixelShuffle", x, upscaleFactor);
        long c = x.size(-3);
        if (c % (r * r) != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "pixelShuffle: the %d channels of %s are not divisible by the square of %d",
                            c,
                            x.shape(),
                            r));
        }
        long h = x.size(-2);
        long w = x.size(-1);
        int lead = x.dim() - 3;
        Tensor parts = x.reshape(shape(x, c / (r * r), r, r, h, w));
        // [..., C, r, r, H, W] to [..., C, H, r, W, r]
        return parts.permute(order(lead, 0, 3, 1, 4, 2)).reshape(shape(x, c / (r * r), h * r, w * r));
    }

    /**
     * Rearranges space into channels, the inverse of {@link #pixelShuffle}.
     *
     * @param x {@code [..., C, H r, W r]}
     * @param downscaleFactor r
     * @return {@code [..., C r^2, H, W]}
     * @throws IllegalArgumentException if there are fewer than three dimensions, or r does not divide rows and columns
     */
    public static Tensor pixelUnshuffle(Tensor x, int downscaleFactor) {
        long r = downscaleFactor;
        images("pixelUnshuffle", x, downscaleFactor);
        long h = x.size(-2);
        long w = x.size(-1);
        if (h % r != 0 || w % r != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "pixelUnshuffle: the rows and columns of %s are not divisible by %d",
                            x.shape(),
                            r));
        }
        long c = x.size(-3);
        int lead = x.dim() - 3;
        Tensor parts = x.reshape(shape(x, c, h / r, r, w / r, r));
        return parts.permute(order(lead, 0, 2, 4, 1, 3)).reshape(shape(x, c * r * r, h / r, w / r));
    }

    /**
     * Interleaves the channels of several groups (Zhang et al., 2018, "ShuffleNet").
     *
     * @param x {@code [N, C, ...]}
     * @param groups a divisor of C
     * @return of x's shape
     * @throws IllegalArgumentException if there are fewer than three dimensions, or the groups do not divide the
     *     channels
     */
    public static Tensor channelShuffle(Tensor x, int groups) {
        if (x.dim() < 3 || groups < 1 || x.size(1) % groups != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "channelShuffle: expected [N, C, ...] with C divisible by the number of groups, not %s and %d",
                            x.shape(),
                            groups));
        }
        long[] shape = Ops.shape(x);
        var split = new long[shape.length + 1];
        split[0] = shape[0];
        split[1] = groups;
        split[2] = shape[1] / groups;
        System.arraycopy(shape, 2, split, 3, shape.length - 2);
        return x.reshape(split).transpose(1, 2).reshape(shape);
    }

    private static void images(String op, Tensor x, int factor) {
        if (x.dim() < 3) {
            throw new IllegalArgumentException("%s: expected [..., C, H, W], not %s".formatted(op, x.shape()));
        }
        if (factor < 1) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s: the factor must be at least 1, not %d", op, factor));
        }
    }

    /** The sizes of all dimensions before the last three, followed by {@code others}. */
    private static long[] shape(Tensor x, long... others) {
        long[] shape = Arrays.copyOf(Ops.shape(x), x.dim() - 3 + others.length);
        System.arraycopy(others, 0, shape, x.dim() - 3, others.length);
        return shape;
    }

    /** The first {@code lead} dimensions unchanged, then the others in the given order. */
    private static int[] order(int lead, int... others) {
        var order = new int[lead + others.length];
        for (int d = 0; d < order.length; d++) {
            order[d] = d < lead ? d : lead + others[d - lead];
        }
        return order;
    }

    /** {@return {@link #localResponseNorm(Tensor, int, double, double, double)} with alpha 1e-4, beta 0.75, k 1} */
    public static Tensor localResponseNorm(Tensor x, int size) {
        return localResponseNorm(x, size, 1e-4, 0.75, 1);
    }

    /**
     * Divides each element by {@code (k + alpha m)^beta}, where m is the mean square over a window of channels around
     * it, zero-padded (Krizhevsky et al., 2012).
     *
     * @param x {@code [N, C, ...]}, at least three dimensions
     * @param size the window's number of channels; an even window extends one channel farther to the front
     * @throws IllegalArgumentException if there are fewer than three dimensions, or the size is not positive
     */
    public static Tensor localResponseNorm(Tensor x, int size, double alpha, double beta, double k) {
        if (x.dim() < 3 || size < 1 || !x.dtype().isFloating()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "localResponseNorm: expected [N, C, ...] of a floating type and a positive size, not %s of %s and %d",
                            x.shape(),
                            x.dtype(),
                            size));
        }
        if (x.numel() == 0) {
            return x.clone();
        }
        Tensor wide = TensorAccess.cast(OperationKind.NORM, x);
        var pads = new long[2 * (x.dim() - 1)];
        pads[pads.length - 2] = size / 2;
        pads[pads.length - 1] = (size - 1) / 2;
        Tensor squares = ImageFunctions.pad(wide.square(), pads, 0);
        Tensor sum = squares.narrow(1, 0, x.size(1));
        for (int i = 1; i < size; i++) {
            sum = sum.add(squares.narrow(1, i, x.size(1)));
        }
        return wide.div(sum.mul(alpha / size).add(k).pow(beta));
    }
}
