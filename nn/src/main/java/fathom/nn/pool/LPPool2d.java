package fathom.nn.pool;

import fathom.Tensor;
import fathom.Tensors;
import fathom.functional.PoolOptions;
import fathom.nn.Reprs;
import java.util.function.Consumer;

/**
 * The p-norm of each window, without taking absolute values: {@code [N, C, H, W]} becomes {@code [N, C, oH, oW]}. Only
 * the options {@code stride} and {@code ceilMode} apply.
 */
public final class LPPool2d extends PoolLayer {
    private final double normType;

    /** With windows of {@code kernelSize} rows and columns, not overlapping. */
    public LPPool2d(double normType, int kernelSize) {
        this(normType, kernelSize, p -> {});
    }

    /** With windows of {@code kernelSize} rows and columns, with options: {@code p -> p.stride(2)}. */
    public LPPool2d(double normType, int kernelSize, Consumer<PoolOptions> options) {
        this(normType, new int[] {kernelSize}, options);
    }

    /** With windows of {@code kernelSize[0]} rows and {@code kernelSize[1]} columns, with options. */
    public LPPool2d(double normType, int[] kernelSize, Consumer<PoolOptions> options) {
        super(2, kernelSize, options);
        this.normType = normType;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return Tensors.lpPool2d(x, normType, kernelSize(), options());
    }

    @Override
    protected String extraRepr() {
        return "norm_type=%s, kernel_size=%s, stride=%s, ceil_mode=%s"
                .formatted(
                        Reprs.wholeOrNumber(normType),
                        Reprs.oneOrTuple(kernelSize()),
                        options().strides(2) == null ? "None" : Reprs.oneOrTuple(strides()),
                        Reprs.bool(options().ceilMode()));
    }
}
