package fathom.linalg;

import static fathom.ir.Exprs.add;
import static fathom.ir.Exprs.binary;
import static fathom.ir.Exprs.constant;
import static fathom.ir.Exprs.div;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.select;
import static fathom.ir.Exprs.unary;

import fathom.DType;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.ir.UnaryOp;
import fathom.primitive.Composed;
import fathom.primitive.MatMul;
import fathom.primitive.Ops;
import fathom.primitive.Pointwise;
import fathom.primitive.Tape;
import org.jspecify.annotations.Nullable;

/**
 * Euclidean distances between all pairs of rows, by {@code |a|^2 + |b|^2 - 2 a b}. Inputs: a [..., m, k], b [..., n,
 * k], with equal batch dimensions. Output: [..., m, n]. The gradient is 0 where points coincide.
 */
public record EuclideanDistances() implements Composed {
    @Override
    public Tensor[] compute(Tensor... inputs) {
        Tensor a = inputs[0];
        Tensor b = inputs[1];
        DType t = a.dtype();
        Tensor left = a.square().sum(-1, KeepDim.KEEP_DIM);
        Tensor right = Matrices.t(b.square().sum(-1, KeepDim.KEEP_DIM));
        // not matmul, which would round to bfloat16 under autocast: the subtraction cancels leading digits
        Tensor product = Ops.apply(new MatMul(false), a, Matrices.t(b));
        Expr squared = add(add(input(0, t), input(1, t)), mul(input(2, t), -2));
        Expr rounded = binary(BinaryOp.LT, squared, constant(t, 0));
        Expr distance = unary(UnaryOp.SQRT, select(rounded, constant(t, 0), squared));
        return new Tensor[] {Ops.apply(new Pointwise(Kernel.of(distance)), left, right, product)};
    }

    @Override
    public boolean savesInput(int i, NeedsGrad needsGrad) {
        return true;
    }

    @Override
    public boolean savesOutput(int i, NeedsGrad needsGrad) {
        return true;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        Tensor a = tape.input(0);
        Tensor b = tape.input(1);
        DType t = a.dtype();
        Expr distance = input(0, t);
        Expr zero = constant(t, 0);
        Expr e = select(binary(BinaryOp.EQ, distance, zero), zero, div(input(1, t), distance));
        Tensor ratio = Ops.apply(new Pointwise(Kernel.of(e)), tape.output(0), gradOutputs[0]);
        return new @Nullable Tensor[] {
            tape.needsGrad(0) ? across(ratio, a, b) : null, tape.needsGrad(1) ? across(Matrices.t(ratio), b, a) : null
        };
    }

    private static Tensor across(Tensor ratio, Tensor own, Tensor other) {
        return own.mul(ratio.sum(-1, KeepDim.KEEP_DIM)).sub(ratio.matmul(other));
    }
}
