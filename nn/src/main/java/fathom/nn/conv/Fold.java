package fathom.nn.conv;

import fathom.Tensor;
import fathom.Tensors;
import fathom.functional.UnfoldOptions;
import fathom.nn.BuiltInLayer;
import fathom.nn.Reprs;
import java.util.function.Consumer;

/**
 * Adds columns into the images at the positions of their windows, the adjoint of {@link Unfold} (col2im): {@code [N, C
 * kH kW, windows]} becomes {@code [N, C, H, W]}.
 */
public final class Fold extends BuiltInLayer {
    private final long[] outputSize;
    private final int[] kernelSize;
    private final UnfoldOptions options = new UnfoldOptions();

    /** For square images and square windows. */
    public Fold(long outputSize, int kernelSize) {
        this(outputSize, kernelSize, o -> {});
    }

    /** For square images and square windows, with options: {@code o -> o.stride(2).padding(1)}. */
    public Fold(long outputSize, int kernelSize, Consumer<UnfoldOptions> options) {
        this(new long[] {outputSize}, new int[] {kernelSize}, options);
    }

    /** For images and windows of the given rows and columns, with options. */
    public Fold(long[] outputSize, int[] kernelSize, Consumer<UnfoldOptions> options) {
        this.outputSize = outputSize.clone();
        this.kernelSize = kernelSize.clone();
        options.accept(this.options);
    }

    @Override
    protected Tensor compute(Tensor x) {
        return Tensors.fold(x, outputSize, kernelSize, options);
    }

    @Override
    protected String extraRepr() {
        String size = outputSize.length == 1 ? Long.toString(outputSize[0]) : Reprs.tuple(outputSize);
        return "output_size=%s, kernel_size=%s, %s".formatted(size, Reprs.oneOrTuple(kernelSize), Unfold.repr(options));
    }
}
