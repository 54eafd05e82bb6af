package fathom.composition;

import static fathom.ir.Exprs.binary;
import static fathom.ir.Exprs.constant;
import static fathom.ir.Exprs.select;

import fathom.dispatch.Kernels;
import fathom.ir.BinaryOp;

/** Cached kernels of frequently called activations. */
public final class Activations {
    private Activations() {}

    public static final Kernels.Formula RELU =
            new Kernels.Formula(x -> select(binary(BinaryOp.LE, x, constant(x.type(), 0)), constant(x.type(), 0), x));
}
