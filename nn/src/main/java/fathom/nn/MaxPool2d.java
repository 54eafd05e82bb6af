package fathom.nn;

import fathom.PoolOptions;
import fathom.Tensor;
import fathom.Tensors;
import java.util.function.Consumer;

/**
 * The greatest of each window: {@code [N, C, H, W]} becomes {@code [N, C, oH, oW]}.
 *
 * @see <a href="https://d2l.ai/chapter_convolutional-neural-networks/pooling.html">Dive into Deep Learning, Pooling</a>
 */
public final class MaxPool2d extends BuiltInLayer {
    private final int[] kernelSize;
    private final PoolOptions options;

    /** Windows of {@code kernelSize} rows and columns, side by side. */
    public MaxPool2d(int kernelSize) {
        this(kernelSize, p -> {});
    }

    /** Windows of {@code kernelSize} rows and columns, with options: {@code p -> p.stride(2).padding(1)}. */
    public MaxPool2d(int kernelSize, Consumer<PoolOptions> options) {
        this(new int[] {kernelSize, kernelSize}, options);
    }

    /** Windows of {@code kernelSize[0]} rows and {@code kernelSize[1]} columns, with options. */
    public MaxPool2d(int[] kernelSize, Consumer<PoolOptions> options) {
        this.kernelSize = ConvLayer.rowsAndColumns(kernelSize.clone());
        this.options = new PoolOptions();
        options.accept(this.options);
    }

    @Override
    protected Tensor compute(Tensor x) {
        return Tensors.maxPool2d(x, kernelSize, options);
    }

    @Override
    protected String extraRepr() {
        int[] stride = options.stride();
        return "kernel_size=%s, stride=%s, padding=%s, dilation=%s, ceil_mode=%s"
                .formatted(
                        Reprs.oneOrPair(kernelSize),
                        Reprs.oneOrPair(stride == null ? kernelSize : stride),
                        Reprs.oneOrPair(options.padding()),
                        Reprs.oneOrPair(options.dilation()),
                        Reprs.truth(options.ceilMode()));
    }
}
