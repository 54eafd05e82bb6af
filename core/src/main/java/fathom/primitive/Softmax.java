package fathom.primitive;

import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.sub;
import static fathom.ir.Exprs.unary;

import fathom.DType;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;
import fathom.ir.UnaryOp;
import org.jspecify.annotations.Nullable;

/**
 * Exponentials divided by their sum along a dimension, or the logarithm of that. The greatest element is subtracted
 * first, so nothing overflows.
 *
 * @param dim the dimension, not negative
 * @param log whether the logarithm is wanted
 */
public record Softmax(int dim, boolean log) implements Composed {
    private static final Number[] NONE = {};

    @Override
    public Tensor[] compute(Tensor... inputs) {
        Tensor x = inputs[0];
        if (x.numel() == 0) {
            return new Tensor[] {x.clone()};
        }
        DType t = x.dtype();
        int[] dims = {dim};
        Tensor max = Ops.apply(new Reduce(ReduceOp.MAX, Kernel.of(input(0, t)), NONE, dims), x);
        Expr shifted = sub(input(0, t), input(1, t));
        Expr exp = unary(UnaryOp.EXP, shifted);
        if (log) {
            Tensor sum = Ops.apply(new Reduce(ReduceOp.SUM, Kernel.of(exp), NONE, dims), x, max);
            Expr result = sub(shifted, unary(UnaryOp.LOG, input(2, t)));
            return new Tensor[] {Ops.apply(new Pointwise(Kernel.of(result)), x, max, sum)};
        }
        Tensor e = Ops.apply(new Pointwise(Kernel.of(exp)), x, max);
        return new Tensor[] {e.div_(e.sum(dim, KeepDim.KEEP_DIM))};
    }

    @Override
    public boolean savesOutput(int i, Wants wants) {
        return true;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        Tensor g = gradOutputs[0];
        Tensor y = tape.output(0);
        DType t = y.dtype();
        int[] dims = {dim};
        if (log) {
            Tensor sum = g.sum(dim, KeepDim.KEEP_DIM);
            Expr e = sub(input(0, t), mul(unary(UnaryOp.EXP, input(1, t)), input(2, t)));
            return new @Nullable Tensor[] {Ops.apply(new Pointwise(Kernel.of(e)), g, y, sum)};
        }
        Tensor sum = Ops.apply(new Reduce(ReduceOp.SUM, Kernel.of(mul(input(0, t), input(1, t))), NONE, dims), g, y);
        Expr e = mul(input(1, t), sub(input(0, t), input(2, t)));
        return new @Nullable Tensor[] {Ops.apply(new Pointwise(Kernel.of(e)), g, y, sum)};
    }
}
