package fathom.nn.pool;

import fathom.functional.PoolOptions;
import fathom.nn.BuiltInLayer;
import fathom.nn.Reprs;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;

/** Base class of pooling over sliding windows: the window, its stride and padding. */
public abstract class PoolLayer extends BuiltInLayer {
    private final int[] kernelSize;
    private final PoolOptions options;

    PoolLayer(int rank, int[] kernelSize, Consumer<PoolOptions> options) {
        this.kernelSize = axes(getClass().getSimpleName(), rank, kernelSize);
        this.options = new PoolOptions();
        options.accept(this.options);
        strides(); // validates
        paddings();
        this.options.dilations(rank);
    }

    /** {@return a kernel's extent along each of {@code rank} axes} */
    public static int[] axes(String name, int rank, int[] kernel) {
        if (kernel.length != 1 && kernel.length != rank) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: a kernel has one extent, or one for each of %d axes, not %s",
                            name,
                            rank,
                            Arrays.toString(kernel)));
        }
        var all = new int[rank];
        for (int i = 0; i < rank; i++) {
            all[i] = kernel[kernel.length == 1 ? 0 : i];
        }
        return all;
    }

    /** {@return the window's extent along each axis} */
    final int[] kernelSize() {
        return kernelSize;
    }

    final PoolOptions options() {
        return options;
    }

    /** {@return the strides, which are the window's extents unless set} */
    final int[] strides() {
        int[] given = options.strides(kernelSize.length);
        return given == null ? kernelSize : given;
    }

    final int[] paddings() {
        return options.paddings(kernelSize.length);
    }

    /** {@return window, stride and padding as PyTorch prints those of images and volumes} */
    final String windowRepr() {
        return "kernel_size=%s, stride=%s, padding=%s"
                .formatted(Reprs.oneOrTuple(kernelSize), Reprs.oneOrTuple(strides()), Reprs.oneOrTuple(paddings()));
    }

    /**
     * {@return the options that PyTorch does not print, where they are not the defaults, to be appended to those it
     * does}
     */
    final String unprinted(boolean isCeilModePrinted) {
        var text = new StringBuilder();
        int[] behind = options.paddingsBehind(kernelSize.length);
        if (!Arrays.equals(behind, paddings())) {
            text.append(", padding_behind=").append(Reprs.oneOrTuple(behind));
        }
        if (options.ceilMode() && !isCeilModePrinted) {
            text.append(", ceil_mode=True");
        }
        if (!options.countIncludePad()) {
            text.append(", count_include_pad=False");
        }
        if (options.divisorOverride() != 0) {
            text.append(", divisor_override=").append(options.divisorOverride());
        }
        return text.toString();
    }
}
