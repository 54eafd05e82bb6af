package fathom.functional;

import fathom.Tensor;
import fathom.Tensors;
import fathom.primitive.Ops;
import fathom.primitive.window.Fold;
import fathom.primitive.window.Unfold;
import fathom.primitive.window.Window;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;

/** Windows of images as columns (im2col) and the adjoint (col2im), as functions. Part of {@link Tensors}. */
public final class WindowFunctions {
    private WindowFunctions() {}

    /** {@return {@link #unfold(Tensor, int[], UnfoldOptions)} with square windows and the defaults} */
    public static Tensor unfold(Tensor x, int kernelSize) {
        return unfold(x, new int[] {kernelSize}, new UnfoldOptions());
    }

    /**
     * As {@link #unfold(Tensor, int[], UnfoldOptions)}, with square windows: {@code unfold(x, 3, o -> o.padding(1))}.
     */
    public static Tensor unfold(Tensor x, int kernelSize, Consumer<UnfoldOptions> options) {
        return unfold(x, new int[] {kernelSize}, configured(options));
    }

    /** As {@link #unfold(Tensor, int[], UnfoldOptions)}. */
    public static Tensor unfold(Tensor x, int[] kernelSize, Consumer<UnfoldOptions> options) {
        return unfold(x, kernelSize, configured(options));
    }

    /**
     * The windows of images as columns (im2col); for windows along one dimension, as a view, see {@link
     * Tensor#unfold(int, long, long)}.
     *
     * @param x {@code [N, C, H, W]} or {@code [C, H, W]}
     * @param kernelSize rows and columns of a window, or one number for both
     * @return {@code [N, C kH kW, windows]} or {@code [C kH kW, windows]}, windows in row-major order
     * @throws IllegalArgumentException if the shape is invalid, or a window is larger than the padded image
     */
    public static Tensor unfold(Tensor x, int[] kernelSize, UnfoldOptions options) {
        String op = "unfold";
        if (x.dim() == 3) {
            return unfold(x.unsqueeze(0), kernelSize, options).squeeze(0);
        }
        if (x.dim() != 4) {
            throw new IllegalArgumentException(
                    "%s: input %s: expected [N, C, H, W] or [C, H, W]".formatted(op, x.shape()));
        }
        Unfold windows = windows(op, kernelSize, options);
        checkReach(op, windows, x.size(2), x.size(3));
        return Ops.applyAll(windows, x)[0];
    }

    /** {@return {@link #fold(Tensor, long[], int[], UnfoldOptions)} with square windows and the defaults} */
    public static Tensor fold(Tensor x, long[] outputSize, int kernelSize) {
        return fold(x, outputSize, new int[] {kernelSize}, new UnfoldOptions());
    }

    /** As {@link #fold(Tensor, long[], int[], UnfoldOptions)}, with square windows. */
    public static Tensor fold(Tensor x, long[] outputSize, int kernelSize, Consumer<UnfoldOptions> options) {
        return fold(x, outputSize, new int[] {kernelSize}, configured(options));
    }

    /** As {@link #fold(Tensor, long[], int[], UnfoldOptions)}. */
    public static Tensor fold(Tensor x, long[] outputSize, int[] kernelSize, Consumer<UnfoldOptions> options) {
        return fold(x, outputSize, kernelSize, configured(options));
    }

    /**
     * Sums columns into the positions of their windows in images (col2im).
     *
     * @param x {@code [N, C kH kW, windows]} or {@code [C kH kW, windows]}
     * @param outputSize rows and columns of the images, or one number for both
     * @param kernelSize rows and columns of a window, or one number for both
     * @return {@code [N, C, H, W]} or {@code [C, H, W]}
     * @throws IllegalArgumentException if shapes do not match, naming them
     */
    public static Tensor fold(Tensor x, long[] outputSize, int[] kernelSize, UnfoldOptions options) {
        String op = "fold";
        if (x.dim() == 2) {
            return fold(x.unsqueeze(0), outputSize, kernelSize, options).squeeze(0);
        }
        if (outputSize.length < 1 || outputSize.length > 2 || Arrays.stream(outputSize).anyMatch(n -> n < 1)) {
            throw new IllegalArgumentException(
                    "%s: outputSize must be one positive number, or two for rows and columns, not %s"
                            .formatted(op, Arrays.toString(outputSize)));
        }
        long h = outputSize[0];
        long w = outputSize[outputSize.length - 1];
        Unfold windows = windows(op, kernelSize, options);
        checkReach(op, windows, h, w);
        long area = (long) windows.kernelH() * windows.kernelW();
        long count =
                windows.window().rows().out(h, windows.kernelH())
                        * windows.window().columns().out(w, windows.kernelW());
        if (x.dim() != 3 || x.size(1) % area != 0 || x.size(2) != count) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: input %s: images of %d x %d have %d windows of %d x %d: expected [N, C * %d, %d]",
                            op,
                            x.shape(),
                            h,
                            w,
                            count,
                            windows.kernelH(),
                            windows.kernelW(),
                            area,
                            count));
        }
        return Ops.applyAll(new Fold(windows, x.size(1) / area, h, w), x)[0];
    }

    private static Unfold windows(String op, int[] kernelSize, UnfoldOptions o) {
        int[] k = AbstractConvOptions.pair(op + ", kernelSize", kernelSize, 1);
        int[] s = o.stride();
        int[] p = o.padding();
        int[] d = o.dilation();
        return new Unfold(Window.ofImages(s[0], s[1], p[0], p[1], d[0], d[1]), k[0], k[1]);
    }

    private static void checkReach(String op, Unfold u, long h, long w) {
        Window.Axis r = u.window().rows();
        Window.Axis c = u.window().columns();
        long rows = r.reach(u.kernelH());
        long columns = c.reach(u.kernelW());
        if (rows > h + 2L * r.low() || columns > w + 2L * c.low()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: windows of %d x %d with dilation %d and %d are larger than images of %d x %d with padding %d and %d",
                            op,
                            u.kernelH(),
                            u.kernelW(),
                            r.dilation(),
                            c.dilation(),
                            h,
                            w,
                            r.low(),
                            c.low()));
        }
    }

    private static UnfoldOptions configured(Consumer<UnfoldOptions> options) {
        var o = new UnfoldOptions();
        options.accept(o);
        return o;
    }
}
