package fathom.functional;

import fathom.Tensor;
import fathom.Tensors;
import fathom.dispatch.OperandTypes;
import fathom.dispatch.TensorAccess;
import fathom.primitive.OperationKind;
import fathom.primitive.Ops;
import fathom.primitive.window.Convolution;
import fathom.primitive.window.ConvolutionInputGrad;
import fathom.primitive.window.Window;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions as functions. Part of {@link Tensors}; used by the layers of {@code fathom.nn}.
 *
 * @see <a href="https://d2l.ai/chapter_convolutional-neural-networks/conv-layer.html">Dive into Deep Learning,
 *     Convolutions for Images</a>
 */
public final class ConvolutionFunctions {
    /** Spatial dimensions of inputs and kernels in messages, by rank. */
    private static final String[] SPATIAL = {"L", "H, W", "D, H, W"};

    private static final String[] KERNELS = {"K", "kH, kW", "kD, kH, kW"};

    private ConvolutionFunctions() {}

    /** As {@link #conv1d(Tensor, Tensor, Tensor, Consumer)}, with stride 1 and no padding. */
    public static Tensor conv1d(Tensor x, Tensor weight, @Nullable Tensor bias) {
        return conv1d(x, weight, bias, ConvOptions.DEFAULT);
    }

    /** {@return {@link #conv1d(Tensor, Tensor, Tensor)} without a bias} */
    public static Tensor conv1d(Tensor x, Tensor weight) {
        return conv1d(x, weight, null);
    }

    /**
     * One-dimensional cross-correlation.
     *
     * @param x {@code [N, C, L]} or {@code [C, L]}
     * @param weight {@code [O, C/groups, K]}
     * @param bias {@code [O]}, or null
     * @return {@code [N, O, oL]} or {@code [O, oL]}
     * @throws IllegalArgumentException if shapes do not match, naming them
     */
    public static Tensor conv1d(Tensor x, Tensor weight, @Nullable Tensor bias, Consumer<ConvOptions> options) {
        return conv1d(x, weight, bias, configured(options));
    }

    /** As {@link #conv1d(Tensor, Tensor, Tensor, Consumer)}. */
    public static Tensor conv1d(Tensor x, Tensor weight, @Nullable Tensor bias, AbstractConvOptions<?> options) {
        return convolution(1, x, weight, bias, options);
    }

    /** As {@link #conv2d(Tensor, Tensor, Tensor, Consumer)}, with stride 1 and no padding. */
    public static Tensor conv2d(Tensor x, Tensor weight, @Nullable Tensor bias) {
        return conv2d(x, weight, bias, ConvOptions.DEFAULT);
    }

    /** {@return {@link #conv2d(Tensor, Tensor, Tensor)} without a bias} */
    public static Tensor conv2d(Tensor x, Tensor weight) {
        return conv2d(x, weight, null);
    }

    /**
     * Two-dimensional cross-correlation.
     *
     * @param x {@code [N, C, H, W]} or {@code [C, H, W]}
     * @param weight {@code [O, C/groups, kH, kW]}
     * @param bias {@code [O]}, or null
     * @return {@code [N, O, oH, oW]} or {@code [O, oH, oW]}
     * @throws IllegalArgumentException if shapes do not match, naming them
     */
    public static Tensor conv2d(Tensor x, Tensor weight, @Nullable Tensor bias, Consumer<ConvOptions> options) {
        return conv2d(x, weight, bias, configured(options));
    }

    /** As {@link #conv2d(Tensor, Tensor, Tensor, Consumer)}. */
    public static Tensor conv2d(Tensor x, Tensor weight, @Nullable Tensor bias, AbstractConvOptions<?> options) {
        return convolution(2, x, weight, bias, options);
    }

    /** As {@link #conv3d(Tensor, Tensor, Tensor, Consumer)}, with stride 1 and no padding. */
    public static Tensor conv3d(Tensor x, Tensor weight, @Nullable Tensor bias) {
        return conv3d(x, weight, bias, ConvOptions.DEFAULT);
    }

    /** {@return {@link #conv3d(Tensor, Tensor, Tensor)} without a bias} */
    public static Tensor conv3d(Tensor x, Tensor weight) {
        return conv3d(x, weight, null);
    }

    /**
     * Three-dimensional cross-correlation, for volumes or videos.
     *
     * @param x {@code [N, C, D, H, W]} or {@code [C, D, H, W]}
     * @param weight {@code [O, C/groups, kD, kH, kW]}
     * @param bias {@code [O]}, or null
     * @return {@code [N, O, oD, oH, oW]} or {@code [O, oD, oH, oW]}
     * @throws IllegalArgumentException if shapes do not match, naming them
     */
    public static Tensor conv3d(Tensor x, Tensor weight, @Nullable Tensor bias, Consumer<ConvOptions> options) {
        return conv3d(x, weight, bias, configured(options));
    }

    /** As {@link #conv3d(Tensor, Tensor, Tensor, Consumer)}. */
    public static Tensor conv3d(Tensor x, Tensor weight, @Nullable Tensor bias, AbstractConvOptions<?> options) {
        return convolution(3, x, weight, bias, options);
    }

    /** As {@link #convTranspose1d(Tensor, Tensor, Tensor, Consumer)}, with stride 1 and no padding. */
    public static Tensor convTranspose1d(Tensor x, Tensor weight, @Nullable Tensor bias) {
        return convTranspose1d(x, weight, bias, ConvOptions.DEFAULT);
    }

    /** {@return {@link #convTranspose1d(Tensor, Tensor, Tensor)} without a bias} */
    public static Tensor convTranspose1d(Tensor x, Tensor weight) {
        return convTranspose1d(x, weight, null);
    }

    /**
     * One-dimensional transposed convolution.
     *
     * @param x {@code [N, C, L]} or {@code [C, L]}
     * @param weight {@code [C, O/groups, K]}
     * @param bias {@code [O]}, or null
     * @return {@code [N, O, oL]} or {@code [O, oL]} with {@code oL = (L - 1) stride - 2 padding + dilation (K - 1) +
     *     outputPadding + 1}
     * @throws IllegalArgumentException if shapes do not match, naming them
     */
    public static Tensor convTranspose1d(
            Tensor x, Tensor weight, @Nullable Tensor bias, Consumer<ConvOptions> options) {
        return convTranspose1d(x, weight, bias, configured(options));
    }

    /** As {@link #convTranspose1d(Tensor, Tensor, Tensor, Consumer)}. */
    public static Tensor convTranspose1d(
            Tensor x, Tensor weight, @Nullable Tensor bias, AbstractConvOptions<?> options) {
        return transposedConvolution(1, x, weight, bias, options);
    }

    /** As {@link #convTranspose2d(Tensor, Tensor, Tensor, Consumer)}, with stride 1 and no padding. */
    public static Tensor convTranspose2d(Tensor x, Tensor weight, @Nullable Tensor bias) {
        return convTranspose2d(x, weight, bias, ConvOptions.DEFAULT);
    }

    /** {@return {@link #convTranspose2d(Tensor, Tensor, Tensor)} without a bias} */
    public static Tensor convTranspose2d(Tensor x, Tensor weight) {
        return convTranspose2d(x, weight, null);
    }

    /**
     * Two-dimensional transposed convolution: the input gradient of a convolution, as an operation of its own.
     *
     * @param x {@code [N, C, H, W]} or {@code [C, H, W]}
     * @param weight {@code [C, O/groups, kH, kW]}
     * @param bias {@code [O]}, or null
     * @return {@code [N, O, oH, oW]} or {@code [O, oH, oW]} with {@code oH = (H - 1) stride - 2 padding + dilation (kH
     *     - 1) + outputPadding + 1}
     * @throws IllegalArgumentException if shapes do not match, naming them
     * @see <a href="https://d2l.ai/chapter_computer-vision/transposed-conv.html">Dive into Deep Learning, Transposed
     *     Convolution</a>
     */
    public static Tensor convTranspose2d(
            Tensor x, Tensor weight, @Nullable Tensor bias, Consumer<ConvOptions> options) {
        return convTranspose2d(x, weight, bias, configured(options));
    }

    /** As {@link #convTranspose2d(Tensor, Tensor, Tensor, Consumer)}. */
    public static Tensor convTranspose2d(
            Tensor x, Tensor weight, @Nullable Tensor bias, AbstractConvOptions<?> options) {
        return transposedConvolution(2, x, weight, bias, options);
    }

    /** As {@link #convTranspose3d(Tensor, Tensor, Tensor, Consumer)}, with stride 1 and no padding. */
    public static Tensor convTranspose3d(Tensor x, Tensor weight, @Nullable Tensor bias) {
        return convTranspose3d(x, weight, bias, ConvOptions.DEFAULT);
    }

    /** {@return {@link #convTranspose3d(Tensor, Tensor, Tensor)} without a bias} */
    public static Tensor convTranspose3d(Tensor x, Tensor weight) {
        return convTranspose3d(x, weight, null);
    }

    /**
     * Three-dimensional transposed convolution.
     *
     * @param x {@code [N, C, D, H, W]} or {@code [C, D, H, W]}
     * @param weight {@code [C, O/groups, kD, kH, kW]}
     * @param bias {@code [O]}, or null
     * @return {@code [N, O, oD, oH, oW]} or {@code [O, oD, oH, oW]} with {@code oD = (D - 1) stride - 2 padding +
     *     dilation (kD - 1) + outputPadding + 1}
     * @throws IllegalArgumentException if shapes do not match, naming them
     */
    public static Tensor convTranspose3d(
            Tensor x, Tensor weight, @Nullable Tensor bias, Consumer<ConvOptions> options) {
        return convTranspose3d(x, weight, bias, configured(options));
    }

    /** As {@link #convTranspose3d(Tensor, Tensor, Tensor, Consumer)}. */
    public static Tensor convTranspose3d(
            Tensor x, Tensor weight, @Nullable Tensor bias, AbstractConvOptions<?> options) {
        return transposedConvolution(3, x, weight, bias, options);
    }

    private static Tensor convolution(
            int rank, Tensor x, Tensor weight, @Nullable Tensor bias, AbstractConvOptions<?> options) {
        String op = "conv" + rank + "d";
        checkRank(op, rank, x, weight, "O, C/groups");
        if (x.dim() == rank + 1) {
            return convolution(rank, x.unsqueeze(0), weight, bias, options).squeeze(0);
        }
        Window window = options.window(kernel(weight));
        checkFit(op, x, weight, weight.size(1) * options.groups(), weight.size(0), options.groups());
        checkReach(op, x, weight, window);
        checkTypes(op, x, weight, bias);
        var primitive = new Convolution(window, options.groups());
        Tensor in = TensorAccess.cast(OperationKind.CONVOLUTION, x);
        Tensor w = TensorAccess.cast(OperationKind.CONVOLUTION, weight);
        return bias == null ? Ops.applyAll(primitive, in, w)[0] : Ops.applyAll(primitive, in, w, bias)[0];
    }

    private static Tensor transposedConvolution(
            int rank, Tensor x, Tensor weight, @Nullable Tensor bias, AbstractConvOptions<?> options) {
        String op = "convTranspose" + rank + "d";
        checkRank(op, rank, x, weight, "C, O/groups");
        if (x.dim() == rank + 1) {
            return transposedConvolution(rank, x.unsqueeze(0), weight, bias, options).squeeze(0);
        }
        checkFit(op, x, weight, weight.size(0), weight.size(0), options.groups());
        checkTypes(op, x, weight, bias);
        if (options.isPaddingSame()) {
            throw new IllegalArgumentException(
                    op + ": padding \"same\" is not defined for transposed convolutions; use numbers");
        }
        Window window = options.window(kernel(weight));
        int[] more = options.outputPaddings(rank);
        var axes = new Window.Axis[rank];
        var out = new long[rank];
        for (int i = 0; i < rank; i++) {
            Window.Axis a = window.axis(i);
            out[i] = transposedExtent(op, x, weight, i, a, more[i]);
            // the output padding covers elements that the corresponding forward convolution does not read
            axes[i] = new Window.Axis(a.stride(), a.low(), a.high() - more[i], a.dilation());
        }
        var primitive = new ConvolutionInputGrad(new Window(axes), options.groups(), out);
        Tensor y =
                Ops.applyAll(
                        primitive,
                        TensorAccess.cast(OperationKind.CONVOLUTION, x),
                        TensorAccess.cast(OperationKind.CONVOLUTION, weight))[0];
        if (bias == null) {
            return y;
        }
        var shape = new long[rank + 1];
        Arrays.fill(shape, 1);
        shape[0] = -1;
        return y.add(bias.to(y.dtype()).reshape(shape));
    }

    /** {@return the size of a transposed convolution's result along axis {@code i}} */
    private static long transposedExtent(
            String op, Tensor x, Tensor weight, int i, Window.Axis axis, int outputPadding) {
        if (outputPadding >= axis.stride() && outputPadding >= axis.dilation()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: outputPadding %d must be less than the stride %d or the dilation %d",
                            op,
                            outputPadding,
                            axis.stride(),
                            axis.dilation()));
        }
        long reach = axis.reach(weight.size(2 + i)) + outputPadding;
        long out = (x.size(2 + i) - 1) * axis.stride() - axis.low() - axis.high() + reach;
        if (out < 1) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: input %s and weight %s with padding %s would give %d elements along dimension %d",
                            op,
                            x.shape(),
                            weight.shape(),
                            padding(axis),
                            out,
                            2 + i));
        }
        return out;
    }

    private static String padding(Window.Axis axis) {
        return axis.low() == axis.high()
                ? Integer.toString(axis.low())
                : String.format(Locale.ROOT, "%d and %d", axis.low(), axis.high());
    }

    private static long[] kernel(Tensor weight) {
        return Arrays.copyOfRange(Ops.shape(weight), 2, weight.dim());
    }

    private static void checkRank(String op, int rank, Tensor x, Tensor weight, String channels) {
        if ((x.dim() != rank + 1 && x.dim() != rank + 2) || weight.dim() != rank + 2) {
            String extents = SPATIAL[rank - 1];
            throw new IllegalArgumentException(
                    "%s: input %s and weight %s: expected [N, C, %s] or [C, %s] and [%s, %s]"
                            .formatted(op, x.shape(), weight.shape(), extents, extents, channels, KERNELS[rank - 1]));
        }
    }

    private static void checkTypes(String op, Tensor x, Tensor weight, @Nullable Tensor bias) {
        OperandTypes.same(op, "input", x, "weight", weight);
        OperandTypes.parameter(op, TensorAccess.cast(OperationKind.CONVOLUTION, x.dtype()), "bias", bias);
    }

    private static ConvOptions configured(Consumer<ConvOptions> options) {
        var o = new ConvOptions();
        options.accept(o);
        return o;
    }

    private static void checkFit(String op, Tensor x, Tensor weight, long channels, long grouped, int groups) {
        if (x.size(1) != channels) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: input %s has %d channels, weight %s%s expects %d",
                            op,
                            x.shape(),
                            x.size(1),
                            weight.shape(),
                            groups == 1 ? "" : String.format(Locale.ROOT, " with %d groups", groups),
                            channels));
        }
        if (grouped % groups != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: the first dimension of weight %s is not a multiple of %d groups",
                            op,
                            weight.shape(),
                            groups));
        }
    }

    private static void checkReach(String op, Tensor x, Tensor weight, Window window) {
        for (int i = 0; i < window.rank(); i++) {
            Window.Axis axis = window.axis(i);
            long reach = axis.reach(weight.size(2 + i));
            long room = x.size(2 + i) + axis.low() + axis.high();
            if (reach > room) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "%s: input %s with padding %s is smaller (%d) than the kernel of weight %s with dilation %d (%d)",
                                op,
                                x.shape(),
                                padding(axis),
                                room,
                                weight.shape(),
                                axis.dilation(),
                                reach));
            }
        }
    }
}
