package fathom.nn.conv;

import fathom.Tensor;
import fathom.Tensors;
import fathom.functional.UnfoldOptions;
import fathom.nn.BuiltInLayer;
import fathom.nn.Reprs;
import java.util.function.Consumer;

/** Extracts sliding windows as columns (im2col): {@code [N, C, H, W]} becomes {@code [N, C kH kW, windows]}. */
public final class Unfold extends BuiltInLayer {
    private final int[] kernelSize;
    private final UnfoldOptions options = new UnfoldOptions();

    /** For square windows. */
    public Unfold(int kernelSize) {
        this(kernelSize, o -> {});
    }

    /** For square windows, with options: {@code o -> o.stride(2).padding(1)}. */
    public Unfold(int kernelSize, Consumer<UnfoldOptions> options) {
        this(new int[] {kernelSize}, options);
    }

    /** For windows of {@code kernelSize[0]} rows and {@code kernelSize[1]} columns, with options. */
    public Unfold(int[] kernelSize, Consumer<UnfoldOptions> options) {
        this.kernelSize = kernelSize.clone();
        options.accept(this.options);
    }

    @Override
    protected Tensor compute(Tensor x) {
        return Tensors.unfold(x, kernelSize, options);
    }

    @Override
    protected String extraRepr() {
        return "kernel_size=%s, %s".formatted(Reprs.oneOrTuple(kernelSize), repr(options));
    }

    /** {@return the options as PyTorch prints them} */
    static String repr(UnfoldOptions o) {
        return "dilation=%s, padding=%s, stride=%s"
                .formatted(Reprs.oneOrTuple(o.dilation()), Reprs.oneOrTuple(o.padding()), Reprs.oneOrTuple(o.stride()));
    }
}
