package fathom.nn.pool;

import fathom.Tensor;
import fathom.Tensors;
import fathom.functional.PoolOptions;
import fathom.nn.Reprs;
import java.util.function.Consumer;

/**
 * The average of each window of a sequence: {@code [N, C, L]} becomes {@code [N, C, oL]}.
 *
 * @see <a href="https://d2l.ai/chapter_convolutional-neural-networks/pooling.html">Dive into Deep Learning, Pooling</a>
 */
public final class AvgPool1d extends PoolLayer {
    /** With windows of {@code kernelSize} elements, not overlapping. */
    public AvgPool1d(int kernelSize) {
        this(kernelSize, p -> {});
    }

    /** With windows of {@code kernelSize} elements, with options: {@code p -> p.stride(2)}. */
    public AvgPool1d(int kernelSize, Consumer<PoolOptions> options) {
        super(1, new int[] {kernelSize}, options);
    }

    @Override
    protected Tensor compute(Tensor x) {
        return Tensors.avgPool1d(x, kernelSize()[0], options());
    }

    @Override
    protected String extraRepr() {
        return "kernel_size=%s, stride=%s, padding=%s"
                        .formatted(Reprs.tuple(kernelSize()), Reprs.tuple(strides()), Reprs.tuple(paddings()))
                + unprinted(false);
    }
}
