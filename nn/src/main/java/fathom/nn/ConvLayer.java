package fathom.nn;

import fathom.Tensor;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What convolutions have in common: a kernel per pair of channels, a bias per output channel. Both are uniform within
 * {@code 1 / sqrt(fan in)} at first.
 */
public abstract class ConvLayer extends BuiltInLayer {
    /** {@code [out, in/groups, kernel...]}; of transposed convolutions {@code [in, out/groups, kernel...]}. */
    public final Tensor weight;

    /** {@code [out]}, or null. */
    public final @Nullable Tensor bias;

    private final int inChannels;
    private final int outChannels;
    private final int[] kernel;
    private final boolean transposed;

    /** The settings. */
    final ConvLayerOptions options;

    ConvLayer(int inChannels, int outChannels, int[] kernel, boolean transposed, Consumer<ConvLayerOptions> options) {
        var o = new ConvLayerOptions();
        options.accept(o);
        String name = getClass().getSimpleName();
        if (inChannels % o.groups() != 0 || outChannels % o.groups() != 0) {
            throw new IllegalArgumentException(
                    "%s: %d and %d channels cannot be divided into %d groups"
                            .formatted(name, inChannels, outChannels, o.groups()));
        }
        this.options = o;
        this.inChannels = inChannels;
        this.outChannels = outChannels;
        this.kernel = kernel.clone();
        this.transposed = transposed;
        var shape = new long[2 + kernel.length];
        shape[0] = transposed ? inChannels : outChannels;
        shape[1] = (transposed ? outChannels : inChannels) / o.groups();
        for (int i = 0; i < kernel.length; i++) {
            shape[2 + i] = kernel[i];
        }
        weight = parameter(Init.empty(name, shape));
        Init.kaimingUniform_(weight, k -> k.a(Math.sqrt(5)));
        bias = o.bias() ? parameter(Init.biasWithin(Init.fanIn(weight), outChannels)) : null;
    }

    static int[] square(int kernel) {
        return new int[] {kernel, kernel};
    }

    static int[] rowsAndColumns(int... kernel) {
        if (kernel.length != 2) {
            throw new IllegalArgumentException("a kernel has rows and columns, not " + Arrays.toString(kernel));
        }
        return kernel;
    }

    /** The settings' numbers for as many axes as the kernel has. */
    private int[] axes(int[] rowsAndColumns) {
        return Arrays.copyOfRange(rowsAndColumns, 2 - kernel.length, 2);
    }

    @Override
    protected String extraRepr() {
        var text =
                new StringBuilder(
                        "%d, %d, kernel_size=%s, stride=%s"
                                .formatted(
                                        inChannels,
                                        outChannels,
                                        Reprs.tuple(kernel),
                                        Reprs.tuple(axes(options.stride()))));
        append(text, "padding", axes(options.padding()), 0);
        append(text, "dilation", axes(options.dilation()), 1);
        if (transposed) {
            append(text, "output_padding", axes(options.outputPadding()), 0);
        }
        if (options.groups() != 1) {
            text.append(", groups=").append(options.groups());
        }
        if (bias == null) {
            text.append(", bias=False");
        }
        return text.toString();
    }

    private static void append(StringBuilder text, String name, int[] values, int usual) {
        if (Arrays.stream(values).anyMatch(v -> v != usual)) {
            text.append(", ").append(name).append('=').append(Reprs.tuple(values));
        }
    }
}
