package fathom;

import fathom.primitive.Pool2d;
import fathom.primitive.PoolAxis;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Pooling as functions. Part of {@link Tensors}; the layers of {@code fathom.nn} call them. Images are {@code [N, C, H,
 * W]} or {@code [C, H, W]}, sequences {@code [N, C, L]} or {@code [C, L]}.
 *
 * @see <a href="https://d2l.ai/chapter_convolutional-neural-networks/pooling.html">Dive into Deep Learning, Pooling</a>
 */
public final class PoolingFunctions {
    private static final PoolOptions DEFAULT = new PoolOptions();

    private PoolingFunctions() {}

    /** {@return the greatest of each window of {@code kernel} rows and columns, side by side} */
    public static Tensor maxPool2d(Tensor x, int kernel) {
        return maxPool2d(x, new int[] {kernel}, DEFAULT);
    }

    /** {@return the greatest of each window of {@code kernel} rows and columns} */
    public static Tensor maxPool2d(Tensor x, int kernel, Consumer<PoolOptions> options) {
        return maxPool2d(x, new int[] {kernel}, configured(options));
    }

    /** {@return the greatest of each window of {@code kernel[0]} rows and {@code kernel[1]} columns} */
    public static Tensor maxPool2d(Tensor x, int[] kernel, Consumer<PoolOptions> options) {
        return maxPool2d(x, kernel, configured(options));
    }

    /** {@return the greatest of each window of {@code kernel[0]} rows and {@code kernel[1]} columns} */
    public static Tensor maxPool2d(Tensor x, int[] kernel, PoolOptions options) {
        return maxPool2dWithIndices(x, kernel, options).values();
    }

    /**
     * The greatest of each window and its place, {@code row * W + column}. NaN counts as the greatest; of equal ones
     * the first is taken.
     */
    public static ValuesAndIndices maxPool2dWithIndices(Tensor x, int[] kernel, PoolOptions options) {
        return sliding("maxPool2d", Pool2d.Kind.MAX, x, kernel, options);
    }

    /** As {@link #maxPool2dWithIndices(Tensor, int[], PoolOptions)}. */
    public static ValuesAndIndices maxPool2dWithIndices(Tensor x, int kernel, Consumer<PoolOptions> options) {
        return maxPool2dWithIndices(x, new int[] {kernel}, configured(options));
    }

    /** {@return the greatest of each window of {@code kernel} elements, side by side} */
    public static Tensor maxPool1d(Tensor x, int kernel) {
        return maxPool1d(x, kernel, DEFAULT);
    }

    /** {@return the greatest of each window of {@code kernel} elements} */
    public static Tensor maxPool1d(Tensor x, int kernel, Consumer<PoolOptions> options) {
        return maxPool1d(x, kernel, configured(options));
    }

    /** {@return the greatest of each window of {@code kernel} elements} */
    public static Tensor maxPool1d(Tensor x, int kernel, PoolOptions options) {
        return maxPool1dWithIndices(x, kernel, options).values();
    }

    /** {@return the greatest of each window of {@code kernel} elements and its place} */
    public static ValuesAndIndices maxPool1dWithIndices(Tensor x, int kernel, PoolOptions options) {
        return sequence("maxPool1d", Pool2d.Kind.MAX, x, kernel, options);
    }

    /** {@return the average of each window of {@code kernel} rows and columns, side by side} */
    public static Tensor avgPool2d(Tensor x, int kernel) {
        return avgPool2d(x, new int[] {kernel}, DEFAULT);
    }

    /** {@return the average of each window of {@code kernel} rows and columns} */
    public static Tensor avgPool2d(Tensor x, int kernel, Consumer<PoolOptions> options) {
        return avgPool2d(x, new int[] {kernel}, configured(options));
    }

    /** {@return the average of each window of {@code kernel[0]} rows and {@code kernel[1]} columns} */
    public static Tensor avgPool2d(Tensor x, int[] kernel, Consumer<PoolOptions> options) {
        return avgPool2d(x, kernel, configured(options));
    }

    /** {@return the average of each window of {@code kernel[0]} rows and {@code kernel[1]} columns} */
    public static Tensor avgPool2d(Tensor x, int[] kernel, PoolOptions options) {
        return sliding("avgPool2d", Pool2d.Kind.AVG, x, kernel, options).values();
    }

    /** {@return the average of each window of {@code kernel} elements, side by side} */
    public static Tensor avgPool1d(Tensor x, int kernel) {
        return avgPool1d(x, kernel, DEFAULT);
    }

    /** {@return the average of each window of {@code kernel} elements} */
    public static Tensor avgPool1d(Tensor x, int kernel, Consumer<PoolOptions> options) {
        return avgPool1d(x, kernel, configured(options));
    }

    /** {@return the average of each window of {@code kernel} elements} */
    public static Tensor avgPool1d(Tensor x, int kernel, PoolOptions options) {
        return sequence("avgPool1d", Pool2d.Kind.AVG, x, kernel, options).values();
    }

    /** {@return averages of {@code rows} times {@code columns} nearly equal parts; 0 keeps that extent} */
    public static Tensor adaptiveAvgPool2d(Tensor x, long rows, long columns) {
        return adaptive("adaptiveAvgPool2d", Pool2d.Kind.AVG, x, rows, columns).values();
    }

    /** {@return maxima of {@code rows} times {@code columns} nearly equal parts; 0 keeps that extent} */
    public static Tensor adaptiveMaxPool2d(Tensor x, long rows, long columns) {
        return adaptive("adaptiveMaxPool2d", Pool2d.Kind.MAX, x, rows, columns).values();
    }

    /** {@return averages of {@code size} nearly equal parts of a sequence} */
    public static Tensor adaptiveAvgPool1d(Tensor x, long size) {
        checkRank("adaptiveAvgPool1d", x, 2);
        return adaptive("adaptiveAvgPool1d", Pool2d.Kind.AVG, x.unsqueeze(-2), 1, size).values().squeeze(-2);
    }

    /** {@return maxima of {@code size} nearly equal parts of a sequence} */
    public static Tensor adaptiveMaxPool1d(Tensor x, long size) {
        checkRank("adaptiveMaxPool1d", x, 2);
        return adaptive("adaptiveMaxPool1d", Pool2d.Kind.MAX, x.unsqueeze(-2), 1, size).values().squeeze(-2);
    }

    private static ValuesAndIndices sequence(String op, Pool2d.Kind kind, Tensor x, int kernel, PoolOptions options) {
        checkRank(op, x, 2);
        int[] given = options.stride();
        var flat =
                new PoolOptions()
                        .stride(1, given == null ? kernel : given[1])
                        .padding(0, options.padding()[1])
                        .dilation(1, options.dilation()[1])
                        .ceilMode(options.ceilMode())
                        .countIncludePad(options.countIncludePad());
        if (options.divisorOverride() != 0) {
            flat.divisorOverride(options.divisorOverride());
        }
        ValuesAndIndices r = sliding(op, kind, x.unsqueeze(-2), new int[] {1, kernel}, flat);
        return new ValuesAndIndices(r.values().squeeze(-2), r.indices().squeeze(-2));
    }

    private static ValuesAndIndices sliding(String op, Pool2d.Kind kind, Tensor x, int[] kernel, PoolOptions options) {
        checkRank(op, x, 3);
        int[] k = ConvSettings.pair(op + ", kernel", kernel, 1);
        int[] given = options.stride();
        int[] s = given == null ? k : given;
        int[] p = options.padding();
        int[] d = options.dilation();
        if (kind == Pool2d.Kind.AVG && (d[0] != 1 || d[1] != 1)) {
            throw new IllegalArgumentException(op + ": averages have no dilation");
        }
        var axes = new PoolAxis[2];
        for (int i = 0; i < 2; i++) {
            axes[i] = axis(op, x, x.size(x.dim() - 2 + i), k[i], s[i], p[i], d[i], options.ceilMode());
        }
        return run(new Pool2d(kind, axes[0], axes[1], options.countIncludePad(), options.divisorOverride()), x);
    }

    private static PoolAxis axis(
            String op, Tensor x, long in, int kernel, int stride, int padding, int dilation, boolean ceil) {
        if (2 * padding > kernel) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT, "%s: padding %d is more than half of the window of %d", op, padding, kernel));
        }
        long span = in + 2L * padding - (long) dilation * (kernel - 1) - 1;
        long count = (ceil ? Math.ceilDiv(span, (long) stride) : Math.floorDiv(span, (long) stride)) + 1;
        if (ceil && (count - 1) * stride >= in + padding) {
            count--; // the last window would begin in the padding behind
        }
        if (span < 0 && !ceil || count < 1) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: a window of %d with dilation %d is larger than input %s with padding %d",
                            op,
                            kernel,
                            dilation,
                            x.shape(),
                            padding));
        }
        return new PoolAxis.Sliding(kernel, stride, padding, dilation, count);
    }

    private static ValuesAndIndices adaptive(String op, Pool2d.Kind kind, Tensor x, long rows, long columns) {
        checkRank(op, x, 3);
        long h = x.size(-2);
        long w = x.size(-1);
        if (rows < 0 || columns < 0 || h == 0 || w == 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: cannot divide input %s into %d x %d parts",
                            op,
                            x.shape(),
                            rows,
                            columns));
        }
        var r = new PoolAxis.Adaptive(h, rows == 0 ? h : rows);
        var c = new PoolAxis.Adaptive(w, columns == 0 ? w : columns);
        return run(new Pool2d(kind, r, c, true, 0), x);
    }

    private static ValuesAndIndices run(Pool2d primitive, Tensor x) {
        if (x.dim() == 3) {
            ValuesAndIndices r = run(primitive, x.unsqueeze(0));
            return new ValuesAndIndices(r.values().squeeze(0), r.indices().squeeze(0));
        }
        Tensor[] out = Dispatch.apply(primitive, x);
        return new ValuesAndIndices(out[0], out[out.length - 1]);
    }

    private static void checkRank(String op, Tensor x, int unbatched) {
        if (x.dim() != unbatched && x.dim() != unbatched + 1) {
            throw new IllegalArgumentException(
                    "%s: input %s: wants %s"
                            .formatted(
                                    op,
                                    x.shape(),
                                    unbatched == 2 ? "[N, C, L] or [C, L]" : "[N, C, H, W] or [C, H, W]"));
        }
        if (!x.dtype().isFloating()) {
            throw new IllegalArgumentException(
                    "%s: wants a floating type, not %s; convert with to(FLOAT32)".formatted(op, x.dtype()));
        }
    }

    private static PoolOptions configured(Consumer<PoolOptions> options) {
        var o = new PoolOptions();
        options.accept(o);
        return o;
    }
}
