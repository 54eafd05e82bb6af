package fathom.nn;

import fathom.PoolOptions;
import fathom.Tensor;
import fathom.Tensors;
import java.util.function.Consumer;

/**
 * The greatest of each window of a sequence: {@code [N, C, L]} becomes {@code [N, C, oL]}.
 *
 * @see <a href="https://d2l.ai/chapter_convolutional-neural-networks/pooling.html">Dive into Deep Learning, Pooling</a>
 */
public final class MaxPool1d extends BuiltInLayer {
    private final int kernelSize;
    private final PoolOptions options;

    /** Windows of {@code kernelSize} elements, side by side. */
    public MaxPool1d(int kernelSize) {
        this(kernelSize, p -> {});
    }

    /** Windows of {@code kernelSize} elements, with options: {@code p -> p.stride(2).padding(1)}. */
    public MaxPool1d(int kernelSize, Consumer<PoolOptions> options) {
        this.kernelSize = kernelSize;
        this.options = new PoolOptions();
        options.accept(this.options);
    }

    @Override
    protected Tensor compute(Tensor x) {
        return Tensors.maxPool1d(x, kernelSize, options);
    }

    @Override
    protected String extraRepr() {
        int[] stride = options.stride();
        return "kernel_size=%s, stride=%s, padding=%s, dilation=%s, ceil_mode=%s"
                .formatted(
                        kernelSize,
                        stride == null ? kernelSize : stride[1],
                        options.padding()[1],
                        options.dilation()[1],
                        Reprs.truth(options.ceilMode()));
    }
}
