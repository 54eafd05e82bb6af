package fathom.nn.pool;

import fathom.Tensor;
import fathom.functional.PoolOptions;
import fathom.nn.Block;
import fathom.nn.FailedLayer;
import fathom.nn.Reprs;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Base class of the partial inverses of max pooling; the options are the pooling's stride and padding. */
public abstract class MaxUnpoolBlock extends Block {
    private final int[] kernelSize;
    private final PoolOptions options;

    MaxUnpoolBlock(int rank, int[] kernelSize, Consumer<PoolOptions> options) {
        this.kernelSize = PoolLayer.axes(getClass().getSimpleName(), rank, kernelSize);
        this.options = new PoolOptions();
        options.accept(this.options);
    }

    /**
     * {@return the values at their indices, zeros elsewhere}
     *
     * @param indices the indices that {@link MaxPoolLayer#forwardWithIndices} returns
     * @param outputSize the spatial extents of the result; the smallest possible if omitted
     */
    public final Tensor forward(Tensor x, Tensor indices, long... outputSize) {
        try {
            return unpooled(x, indices, kernelSize, options, outputSize);
        } catch (RuntimeException e) {
            throw FailedLayer.in(this, e);
        }
    }

    abstract Tensor unpooled(Tensor x, Tensor indices, int[] kernelSize, PoolOptions options, long[] outputSize);

    @Override
    protected final String extraRepr() {
        int rank = kernelSize.length;
        int @Nullable [] stride = options.strides(rank);
        return "kernel_size=%s, stride=%s, padding=%s"
                .formatted(
                        Reprs.tuple(kernelSize),
                        Reprs.tuple(stride == null ? kernelSize : stride),
                        Reprs.tuple(options.paddings(rank)));
    }
}
