package fathom.nn.pool;

import fathom.Tensor;
import fathom.ValuesAndIndices;
import fathom.functional.PoolOptions;
import fathom.nn.FailedLayer;
import fathom.nn.Reprs;
import java.util.function.Consumer;

/** Base class of max pooling layers. */
public abstract class MaxPoolLayer extends PoolLayer {
    MaxPoolLayer(int rank, int[] kernelSize, Consumer<PoolOptions> options) {
        super(rank, kernelSize, options);
    }

    @Override
    protected final Tensor compute(Tensor x) {
        return pooled(x).values();
    }

    /**
     * {@return the maxima, after the layer's hooks, and their flat indices in each channel's spatial dimensions, as
     * with PyTorch's {@code return_indices=True}: the input of {@link MaxUnpool2d} and the like}
     */
    public final ValuesAndIndices forwardWithIndices(Tensor x) {
        try {
            ValuesAndIndices y = pooled(x);
            return new ValuesAndIndices(hooked(x, y.values()), y.indices());
        } catch (RuntimeException e) {
            throw FailedLayer.in(this, e);
        }
    }

    abstract ValuesAndIndices pooled(Tensor x);

    @Override
    protected final String extraRepr() {
        return windowRepr()
                + ", dilation=%s, ceil_mode=%s"
                        .formatted(
                                Reprs.oneOrTuple(options().dilations(kernelSize().length)),
                                Reprs.bool(options().ceilMode()))
                + unprinted(true);
    }
}
