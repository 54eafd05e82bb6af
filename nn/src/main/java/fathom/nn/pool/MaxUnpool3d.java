package fathom.nn.pool;

import fathom.Tensor;
import fathom.Tensors;
import fathom.functional.PoolOptions;
import java.util.function.Consumer;

/**
 * The maxima of {@link MaxPool3d} put back where they were found, among zeros: {@code [N, C, oD, oH, oW]} becomes
 * {@code [N, C, D, H, W]}.
 */
public final class MaxUnpool3d extends MaxUnpoolBlock {
    /** Windows of {@code kernelSize} planes, rows and columns, side by side. */
    public MaxUnpool3d(int kernelSize) {
        this(kernelSize, p -> {});
    }

    /** Windows of {@code kernelSize} planes, rows and columns, with options: {@code p -> p.stride(2)}. */
    public MaxUnpool3d(int kernelSize, Consumer<PoolOptions> options) {
        this(new int[] {kernelSize}, options);
    }

    /**
     * Windows of {@code kernelSize[0]} planes, {@code kernelSize[1]} rows and {@code kernelSize[2]} columns, with
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
