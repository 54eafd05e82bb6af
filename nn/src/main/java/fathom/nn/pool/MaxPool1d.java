package fathom.nn.pool;

import fathom.Tensor;
import fathom.Tensors;
import fathom.ValuesAndIndices;
import fathom.functional.PoolOptions;
import java.util.function.Consumer;

/**
 * The maximum of each window of a sequence: {@code [N, C, L]} becomes {@code [N, C, oL]}.
 *
 * @see <a href="https://d2l.ai/chapter_convolutional-neural-networks/pooling.html">Dive into Deep Learning, Pooling</a>
 */
public final class MaxPool1d extends MaxPoolLayer {
    /** With windows of {@code kernelSize} elements, not overlapping. */
    public MaxPool1d(int kernelSize) {
        this(kernelSize, p -> {});
    }

    /** With windows of {@code kernelSize} elements, with options: {@code p -> p.stride(2)}. */
    public MaxPool1d(int kernelSize, Consumer<PoolOptions> options) {
        super(1, new int[] {kernelSize}, options);
    }

    @Override
    ValuesAndIndices pooled(Tensor x) {
        return Tensors.maxPool1dWithIndices(x, kernelSize()[0], options());
    }
}
