package fathom.nn.pool;

import fathom.Tensor;
import fathom.Tensors;
import fathom.ValuesAndIndices;
import fathom.functional.PoolOptions;
import java.util.function.Consumer;

/**
 * The maximum of each window: {@code [N, C, H, W]} becomes {@code [N, C, oH, oW]}.
 *
 * @see <a href="https://d2l.ai/chapter_convolutional-neural-networks/pooling.html">Dive into Deep Learning, Pooling</a>
 */
public final class MaxPool2d extends MaxPoolLayer {
    /** With windows of {@code kernelSize} rows and columns, not overlapping. */
    public MaxPool2d(int kernelSize) {
        this(kernelSize, p -> {});
    }

    /** With windows of {@code kernelSize} rows and columns, with options: {@code p -> p.stride(2)}. */
    public MaxPool2d(int kernelSize, Consumer<PoolOptions> options) {
        this(new int[] {kernelSize}, options);
    }

    /** With windows of {@code kernelSize[0]} rows and {@code kernelSize[1]} columns, with options. */
    public MaxPool2d(int[] kernelSize, Consumer<PoolOptions> options) {
        super(2, kernelSize, options);
    }

    @Override
    ValuesAndIndices pooled(Tensor x) {
        return Tensors.maxPool2dWithIndices(x, kernelSize(), options());
    }
}
