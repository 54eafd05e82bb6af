package fathom.primitive.neural;

import static fathom.ir.Exprs.constant;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.scalar;
import static fathom.ir.Exprs.select;

import fathom.DType;
import fathom.Tensor;
import fathom.ir.Kernel;
import fathom.primitive.Ops;
import fathom.primitive.Pointwise;

/** Dropout with a given mask. */
public final class DropoutKernel {
    private DropoutKernel() {}

    /**
     * {@return the elements kept, times {@code factor}, and zeros elsewhere: one kernel, and one for its gradient}
     *
     * @param stays the bool mask of the elements kept, of x's shape or broadcast to it
     */
    public static Tensor of(Tensor x, Tensor stays, double factor) {
        DType t = x.dtype();
        var e = select(input(1, DType.BOOL), mul(input(0, t), scalar(0, t)), constant(t, 0));
        return Ops.apply(new Pointwise(Kernel.of(e), factor), x, stays);
    }
}
