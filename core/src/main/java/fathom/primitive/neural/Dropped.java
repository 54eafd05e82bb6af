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

/** What dropout does once it is decided which elements stay. */
public final class Dropped {
    private Dropped() {}

    /**
     * {@return the elements that stay, times {@code factor}, and zeros: one kernel, and one for its gradient}
     *
     * @param stays bool, of x's shape or one that broadcasts to it
     */
    public static Tensor of(Tensor x, Tensor stays, double factor) {
        DType t = x.dtype();
        var e = select(input(1, DType.BOOL), mul(input(0, t), scalar(0, t)), constant(t, 0));
        return Ops.apply(new Pointwise(Kernel.of(e), factor), x, stays);
    }
}
