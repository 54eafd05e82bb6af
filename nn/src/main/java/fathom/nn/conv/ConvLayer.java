package fathom.nn.conv;

import fathom.Tensor;
import fathom.Tensors;
import fathom.functional.AbstractConvOptions;
import fathom.functional.ConvOptions;
import fathom.nn.Adaptable;
import fathom.nn.AdapterSlot;
import fathom.nn.BuiltInLayer;
import fathom.nn.Init;
import fathom.nn.LoraAdapter;
import fathom.nn.Reprs;
import fathom.nn.pool.PoolLayer;
import fathom.options.PadMode;
import fathom.primitive.Ops;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Base class of convolutions: a kernel per pair of channels, a bias per output channel. Both are initialised uniformly
 * in {@code [-b, b]}, {@code b = 1 / sqrt(fan in)}.
 */
public abstract class ConvLayer extends BuiltInLayer implements Adaptable {
    /** {@code [out, in/groups, kernel...]}; for transposed convolutions {@code [in, out/groups, kernel...]}. */
    public final Tensor weight;

    /** {@code [out]}, or null. */
    public final @Nullable Tensor bias;

    private @Nullable LoraAdapter adapter;

    private final int inChannels;
    private final int outChannels;
    private final int[] kernel;
    private final boolean transposed;

    private final ConvLayerOptions options;
    private final AbstractConvOptions<?> settings;

    /** The padding before and after, along each axis. */
    private final int[][] paddings;

    ConvLayer(
            int rank,
            int inChannels,
            int outChannels,
            int[] kernel,
            boolean transposed,
            Consumer<ConvLayerOptions> options) {
        var o = new ConvLayerOptions();
        options.accept(o);
        String name = getClass().getSimpleName();
        if (transposed && o.paddingMode() != PadMode.ZEROS) {
            throw new IllegalArgumentException(name + ": only zero padding is supported");
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
        this.inChannels = inChannels;
        this.outChannels = outChannels;
        this.kernel = PoolLayer.axes(name, rank, kernel);
        this.transposed = transposed;
        var shape = new long[2 + rank];
        shape[0] = transposed ? inChannels : outChannels;
        shape[1] = (transposed ? outChannels : inChannels) / o.groups();
        for (int i = 0; i < rank; i++) {
            shape[2 + i] = this.kernel[i];
        }
        if (transposed && o.isPaddingSame()) {
            throw new IllegalArgumentException(
                    name + ": padding \"same\" is not defined for transposed convolutions; use numbers");
        }
        paddings = o.paddings(Arrays.copyOfRange(shape, 2, shape.length)); // validates the padding
        o.strides(rank);
        o.dilations(rank);
        o.outputPaddings(rank);
        settings = o.paddingMode() == PadMode.ZEROS ? o : withoutPadding(o, rank);
        weight = parameter(Init.empty(name, shape));
        if (rank == 2 && !transposed) {
            Ops.announce(fathom.primitive.window.Convolution.class, shape);
        }
        Init.kaimingUniform_(weight, k -> k.a(Math.sqrt(5)));
        bias = o.bias() ? parameter(Init.uniformBias(Init.fanIn(weight), outChannels)) : null;
    }

    @Override
    protected final Tensor compute(Tensor x) {
        Tensor in = padded(x);
        Tensor y = convolved(in, weight, bias, settings);
        LoraAdapter a = adapter;
        if (a == null) {
            return y;
        }
        Tensor low = convolved(a.input(in), a.loraA, null, settings).mul(a.scale());
        return y.add(convolved(low, a.loraB, null, new ConvOptions().groups(options.groups())));
    }

    /** {@return the convolution with a weight and the given options} */
    abstract Tensor convolved(Tensor x, Tensor weight, @Nullable Tensor bias, AbstractConvOptions<?> settings);

    /** The convolution; transposed ones cannot be adapted. */
    @Override
    public List<AdapterSlot> adapterSlots() {
        return transposed
                ? List.of()
                : List.of(new AdapterSlot("", weight, options.groups(), () -> adapter, a -> adapter = a));
    }

    /** {@return the number of spatial axes} */
    final int rank() {
        return kernel.length;
    }

    final ConvLayerOptions options() {
        return options;
    }

    @Override
    protected String extraRepr() {
        int rank = rank();
        var text =
                new StringBuilder(
                        String.format(
                                Locale.ROOT,
                                "%d, %d, kernel_size=%s, stride=%s",
                                inChannels,
                                outChannels,
                                Reprs.tuple(kernel),
                                Reprs.tuple(options.strides(rank))));
        if (options.paddingName() != null) {
            text.append(", padding=").append(options.paddingName());
        } else if (Arrays.equals(paddings[0], paddings[1])) {
            append(text, "padding", paddings[0], 0);
        } else {
            text.append(", padding=(").append(Reprs.tuple(paddings[0])).append(", ");
            text.append(Reprs.tuple(paddings[1])).append(')');
        }
        append(text, "dilation", options.dilations(rank), 1);
        if (transposed) {
            append(text, "output_padding", options.outputPaddings(rank), 0);
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

    /** {@return the input, padded where the padding mode is not zeros} */
    private Tensor padded(Tensor x) {
        if (options.paddingMode() == PadMode.ZEROS) {
            return x;
        }
        int rank = rank();
        var pads = new long[2 * rank];
        for (int i = 0; i < rank; i++) {
            pads[2 * i] = paddings[0][rank - 1 - i];
            pads[2 * i + 1] = paddings[1][rank - 1 - i];
        }
        return Tensors.pad(x, pads, options.paddingMode());
    }

    private static AbstractConvOptions<?> withoutPadding(ConvLayerOptions o, int rank) {
        return new ConvOptions().stride(o.strides(rank)).dilation(o.dilations(rank)).groups(o.groups());
    }

    private static void append(StringBuilder text, String name, int[] values, int defaultValue) {
        if (Arrays.stream(values).anyMatch(v -> v != defaultValue)) {
            text.append(", ").append(name).append('=').append(Reprs.tuple(values));
        }
    }

    @Override
    protected long multiplyAdds(Tensor x, Tensor y) {
        return y.numel() * (weight.numel() / weight.size(0));
    }
}
