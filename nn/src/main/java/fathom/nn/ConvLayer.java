package fathom.nn;

import fathom.ConvOptions;
import fathom.ConvSettings;
import fathom.PadMode;
import fathom.Tensor;
import fathom.Tensors;
import fathom.primitive.Ops;
import java.util.Arrays;
import java.util.Locale;
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

    private final ConvLayerOptions options;
    private final ConvSettings<?> settings;

    ConvLayer(int inChannels, int outChannels, int[] kernel, boolean transposed, Consumer<ConvLayerOptions> options) {
        var o = new ConvLayerOptions();
        options.accept(o);
        String name = getClass().getSimpleName();
        if (transposed && o.paddingMode() != PadMode.ZEROS) {
            throw new IllegalArgumentException(name + ": pads with zeros only");
        }
        if (inChannels % o.groups() != 0 || outChannels % o.groups() != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: %d and %d channels cannot be divided into %d groups",
                            name,
                            inChannels,
                            outChannels,
                            o.groups()));
        }
        this.options = o;
        settings = o.paddingMode() == PadMode.ZEROS ? o : withoutPadding(o);
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
        if (kernel.length == 2 && !transposed) {
            Ops.expect(fathom.primitive.Conv2d.class, shape);
        }
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
                        String.format(
                                Locale.ROOT,
                                "%d, %d, kernel_size=%s, stride=%s",
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
        if (options.paddingMode() != PadMode.ZEROS) {
            text.append(", padding_mode=").append(options.paddingMode().name().toLowerCase(Locale.ROOT));
        }
        return text.toString();
    }

    /** {@return the input, with what is not zeros around it} */
    final Tensor padded(Tensor x) {
        if (options.paddingMode() == PadMode.ZEROS) {
            return x;
        }
        int[] p = axes(options.padding());
        var pads = new long[2 * p.length];
        for (int i = 0; i < p.length; i++) {
            pads[2 * i] = p[p.length - 1 - i];
            pads[2 * i + 1] = p[p.length - 1 - i];
        }
        return Tensors.pad(x, pads, options.paddingMode());
    }

    /** {@return the settings for what {@link #padded} gives} */
    final ConvSettings<?> settings() {
        return settings;
    }

    private static ConvSettings<?> withoutPadding(ConvLayerOptions o) {
        return new ConvOptions().stride(o.stride()).dilation(o.dilation()).groups(o.groups());
    }

    private static void append(StringBuilder text, String name, int[] values, int usual) {
        if (Arrays.stream(values).anyMatch(v -> v != usual)) {
            text.append(", ").append(name).append('=').append(Reprs.tuple(values));
        }
    }
}
