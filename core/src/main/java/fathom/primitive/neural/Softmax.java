package fathom.primitive.neural;

import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.sub;
import static fathom.ir.Exprs.unary;
import static fathom.ir.Exprs.wide;

import fathom.Autograd;
import fathom.DType;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.ir.Expr;
import fathom.ir.ReduceOp;
import fathom.ir.RowProgram;
import fathom.ir.UnaryOp;
import fathom.primitive.Composed;
import fathom.primitive.Ops;
import fathom.primitive.Rowwise;
import fathom.primitive.Tape;
import org.jspecify.annotations.Nullable;

/**
 * Softmax along a dimension, or its logarithm. The maximum is subtracted first, so nothing overflows. A row program,
 * forward and backward: memory is read once if a row stays in the cache.
 *
 * @param dim the dimension, not negative
 * @param log whether to compute the logarithm
 */
public record Softmax(int dim, boolean log) implements Composed {
    private static final Number[] NONE = {};
    private static final int TYPES = DType.values().length;
    private static final @Nullable RowProgram[] FORWARD = new RowProgram[2 * TYPES];
    private static final @Nullable RowProgram[] BACKWARD = new RowProgram[2 * TYPES * TYPES];

    @Override
    public Tensor[] compute(Tensor... inputs) {
        Tensor x = inputs[0];
        if (x.numel() == 0) {
            return new Tensor[] {x.clone()};
        }
        int key = x.dtype().ordinal() * 2 + (log ? 1 : 0);
        RowProgram program = FORWARD[key];
        if (program == null) {
            FORWARD[key] = program = forward(x.dtype(), log);
        }
        return Ops.applyAll(new Rowwise(program, NONE, new int[] {dim}), x);
    }

    private static RowProgram forward(DType t, boolean log) {
        var p = new RowProgram.Builder(1);
        Expr x = cast(wide(t), input(0, t));
        Expr max = p.fold(ReduceOp.MAX, x);
        Expr exp = unary(UnaryOp.EXP, sub(x, max));
        if (log) {
            Expr sum = p.fold(ReduceOp.SUM, exp);
            Expr rest = p.rowMap(unary(UnaryOp.LOG, sum));
            return p.results(p.map(cast(t, sub(sub(x, max), rest))));
        }
        Expr e = p.map(exp);
        Expr factor = p.rowMap(unary(UnaryOp.RECIPROCAL, p.fold(ReduceOp.SUM, e)));
        return p.results(p.map(cast(t, mul(e, factor))));
    }

    @Override
    public boolean savesOutput(int i, NeedsGrad needsGrad) {
        return true;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        Tensor g = gradOutputs[0];
        Tensor y = tape.output(0);
        if (Autograd.isGradEnabled() || y.numel() == 0) {
            Tensor sum = (log ? g : g.mul(y)).sum(dim, KeepDim.KEEP_DIM);
            return new @Nullable Tensor[] {log ? g.sub(y.exp().mul(sum)) : y.mul(g.sub(sum))};
        }
        int key = (y.dtype().ordinal() * TYPES + g.dtype().ordinal()) * 2 + (log ? 1 : 0);
        RowProgram program = BACKWARD[key];
        if (program == null) {
            BACKWARD[key] = program = backward(y.dtype(), g.dtype(), log);
        }
        return Ops.applyAll(new Rowwise(program, NONE, new int[] {dim}), y, g);
    }

    private static RowProgram backward(DType t, DType byResult, boolean log) {
        var p = new RowProgram.Builder(2);
        Expr y = cast(wide(t), input(0, t));
        Expr g = cast(wide(t), input(1, byResult));
        Expr sum = p.fold(ReduceOp.SUM, log ? g : mul(g, y));
        return p.results(p.map(cast(t, log ? sub(g, mul(unary(UnaryOp.EXP, y), sum)) : mul(y, sub(g, sum)))));
    }
}
