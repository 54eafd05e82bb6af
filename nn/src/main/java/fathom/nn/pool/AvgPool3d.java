package fathom.nn.pool;

import fathom.Tensor;
import fathom.Tensors;
import fathom.functional.PoolOptions;
import java.util.function.Consumer;

/**
 * The average of each window of a volume: {@code [N, C, D, H, W]} becomes {@code [N, C, oD, oH, oW]}.
 *
 * @see <a href="https://d2l.ai/chapter_convolutional-neural-networks/pooling.html">Dive into Deep Learning, Pooling</a>
 */
public final class AvgPool3d extends PoolLayer {
    /** With windows of {@code kernelSize} planes, rows and columns, not overlapping. */
    public AvgPool3d(int kernelSize) {
        this(kernelSize, p -> {});
    }

    /** With windows of {@code kernelSize} planes, rows and columns, with options: {@code p -> p.stride(2)}. */
    public AvgPool3d(int kernelSize, Consumer<PoolOptions> options) {
        this(new int[] {kernelSize}, options);
    }

    /**
     * With windows of {@code kernelSize[0]} planes, {@code kernelSize[1]} rows and {@code kernelSize[2]} columns, with
     * options.
     */
    public AvgPool3d(int[] kernelSize, Consumer<PoolOptions> options) {
        super(3, kernelSize, options);
    }

    @Override
    protected Tensor compute(Tensor x) {
        return Tensors.avgPool3d(x, kernelSize(), options());
    }

    @Override
    protected String extraRepr() {
        return windowRepr() + unprinted(false);
    }
}
