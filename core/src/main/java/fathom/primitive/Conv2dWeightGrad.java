package fathom.primitive;

import fathom.DType;
import fathom.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The gradient of {@link Conv2d} by its weight. Inputs: {@code g: [N, O, oH, oW]}, {@code x: [N, C, H, W]}. Output:
 * {@code [O, C/groups, kH, kW]}, row-major.
 *
 * @param window the forward convolution's
 * @param groups the forward convolution's
 * @param kH rows of the kernel
 * @param kW columns of the kernel
 * @param type the output's type: float32 where the inputs' is narrower, or null for the inputs'
 */
public record Conv2dWeightGrad(Window window, int groups, long kH, long kW, @Nullable DType type) implements Computed {
    /** A gradient of its inputs' type. */
    public Conv2dWeightGrad(Window window, int groups, long kH, long kW) {
        this(window, groups, kH, kW, null);
    }

    @Override
    public Spec[] infer(Spec... in) {
        DType out = type == null ? in[0].dtype() : type;
        return new Spec[] {Spec.of(out, in[0].size(1), in[1].size(1) / groups, kH, kW)};
    }

    @Override
    public boolean savesInput(int i, Wants wants) {
        return i == 0 ? wants.wants(1) : wants.wants(0);
    }

    @Override
    public @Nullable Tensor[] gradient(Tape t, @Nullable Tensor[] gradOutputs) {
        Tensor given = gradOutputs[0];
        if (given == null) {
            return new @Nullable Tensor[2];
        }
        Tensor gw = given.to(t.inputType(0));
        long[] x = t.inputShape(1);
        return new @Nullable Tensor[] {
            t.wants(0) ? Ops.apply(new Conv2d(window, groups), t.input(1), gw) : null,
            t.wants(1) ? Ops.apply(new Conv2dInputGrad(window, groups, x[2], x[3]), t.input(0), gw) : null
        };
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return this == o
                || o instanceof Conv2dWeightGrad e
                        && window.equals(e.window)
                        && groups == e.groups
                        && kH == e.kH
                        && kW == e.kW
                        && type == e.type;
    }

    @Override
    public int hashCode() {
        return 31 * (31 * (31 * (31 * window.hashCode() + groups) + Long.hashCode(kH)) + Long.hashCode(kW))
                + (type == null ? -1 : type.ordinal());
    }
}
