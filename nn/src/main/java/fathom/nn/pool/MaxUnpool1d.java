package fathom.nn.pool;

import fathom.Tensor;
import fathom.Tensors;
import fathom.functional.PoolOptions;
import java.util.function.Consumer;

/**
 * The maxima of {@link MaxPool1d} put back where they were found, among zeros: {@code [N, C, oL]} becomes {@code [N, C,
 * L]}.
 */
public final class MaxUnpool1d extends MaxUnpoolBlock {
    /** Windows of {@code kernelSize} elements, side by side. */
    public MaxUnpool1d(int kernelSize) {
        this(kernelSize, p -> {});
    }

    /** Windows of {@code kernelSize} elements, with options: {@code p -> p.stride(2)}. */
    public MaxUnpool1d(int kernelSize, Consumer<PoolOptions> options) {
        super(1, new int[] {kernelSize}, options);
    }

    @Override
    Tensor unpooled(Tensor x, Tensor indices, int[] kernelSize, PoolOptions options, long[] outputSize) {
        return Tensors.maxUnpool1d(x, indices, kernelSize, options, outputSize);
    }
}
