package fathom.nn.pool;

import fathom.Tensor;
import fathom.Tensors;
import fathom.functional.PoolOptions;
import fathom.nn.Reprs;
import java.util.function.Consumer;

/**
 * The p-norm of each window of a sequence, without taking absolute values: {@code [N, C, L]} becomes {@code [N, C,
 * oL]}. Only the options {@code stride} and {@code ceilMode} apply.
 */
public final class LPPool1d extends PoolLayer {
    private final double normType;

    /** With windows of {@code kernelSize} elements, not overlapping. */
    public LPPool1d(double normType, int kernelSize) {
        this(normType, kernelSize, p -> {});
    }

    /** With windows of {@code kernelSize} elements, with options: {@code p -> p.stride(2)}. */
    public LPPool1d(double normType, int kernelSize, Consumer<PoolOptions> options) {
        super(1, new int[] {kernelSize}, options);
        this.normType = normType;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return Tensors.lpPool1d(x, normType, kernelSize(), options());
    }

    @Override
    protected String extraRepr() {
        return "norm_type=%s, kernel_size=%s, stride=%s, ceil_mode=%s"
                .formatted(
                        Reprs.wholeOrNumber(normType),
                        Reprs.oneOrTuple(kernelSize()),
                        options().strides(1) == null ? "None" : Reprs.oneOrTuple(strides()),
                        Reprs.bool(options().ceilMode()));
    }
}
