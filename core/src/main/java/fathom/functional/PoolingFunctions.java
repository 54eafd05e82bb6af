package fathom.functional;

import fathom.Tensor;
import fathom.Tensors;
import fathom.ValuesAndIndices;
import fathom.primitive.window.Pool;
import java.util.function.Consumer;

/**
 * Pooling as functions. Part of {@link Tensors}; used by the layers of {@code fathom.nn}. Sequences are {@code [N, C,
 * L]} or {@code [C, L]}, images {@code [N, C, H, W]} or {@code [C, H, W]}, volumes {@code [N, C, D, H, W]} or {@code
 * [C, D, H, W]}. A kernel is one number for all axes, or one per axis, outermost first.
 *
 * @see <a href="https://d2l.ai/chapter_convolutional-neural-networks/pooling.html">Dive into Deep Learning, Pooling</a>
 */
public final class PoolingFunctions {
    private static final PoolOptions DEFAULT = new PoolOptions();

    private PoolingFunctions() {}

    /** {@return the maximum of each window of {@code kernel} elements of a sequence, with stride {@code kernel}} */
    public static Tensor maxPool1d(Tensor x, int kernel) {
        return maxPool1d(x, kernel, DEFAULT);
    }

    /** {@return the maximum of each window of {@code kernel} elements of a sequence} */
    public static Tensor maxPool1d(Tensor x, int kernel, Consumer<PoolOptions> options) {
        return maxPool1d(x, kernel, configured(options));
    }

    /** As {@link #maxPool1d(Tensor, int, Consumer)}. */
    public static Tensor maxPool1d(Tensor x, int kernel, PoolOptions options) {
        return Pooling.sliding("maxPool1d", Pool.Kind.MAX, 1, x, new int[] {kernel}, options).values();
    }

    /** The maximum of each window and its index, {@code l}. NaN counts as the maximum; of ties the first is taken. */
    public static ValuesAndIndices maxPool1dWithIndices(Tensor x, int kernel, PoolOptions options) {
        return Pooling.sliding("maxPool1d", Pool.Kind.MAX, 1, x, new int[] {kernel}, options);
    }

    /** As {@link #maxPool1dWithIndices(Tensor, int, PoolOptions)}. */
    public static ValuesAndIndices maxPool1dWithIndices(Tensor x, int kernel, Consumer<PoolOptions> options) {
        return maxPool1dWithIndices(x, kernel, configured(options));
    }

    /** {@return the average of each window of {@code kernel} elements of a sequence, with stride {@code kernel}} */
    public static Tensor avgPool1d(Tensor x, int kernel) {
        return avgPool1d(x, kernel, DEFAULT);
    }

    /** {@return the average of each window of {@code kernel} elements of a sequence} */
    public static Tensor avgPool1d(Tensor x, int kernel, Consumer<PoolOptions> options) {
        return avgPool1d(x, kernel, configured(options));
    }

    /** As {@link #avgPool1d(Tensor, int, Consumer)}. */
    public static Tensor avgPool1d(Tensor x, int kernel, PoolOptions options) {
        return Pooling.sliding("avgPool1d", Pool.Kind.AVG, 1, x, new int[] {kernel}, options).values();
    }

    /** {@return the maximum of each window of {@code kernel} rows and columns, with stride {@code kernel}} */
    public static Tensor maxPool2d(Tensor x, int kernel) {
        return maxPool2d(x, new int[] {kernel}, DEFAULT);
    }

    /** {@return the maximum of each window of {@code kernel} rows and columns} */
    public static Tensor maxPool2d(Tensor x, int kernel, Consumer<PoolOptions> options) {
        return maxPool2d(x, new int[] {kernel}, configured(options));
    }

    /** {@return the maximum of each window of the given rows and columns} */
    public static Tensor maxPool2d(Tensor x, int[] kernel, Consumer<PoolOptions> options) {
        return maxPool2d(x, kernel, configured(options));
    }

    /** As {@link #maxPool2d(Tensor, int[], Consumer)}. */
    public static Tensor maxPool2d(Tensor x, int[] kernel, PoolOptions options) {
        return Pooling.sliding("maxPool2d", Pool.Kind.MAX, 2, x, kernel, options).values();
    }

    /**
     * The maximum of each window and its index, {@code row * W + column}. NaN counts as the maximum; of ties the first
     * is taken.
     */
    public static ValuesAndIndices maxPool2dWithIndices(Tensor x, int[] kernel, PoolOptions options) {
        return Pooling.sliding("maxPool2d", Pool.Kind.MAX, 2, x, kernel, options);
    }

    /** As {@link #maxPool2dWithIndices(Tensor, int[], PoolOptions)}. */
    public static ValuesAndIndices maxPool2dWithIndices(Tensor x, int kernel, Consumer<PoolOptions> options) {
        return maxPool2dWithIndices(x, new int[] {kernel}, configured(options));
    }

    /** {@return the average of each window of {@code kernel} rows and columns, with stride {@code kernel}} */
    public static Tensor avgPool2d(Tensor x, int kernel) {
        return avgPool2d(x, new int[] {kernel}, DEFAULT);
    }

    /** {@return the average of each window of {@code kernel} rows and columns} */
    public static Tensor avgPool2d(Tensor x, int kernel, Consumer<PoolOptions> options) {
        return avgPool2d(x, new int[] {kernel}, configured(options));
    }

    /** {@return the average of each window of the given rows and columns} */
    public static Tensor avgPool2d(Tensor x, int[] kernel, Consumer<PoolOptions> options) {
        return avgPool2d(x, kernel, configured(options));
    }

    /** As {@link #avgPool2d(Tensor, int[], Consumer)}. */
    public static Tensor avgPool2d(Tensor x, int[] kernel, PoolOptions options) {
        return Pooling.sliding("avgPool2d", Pool.Kind.AVG, 2, x, kernel, options).values();
    }

    /** {@return the maximum of each window of {@code kernel} planes, rows and columns, with stride {@code kernel}} */
    public static Tensor maxPool3d(Tensor x, int kernel) {
        return maxPool3d(x, new int[] {kernel}, DEFAULT);
    }

    /** {@return the maximum of each window of {@code kernel} planes, rows and columns} */
    public static Tensor maxPool3d(Tensor x, int kernel, Consumer<PoolOptions> options) {
        return maxPool3d(x, new int[] {kernel}, configured(options));
    }

    /** {@return the maximum of each window of the given planes, rows and columns} */
    public static Tensor maxPool3d(Tensor x, int[] kernel, Consumer<PoolOptions> options) {
        return maxPool3d(x, kernel, configured(options));
    }

    /** As {@link #maxPool3d(Tensor, int[], Consumer)}. */
    public static Tensor maxPool3d(Tensor x, int[] kernel, PoolOptions options) {
        return Pooling.sliding("maxPool3d", Pool.Kind.MAX, 3, x, kernel, options).values();
    }

    /**
     * The maximum of each window and its index, {@code (plane * H + row) * W + column}. NaN counts as the maximum; of
     * ties the first is taken.
     */
    public static ValuesAndIndices maxPool3dWithIndices(Tensor x, int[] kernel, PoolOptions options) {
        return Pooling.sliding("maxPool3d", Pool.Kind.MAX, 3, x, kernel, options);
    }

    /** As {@link #maxPool3dWithIndices(Tensor, int[], PoolOptions)}. */
    public static ValuesAndIndices maxPool3dWithIndices(Tensor x, int kernel, Consumer<PoolOptions> options) {
        return maxPool3dWithIndices(x, new int[] {kernel}, configured(options));
    }

    /** {@return the average of each window of {@code kernel} planes, rows and columns, with stride {@code kernel}} */
    public static Tensor avgPool3d(Tensor x, int kernel) {
        return avgPool3d(x, new int[] {kernel}, DEFAULT);
    }

    /** {@return the average of each window of {@code kernel} planes, rows and columns} */
    public static Tensor avgPool3d(Tensor x, int kernel, Consumer<PoolOptions> options) {
        return avgPool3d(x, new int[] {kernel}, configured(options));
    }

    /** {@return the average of each window of the given planes, rows and columns} */
    public static Tensor avgPool3d(Tensor x, int[] kernel, Consumer<PoolOptions> options) {
        return avgPool3d(x, kernel, configured(options));
    }

    /** As {@link #avgPool3d(Tensor, int[], Consumer)}. */
    public static Tensor avgPool3d(Tensor x, int[] kernel, PoolOptions options) {
        return Pooling.sliding("avgPool3d", Pool.Kind.AVG, 3, x, kernel, options).values();
    }

    /** {@return the averages of {@code size} nearly equal regions of a sequence} */
    public static Tensor adaptiveAvgPool1d(Tensor x, long size) {
        return Pooling.adaptive("adaptiveAvgPool1d", Pool.Kind.AVG, x, size).values();
    }

    /** {@return the maxima of {@code size} nearly equal regions of a sequence} */
    public static Tensor adaptiveMaxPool1d(Tensor x, long size) {
        return Pooling.adaptive("adaptiveMaxPool1d", Pool.Kind.MAX, x, size).values();
    }

    /** {@return as {@link #adaptiveMaxPool1d}, with the indices of the maxima, {@code l}} */
    public static ValuesAndIndices adaptiveMaxPool1dWithIndices(Tensor x, long size) {
        return Pooling.adaptive("adaptiveMaxPool1d", Pool.Kind.MAX, x, size);
    }

    /** {@return the averages of {@code rows} times {@code columns} nearly equal regions; 0 keeps the input's size} */
    public static Tensor adaptiveAvgPool2d(Tensor x, long rows, long columns) {
        return Pooling.adaptive("adaptiveAvgPool2d", Pool.Kind.AVG, x, rows, columns).values();
    }

    /** {@return the maxima of {@code rows} times {@code columns} nearly equal regions; 0 keeps the input's size} */
    public static Tensor adaptiveMaxPool2d(Tensor x, long rows, long columns) {
        return Pooling.adaptive("adaptiveMaxPool2d", Pool.Kind.MAX, x, rows, columns).values();
    }

    /** {@return as {@link #adaptiveMaxPool2d}, with the indices of the maxima, {@code row * W + column}} */
    public static ValuesAndIndices adaptiveMaxPool2dWithIndices(Tensor x, long rows, long columns) {
        return Pooling.adaptive("adaptiveMaxPool2d", Pool.Kind.MAX, x, rows, columns);
    }

    /**
     * {@return the averages of {@code planes} times {@code rows} times {@code columns} nearly equal regions; 0 keeps
     * the input's size}
     */
    public static Tensor adaptiveAvgPool3d(Tensor x, long planes, long rows, long columns) {
        return Pooling.adaptive("adaptiveAvgPool3d", Pool.Kind.AVG, x, planes, rows, columns).values();
    }

    /**
     * {@return the maxima of {@code planes} times {@code rows} times {@code columns} nearly equal regions; 0 keeps the
     * input's size}
     */
    public static Tensor adaptiveMaxPool3d(Tensor x, long planes, long rows, long columns) {
        return Pooling.adaptive("adaptiveMaxPool3d", Pool.Kind.MAX, x, planes, rows, columns).values();
    }

    /**
     * {@return as {@link #adaptiveMaxPool3d}, with the indices of the maxima, {@code (plane * H + row) * W + column}}
     */
    public static ValuesAndIndices adaptiveMaxPool3dWithIndices(Tensor x, long planes, long rows, long columns) {
        return Pooling.adaptive("adaptiveMaxPool3d", Pool.Kind.MAX, x, planes, rows, columns);
    }

    /** As {@link #maxUnpool1d(Tensor, Tensor, int[], PoolOptions, long...)}, with stride {@code kernel}. */
    public static Tensor maxUnpool1d(Tensor x, Tensor indices, int kernel) {
        return maxUnpool1d(x, indices, new int[] {kernel}, DEFAULT);
    }

    /** As {@link #maxUnpool1d(Tensor, Tensor, int[], PoolOptions, long...)}. */
    public static Tensor maxUnpool1d(
            Tensor x, Tensor indices, int kernel, Consumer<PoolOptions> options, long... outputSize) {
        return maxUnpool1d(x, indices, new int[] {kernel}, configured(options), outputSize);
    }

    /**
     * The inverse of {@link #maxPool1dWithIndices(Tensor, int, Consumer)}: writes maxima to their indices, and zeros
     * elsewhere.
     *
     * @param x the maxima
     * @param indices their indices, of x's shape
     * @param kernel the pooling's window
     * @param options the pooling's stride and padding
     * @param outputSize the spatial size of the result; by default the smallest that the pooling maps to x's size
     * @throws IllegalArgumentException if shapes do not match or no such pooling has an input of that size
     * @throws IndexOutOfBoundsException if an index is outside of the result
     */
    public static Tensor maxUnpool1d(Tensor x, Tensor indices, int[] kernel, PoolOptions options, long... outputSize) {
        return Pooling.unpool("maxUnpool1d", 1, x, indices, kernel, options, outputSize);
    }

    /** As {@link #maxUnpool2d(Tensor, Tensor, int[], PoolOptions, long...)}, with stride {@code kernel}. */
    public static Tensor maxUnpool2d(Tensor x, Tensor indices, int kernel) {
        return maxUnpool2d(x, indices, new int[] {kernel}, DEFAULT);
    }

    /** As {@link #maxUnpool2d(Tensor, Tensor, int[], PoolOptions, long...)}. */
    public static Tensor maxUnpool2d(
            Tensor x, Tensor indices, int kernel, Consumer<PoolOptions> options, long... outputSize) {
        return maxUnpool2d(x, indices, new int[] {kernel}, configured(options), outputSize);
    }

    /**
     * The inverse of {@link #maxPool2dWithIndices(Tensor, int, Consumer)}: writes maxima to their indices, and zeros
     * elsewhere.
     *
     * @param x the maxima
     * @param indices their indices, of x's shape
     * @param kernel the pooling's window
     * @param options the pooling's stride and padding
     * @param outputSize the spatial size of the result; by default the smallest that the pooling maps to x's size
     * @throws IllegalArgumentException if shapes do not match or no such pooling has an input of that size
     * @throws IndexOutOfBoundsException if an index is outside of the result
     */
    public static Tensor maxUnpool2d(Tensor x, Tensor indices, int[] kernel, PoolOptions options, long... outputSize) {
        return Pooling.unpool("maxUnpool2d", 2, x, indices, kernel, options, outputSize);
    }

    /** As {@link #maxUnpool3d(Tensor, Tensor, int[], PoolOptions, long...)}, with stride {@code kernel}. */
    public static Tensor maxUnpool3d(Tensor x, Tensor indices, int kernel) {
        return maxUnpool3d(x, indices, new int[] {kernel}, DEFAULT);
    }

    /** As {@link #maxUnpool3d(Tensor, Tensor, int[], PoolOptions, long...)}. */
    public static Tensor maxUnpool3d(
            Tensor x, Tensor indices, int kernel, Consumer<PoolOptions> options, long... outputSize) {
        return maxUnpool3d(x, indices, new int[] {kernel}, configured(options), outputSize);
    }

    /**
     * The inverse of {@link #maxPool3dWithIndices(Tensor, int, Consumer)}: writes maxima to their indices, and zeros
     * elsewhere.
     *
     * @param x the maxima
     * @param indices their indices, of x's shape
     * @param kernel the pooling's window
     * @param options the pooling's stride and padding
     * @param outputSize the spatial size of the result; by default the smallest that the pooling maps to x's size
     * @throws IllegalArgumentException if shapes do not match or no such pooling has an input of that size
     * @throws IndexOutOfBoundsException if an index is outside of the result
     */
    public static Tensor maxUnpool3d(Tensor x, Tensor indices, int[] kernel, PoolOptions options, long... outputSize) {
        return Pooling.unpool("maxUnpool3d", 3, x, indices, kernel, options, outputSize);
    }

    /** As {@link #lpPool1d(Tensor, double, int[], PoolOptions)}, with stride {@code kernel}. */
    public static Tensor lpPool1d(Tensor x, double normType, int kernel) {
        return lpPool1d(x, normType, new int[] {kernel}, DEFAULT);
    }

    /** As {@link #lpPool1d(Tensor, double, int[], PoolOptions)}. */
    public static Tensor lpPool1d(Tensor x, double normType, int kernel, Consumer<PoolOptions> options) {
        return lpPool1d(x, normType, new int[] {kernel}, configured(options));
    }

    /**
     * The p-norm of each window, without taking absolute values: the sum of the {@code normType}th powers, to the power
     * of {@code 1 / normType}; NaN where the sum is negative.
     *
     * @param options stride and ceilMode
     */
    public static Tensor lpPool1d(Tensor x, double normType, int[] kernel, PoolOptions options) {
        return Pooling.norm("lpPool1d", 1, x, normType, kernel, options);
    }

    /** As {@link #lpPool2d(Tensor, double, int[], PoolOptions)}, with stride {@code kernel}. */
    public static Tensor lpPool2d(Tensor x, double normType, int kernel) {
        return lpPool2d(x, normType, new int[] {kernel}, DEFAULT);
    }

    /** As {@link #lpPool2d(Tensor, double, int[], PoolOptions)}. */
    public static Tensor lpPool2d(Tensor x, double normType, int kernel, Consumer<PoolOptions> options) {
        return lpPool2d(x, normType, new int[] {kernel}, configured(options));
    }

    /**
     * The p-norm of each window, without taking absolute values: the sum of the {@code normType}th powers, to the power
     * of {@code 1 / normType}; NaN where the sum is negative.
     *
     * @param options stride and ceilMode
     */
    public static Tensor lpPool2d(Tensor x, double normType, int[] kernel, PoolOptions options) {
        return Pooling.norm("lpPool2d", 2, x, normType, kernel, options);
    }

    /** As {@link #lpPool3d(Tensor, double, int[], PoolOptions)}, with stride {@code kernel}. */
    public static Tensor lpPool3d(Tensor x, double normType, int kernel) {
        return lpPool3d(x, normType, new int[] {kernel}, DEFAULT);
    }

    /** As {@link #lpPool3d(Tensor, double, int[], PoolOptions)}. */
    public static Tensor lpPool3d(Tensor x, double normType, int kernel, Consumer<PoolOptions> options) {
        return lpPool3d(x, normType, new int[] {kernel}, configured(options));
    }

    /**
     * The p-norm of each window, without taking absolute values: the sum of the {@code normType}th powers, to the power
     * of {@code 1 / normType}; NaN where the sum is negative.
     *
     * @param options stride and ceilMode
     */
    public static Tensor lpPool3d(Tensor x, double normType, int[] kernel, PoolOptions options) {
        return Pooling.norm("lpPool3d", 3, x, normType, kernel, options);
    }

    private static PoolOptions configured(Consumer<PoolOptions> options) {
        var o = new PoolOptions();
        options.accept(o);
        return o;
    }
}
