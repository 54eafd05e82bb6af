package fathom;

import fathom.primitive.Conv2d;
import fathom.primitive.Conv2dInputGrad;
import fathom.primitive.Window;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions as functions. Part of {@link Tensors}; the layers of {@code fathom.nn} call them.
 *
 * @see <a href="https://d2l.ai/chapter_convolutional-neural-networks/conv-layer.html">Dive into Deep Learning,
 *     Convolutions for Images</a>
 */
public final class ConvolutionFunctions {
    private ConvolutionFunctions() {}

    /** As {@link #conv1d(Tensor, Tensor, Tensor, Consumer)}, without padding, the kernel moving by one. */
    public static Tensor conv1d(Tensor x, Tensor weight, @Nullable Tensor bias) {
        return conv1d(x, weight, bias, ConvOptions.DEFAULT);
    }

    /** {@return {@link #conv1d(Tensor, Tensor, Tensor)} without a bias} */
    public static Tensor conv1d(Tensor x, Tensor weight) {
        return conv1d(x, weight, null);
    }

    /**
     * Cross-correlation along a sequence.
     *
     * @param x {@code [N, C, L]} or {@code [C, L]}
     * @param weight {@code [O, C/groups, K]}
     * @param bias {@code [O]}, or null
     * @return {@code [N, O, oL]} or {@code [O, oL]}
     * @throws IllegalArgumentException if shapes do not fit, naming them
     */
    public static Tensor conv1d(Tensor x, Tensor weight, @Nullable Tensor bias, Consumer<ConvOptions> options) {
        return conv1d(x, weight, bias, configured(options));
    }

    /** As {@link #conv1d(Tensor, Tensor, Tensor, Consumer)}. */
    public static Tensor conv1d(Tensor x, Tensor weight, @Nullable Tensor bias, ConvSettings<?> options) {
        if ((x.dim() != 2 && x.dim() != 3) || weight.dim() != 3) {
            throw new IllegalArgumentException(
                    "conv1d: input %s and weight %s: want [N, C, L] or [C, L] and [O, C/groups, K]"
                            .formatted(x.shape(), weight.shape()));
        }
        if (x.dim() == 2) {
            return conv1d(x.unsqueeze(0), weight, bias, options).squeeze(0);
        }
        int s = options.stride()[1];
        int p = options.padding()[1];
        int d = options.dilation()[1];
        checkFit("conv1d", x, weight, weight.size(1) * options.groups(), weight.size(0), options.groups());
        checkReach("conv1d", x, weight, new int[] {p}, new int[] {d});
        var primitive = new Conv2d(new Window(1, s, 0, p, 1, d), options.groups());
        return apply(
                        "conv1d",
                        primitive,
                        x.unsqueeze(2),
                        Dispatch.cast(OperationKind.CONVOLUTION, weight).unsqueeze(2),
                        bias)
                .squeeze(2);
    }

    /** As {@link #conv2d(Tensor, Tensor, Tensor, Consumer)}, without padding, the kernel moving by one. */
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
     * @throws IllegalArgumentException if shapes do not fit, naming them
     */
    public static Tensor conv2d(Tensor x, Tensor weight, @Nullable Tensor bias, Consumer<ConvOptions> options) {
        return conv2d(x, weight, bias, configured(options));
    }

    /** As {@link #conv2d(Tensor, Tensor, Tensor, Consumer)}. */
    public static Tensor conv2d(Tensor x, Tensor weight, @Nullable Tensor bias, ConvSettings<?> options) {
        if ((x.dim() != 3 && x.dim() != 4) || weight.dim() != 4) {
            throw new IllegalArgumentException(
                    "conv2d: input %s and weight %s: want [N, C, H, W] or [C, H, W] and [O, C/groups, kH, kW]"
                            .formatted(x.shape(), weight.shape()));
        }
        if (x.dim() == 3) {
            return conv2d(x.unsqueeze(0), weight, bias, options).squeeze(0);
        }
        int[] s = options.stride();
        int[] p = options.padding();
        int[] d = options.dilation();
        checkFit("conv2d", x, weight, weight.size(1) * options.groups(), weight.size(0), options.groups());
        checkReach("conv2d", x, weight, p, d);
        var primitive = new Conv2d(new Window(s[0], s[1], p[0], p[1], d[0], d[1]), options.groups());
        return apply("conv2d", primitive, x, weight, bias);
    }

    /** As {@link #convTranspose1d(Tensor, Tensor, Tensor, Consumer)}, without padding, the kernel moving by one. */
    public static Tensor convTranspose1d(Tensor x, Tensor weight, @Nullable Tensor bias) {
        return convTranspose1d(x, weight, bias, ConvOptions.DEFAULT);
    }

    /** {@return {@link #convTranspose1d(Tensor, Tensor, Tensor)} without a bias} */
    public static Tensor convTranspose1d(Tensor x, Tensor weight) {
        return convTranspose1d(x, weight, null);
    }

    /**
     * Transposed convolution along a sequence.
     *
     * @param x {@code [N, C, L]} or {@code [C, L]}
     * @param weight {@code [C, O/groups, K]}
     * @param bias {@code [O]}, or null
     * @return {@code [N, O, oL]} or {@code [O, oL]} with {@code oL = (L - 1) stride - 2 padding + dilation (K - 1) +
     *     outputPadding + 1}
     * @throws IllegalArgumentException if shapes do not fit, naming them
     */
    public static Tensor convTranspose1d(
            Tensor x, Tensor weight, @Nullable Tensor bias, Consumer<ConvOptions> options) {
        return convTranspose1d(x, weight, bias, configured(options));
    }

    /** As {@link #convTranspose1d(Tensor, Tensor, Tensor, Consumer)}. */
    public static Tensor convTranspose1d(Tensor x, Tensor weight, @Nullable Tensor bias, ConvSettings<?> options) {
        String op = "convTranspose1d";
        if ((x.dim() != 2 && x.dim() != 3) || weight.dim() != 3) {
            throw new IllegalArgumentException(
                    "%s: input %s and weight %s: want [N, C, L] or [C, L] and [C, O/groups, K]"
                            .formatted(op, x.shape(), weight.shape()));
        }
        if (x.dim() == 2) {
            return convTranspose1d(x.unsqueeze(0), weight, bias, options).squeeze(0);
        }
        checkFit(op, x, weight, weight.size(0), weight.size(0), options.groups());
        checkTypes(op, x, weight, bias);
        int s = options.stride()[1];
        int p = options.padding()[1];
        int d = options.dilation()[1];
        int o = options.outputPadding()[1];
        transposedExtent(op, x, weight, 0, s, p, d, o);
        var columns =
                new ConvOptions()
                        .stride(1, s)
                        .padding(0, p)
                        .dilation(1, d)
                        .outputPadding(0, o)
                        .groups(options.groups());
        return convTranspose2d(x.unsqueeze(2), weight.unsqueeze(2), bias, columns).squeeze(2);
    }

    /** As {@link #convTranspose2d(Tensor, Tensor, Tensor, Consumer)}, without padding, the kernel moving by one. */
    public static Tensor convTranspose2d(Tensor x, Tensor weight, @Nullable Tensor bias) {
        return convTranspose2d(x, weight, bias, ConvOptions.DEFAULT);
    }

    /** {@return {@link #convTranspose2d(Tensor, Tensor, Tensor)} without a bias} */
    public static Tensor convTranspose2d(Tensor x, Tensor weight) {
        return convTranspose2d(x, weight, null);
    }

    /**
     * Transposed convolution: the gradient of a convolution by its input, as an operation of its own.
     *
     * @param x {@code [N, C, H, W]} or {@code [C, H, W]}
     * @param weight {@code [C, O/groups, kH, kW]}
     * @param bias {@code [O]}, or null
     * @return {@code [N, O, oH, oW]} with {@code oH = (H - 1) stride - 2 padding + dilation (kH - 1) + outputPadding +
     *     1}
     * @throws IllegalArgumentException if shapes do not fit, naming them
     * @see <a href="https://d2l.ai/chapter_computer-vision/transposed-conv.html">Dive into Deep Learning, Transposed
     *     Convolution</a>
     */
    public static Tensor convTranspose2d(
            Tensor x, Tensor weight, @Nullable Tensor bias, Consumer<ConvOptions> options) {
        return convTranspose2d(x, weight, bias, configured(options));
    }

    /** As {@link #convTranspose2d(Tensor, Tensor, Tensor, Consumer)}. */
    public static Tensor convTranspose2d(Tensor x, Tensor weight, @Nullable Tensor bias, ConvSettings<?> options) {
        if ((x.dim() != 3 && x.dim() != 4) || weight.dim() != 4) {
            throw new IllegalArgumentException(
                    "convTranspose2d: input %s and weight %s: want [N, C, H, W] or [C, H, W] and [C, O/groups, kH, kW]"
                            .formatted(x.shape(), weight.shape()));
        }
        if (x.dim() == 3) {
            return convTranspose2d(x.unsqueeze(0), weight, bias, options).squeeze(0);
        }
        checkFit("convTranspose2d", x, weight, weight.size(0), weight.size(0), options.groups());
        checkTypes("convTranspose2d", x, weight, bias);
        int[] s = options.stride();
        int[] p = options.padding();
        int[] d = options.dilation();
        int[] o = options.outputPadding();
        var out = new long[2];
        boolean beyond = false;
        for (int i = 0; i < 2; i++) {
            out[i] = transposedExtent("convTranspose2d", x, weight, i, s[i], p[i], d[i], o[i]);
            beyond |= o[i] >= s[i];
        }
        Tensor y =
                beyond ? transposedBeyond(x, weight, options) : transposed(x, weight, options.groups(), s, p, d, out);
        return bias == null ? y : y.add(bias.to(y.dtype()).reshape(-1, 1, 1));
    }

    /** {@return the extent of a transposed convolution's result along axis {@code i}} */
    private static long transposedExtent(
            String op, Tensor x, Tensor weight, int i, int stride, int padding, int dilation, int outputPadding) {
        if (outputPadding >= stride && outputPadding >= dilation) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: outputPadding %d must be less than the stride %d or the dilation %d",
                            op,
                            outputPadding,
                            stride,
                            dilation));
        }
        long reach = dilation * (weight.size(2 + i) - 1) + outputPadding + 1;
        long out = (x.size(2 + i) - 1) * stride - 2L * padding + reach;
        if (out < 1) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: input %s and weight %s with padding %d would give %d rows or columns",
                            op,
                            x.shape(),
                            weight.shape(),
                            padding,
                            out));
        }
        return out;
    }

    private static Tensor transposed(Tensor x, Tensor weight, int groups, int[] s, int[] p, int[] d, long[] out) {
        var primitive = new Conv2dInputGrad(new Window(s[0], s[1], p[0], p[1], d[0], d[1]), groups, out[0], out[1]);
        return Dispatch.apply(
                primitive,
                Dispatch.cast(OperationKind.CONVOLUTION, x),
                Dispatch.cast(OperationKind.CONVOLUTION, weight))[0];
    }

    /**
     * Additional rows or columns of a stride or more: a convolution of the result would have more positions than x has
     * pixels, so this is no gradient of one. The whole result without padding is, and is cut or goes on with zeros.
     */
    private static Tensor transposedBeyond(Tensor x, Tensor weight, ConvSettings<?> options) {
        int[] s = options.stride();
        int[] p = options.padding();
        int[] d = options.dilation();
        int[] o = options.outputPadding();
        var whole = new long[2];
        for (int i = 0; i < 2; i++) {
            whole[i] = (x.size(2 + i) - 1) * s[i] + d[i] * (weight.size(2 + i) - 1) + 1;
        }
        Tensor y = transposed(x, weight, options.groups(), s, new int[2], d, whole);
        return ImageFunctions.pad(y, -p[1], o[1] - p[1], -p[0], o[0] - p[0]);
    }

    private static Tensor apply(String op, Conv2d primitive, Tensor x, Tensor weight, @Nullable Tensor bias) {
        checkTypes(op, x, weight, bias);
        Tensor in = Dispatch.cast(OperationKind.CONVOLUTION, x);
        Tensor w = Dispatch.cast(OperationKind.CONVOLUTION, weight);
        return bias == null ? Dispatch.apply(primitive, in, w)[0] : Dispatch.apply(primitive, in, w, bias)[0];
    }

    private static void checkTypes(String op, Tensor x, Tensor weight, @Nullable Tensor bias) {
        OperandTypes.same(op, "input", x, "weight", weight);
        OperandTypes.parameter(op, Dispatch.cast(OperationKind.CONVOLUTION, x.dtype()), "bias", bias);
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
                            "%s: input %s has %d channels, weight %s%s wants %d",
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
                            "%s: the first extent of weight %s is not a multiple of %d groups",
                            op,
                            weight.shape(),
                            groups));
        }
    }

    private static void checkReach(String op, Tensor x, Tensor weight, int[] padding, int[] dilation) {
        for (int i = 0; i < padding.length; i++) {
            long reach = dilation[i] * (weight.size(2 + i) - 1) + 1;
            long room = x.size(2 + i) + 2L * padding[i];
            if (reach > room) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "%s: input %s with padding %d is smaller (%d) than the kernel of weight %s with dilation %d (%d)",
                                op,
                                x.shape(),
                                padding[i],
                                room,
                                weight.shape(),
                                dilation[i],
                                reach));
            }
        }
    }
}
