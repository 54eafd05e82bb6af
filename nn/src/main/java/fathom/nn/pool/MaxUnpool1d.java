package fathom.nn.pool;

import fathom.Tensor;
import fathom.Tensors;
import fathom.functional.PoolOptions;
import java.util.function.Consumer;

/**
 * The partial inverse of {@link MaxPool1d}: puts the maxima back at their indices and zeros elsewhere: {@code [N, C,
 * oL]} becomes {@code [N, C, L]}.
 */
public final class MaxUnpool1d extends MaxUnpoolBlock {
    /** With windows of {@code kernelSize} elements, not overlapping. */
    public MaxUnpool1d(int kernelSize) {
        this(kernelSize, p -> {});
    }

    /** With windows of {@code kernelSize} elements, with options: {@code p -> p.stride(2)}. */
    public MaxUnpool1d(int kernelSize, Consumer<PoolOptions> options) {
        super(1, new int[] {kernelSize}, options);
    }

    @Override
    Tensor unpooled(Tensor x, Tensor indices, int[] kernelSize, PoolOptions options, long[] outputSize) {
        return Tensors.maxUnpool1d(x, indices, kernelSize, options, outputSize);
    }
}
