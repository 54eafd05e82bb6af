package fathom.primitive;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.Exprs;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;
import fathom.ir.UnaryOp;

/** Gradients of products and extrema, for all values, including zeros and ties. */
public final class ReduceGradients {
    private ReduceGradients() {}

    /** {@return the sum over some dimensions, which are removed, in a type of its own} */
    public static Tensor sum(Tensor x, DType type, int... dims) {
        Tensor sum =
                Ops.apply(
                        new Reduce(ReduceOp.SUM, Kernel.of(Exprs.cast(type, Exprs.input(0, x.dtype()))), NONE, dims),
                        x);
        for (int i = dims.length - 1; i >= 0; i--) {
            sum = sum.squeeze(dims[i]);
        }
        return sum;
    }

    private static final Number[] NONE = {};

    /** Ties share the gradient equally; so do all NaNs where the extremum is NaN. */
    static Tensor extremum(Tape tape, Tensor g, int[] dims) {
        if (dims.length == 0) {
            return g;
        }
        Tensor x = tape.input(0).detach();
        Tensor extremum = tape.output(0).detach();
        DType t = x.dtype();
        DType wide = Exprs.wide(t); // 16-bit types cannot represent the number of ties
        Expr a = Exprs.input(0, t);
        Expr b = Exprs.input(1, t);
        Expr areNan = Exprs.binary(BinaryOp.AND, Exprs.unary(UnaryOp.IS_NAN, a), Exprs.unary(UnaryOp.IS_NAN, b));
        Expr chosen = Exprs.binary(BinaryOp.OR, Exprs.binary(BinaryOp.EQ, a, b), areNan);
        Expr one = Exprs.select(chosen, Exprs.constant(wide, 1), Exprs.constant(wide, 0));
        Tensor count = Ops.apply(new Reduce(ReduceOp.SUM, Kernel.of(one), NONE, dims), x, extremum);
        Expr share = Exprs.div(Exprs.cast(wide, Exprs.input(2, g.dtype())), Exprs.input(3, wide));
        Expr e = Exprs.cast(t, Exprs.select(chosen, share, Exprs.constant(wide, 0)));
        return Ops.apply(new Pointwise(Kernel.of(e)), x, extremum, g, count);
    }

    /** The product of all other elements, from cumulative products from both ends: correct even with zeros. */
    static Tensor prod(Tensor x, Tensor g, int[] dims) {
        if (dims.length == 0) {
            return g;
        }
        if (x.numel() == 0) {
            return x.clone();
        }
        // move the reduced dimensions to the end and merge them
        int rank = x.dim();
        var order = new int[rank];
        int k = 0;
        for (int d = 0; d < rank; d++) {
            if (java.util.Arrays.binarySearch(dims, d) < 0) {
                order[k++] = d;
            }
        }
        int kept = k;
        for (int d : dims) {
            order[k++] = d;
        }
        Tensor p = x.permute(order);
        Tensor flat = p.flatten(kept, -1);
        Tensor others = othersProduct(flat, flat.dim() - 1);
        var inverse = new int[rank];
        for (int d = 0; d < rank; d++) {
            inverse[order[d]] = d;
        }
        return others.reshape(p.shape().dims()).permute(inverse).mul(g);
    }

    private static Tensor othersProduct(Tensor x, int dim) {
        long n = x.size(dim);
        long[] one = x.shape().dims();
        one[dim] = 1;
        Tensor ones = Tensors.ones(x.dtype(), one);
        Tensor before = Tensors.cat(java.util.List.of(ones, x.narrow(dim, 0, n - 1)), dim).cumprod(dim);
        Tensor after =
                Tensors.cat(java.util.List.of(ones, x.flip(dim).narrow(dim, 0, n - 1)), dim).cumprod(dim).flip(dim);
        return before.mul(after);
    }

    /**
     * Gradient of the cumulative product. Element k receives the sum over i >= k of g_i times the product of elements
     * 0..i except k: suffix sums over products, {@code out_i / x_k} without the division, which zeros would break.
     */
    static Tensor cumprod(Tensor x, Tensor g, int dim) {
        long n = x.size(dim);
        if (x.numel() == 0) {
            return x.clone();
        }
        DType t = x.dtype();
        long[] one = x.shape().dims();
        one[dim] = 1;
        Tensor before = Tensors.cat(java.util.List.of(Tensors.ones(t, one), x.narrow(dim, 0, n - 1)), dim).cumprod(dim);
        // r_k = g_k + x_{k+1} r_{k+1}: one step per element, from the last to the first, so zeros need no special case
        var r = new Tensor[(int) n];
        for (int i = (int) n - 1; i >= 0; i--) {
            Tensor gi = g.narrow(dim, i, 1);
            r[i] = i == n - 1 ? gi : gi.add(x.narrow(dim, i + 1, 1).mul(r[i + 1]));
        }
        return before.mul(Tensors.cat(java.util.List.of(r), dim));
    }
}
