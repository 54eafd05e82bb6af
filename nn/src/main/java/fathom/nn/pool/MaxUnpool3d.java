package fathom.nn.pool;

import fathom.Tensor;
import fathom.Tensors;
import fathom.functional.PoolOptions;
import java.util.function.Consumer;

/**
 * The partial inverse of {@link MaxPool3d}: puts the maxima back at their indices and zeros elsewhere: {@code [N, C,
 * oD, oH, oW]} becomes {@code [N, C, D, H, W]}.
 */
public final class MaxUnpool3d extends MaxUnpoolBlock {
    /** With windows of {@code kernelSize} planes, rows and columns, not overlapping. */
    public MaxUnpool3d(int kernelSize) {
        this(kernelSize, p -> {});
    }

    /** With windows of {@code kernelSize} planes, rows and columns, with options: {@code p -> p.stride(2)}. */
    public MaxUnpool3d(int kernelSize, Consumer<PoolOptions> options) {
        this(new int[] {kernelSize}, options);
    }

    /**
     * With windows of {@code kernelSize[0]} planes, {@code kernelSize[1]} rows and {@code kernelSize[2]} columns, with
     * options.
     */
    public MaxUnpool3d(int[] kernelSize, Consumer<PoolOptions> options) {
        super(3, kernelSize, options);
    }

    @Override
    Tensor unpooled(Tensor x, Tensor indices, int[] kernelSize, PoolOptions options, long[] outputSize) {
        return Tensors.maxUnpool3d(x, indices, kernelSize, options, outputSize);
    }
}
