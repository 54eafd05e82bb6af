package fathom.nn.pool;

import fathom.Tensor;
import fathom.Tensors;
import fathom.functional.PoolOptions;
import java.util.function.Consumer;

/**
 * The partial inverse of {@link MaxPool2d}: puts the maxima back at their indices and zeros elsewhere: {@code [N, C,
 * oH, oW]} becomes {@code [N, C, H, W]}.
 */
public final class MaxUnpool2d extends MaxUnpoolBlock {
    /** With windows of {@code kernelSize} rows and columns, not overlapping. */
    public MaxUnpool2d(int kernelSize) {
        this(kernelSize, p -> {});
    }

    /** With windows of {@code kernelSize} rows and columns, with options: {@code p -> p.stride(2)}. */
    public MaxUnpool2d(int kernelSize, Consumer<PoolOptions> options) {
        this(new int[] {kernelSize}, options);
    }

    /** With windows of {@code kernelSize[0]} rows and {@code kernelSize[1]} columns, with options. */
    public MaxUnpool2d(int[] kernelSize, Consumer<PoolOptions> options) {
        super(2, kernelSize, options);
    }

    @Override
    Tensor unpooled(Tensor x, Tensor indices, int[] kernelSize, PoolOptions options, long[] outputSize) {
        return Tensors.maxUnpool2d(x, indices, kernelSize, options, outputSize);
    }
}
