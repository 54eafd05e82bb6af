package fathom.composition;

import static fathom.KeepDim.KEEP_DIM;
import static fathom.ir.Exprs.binary;
import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.constant;
import static fathom.ir.Exprs.div;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.scalar;
import static fathom.ir.Exprs.select;
import static fathom.ir.Exprs.unary;
import static fathom.ir.Exprs.wide;

import fathom.DType;
import fathom.Tensor;
import fathom.dispatch.Dims;
import fathom.dispatch.TensorAccess;
import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;
import fathom.ir.UnaryOp;
import fathom.primitive.Broadcasting;
import fathom.primitive.OperationKind;
import fathom.primitive.Ops;
import fathom.primitive.Pointwise;
import fathom.primitive.Reduce;

/** Norms of vectors and functions of them. Sums over 16-bit types stay in float32 until the last step. */
public final class Norms {
    private static final Number[] NONE = {};

    private Norms() {}

    /** {@return the p-norm over dimensions, which are kept, in a type at least as wide as that of {@code x}} */
    public static Tensor norm(Tensor x, double p, int[] dims, DType result) {
        DType given = x.dtype();
        DType t = wide(given);
        Expr in = cast(t, input(0, given));
        Expr size = unary(UnaryOp.ABS, in);
        if (Double.isInfinite(p)) {
            Tensor sizes = x.abs();
            return (p > 0 ? sizes.amax(dims, KEEP_DIM) : sizes.amin(dims, KEEP_DIM)).to(result);
        }
        if (p == 0) {
            Expr isNonzero = binary(BinaryOp.NE, input(0, given), constant(given, 0));
            Expr one = select(isNonzero, constant(DType.FLOAT64, 1), constant(DType.FLOAT64, 0));
            return sum(x, one, NONE, dims).to(result);
        }
        if (p == 1) {
            return sum(x, cast(result, size), NONE, dims);
        }
        if (p == 2) {
            return root(sum(x, mul(in, in), NONE, dims), 2, result);
        }
        Expr power = binary(BinaryOp.POW, size, scalar(0, t));
        return root(sum(x, power, new Number[] {p}, dims), p, result);
    }

    private static Tensor sum(Tensor x, Expr map, Number[] scalars, int[] dims) {
        int[] d = Dims.normalize("norm", dims, x.dim());
        return Ops.applyAll(new Reduce(ReduceOp.SUM, Kernel.of(map), scalars, d), x)[0];
    }

    /** The p-th root of sums of p-th powers, with gradient 0 rather than NaN where all are 0, as in PyTorch. */
    public static Tensor root(Tensor powers, double p, DType result) {
        DType t = powers.dtype();
        Expr s = input(0, t);
        Expr root = p == 2 ? unary(UnaryOp.SQRT, s) : binary(BinaryOp.POW, s, scalar(0, t));
        Expr atZero = constant(t, p > 0 ? 0 : Double.POSITIVE_INFINITY);
        Expr e = select(binary(BinaryOp.EQ, s, constant(t, 0)), atZero, root);
        return Ops.applyAll(new Pointwise(Kernel.of(cast(result, e)), 1 / p), powers)[0];
    }

    /** {@return x divided by its p-norm along a dimension, or by {@code eps} if that is larger} */
    public static Tensor normalize(Tensor x, double p, int dim, double eps) {
        DType t = x.dtype();
        DType computed = wide(t);
        DType result = TensorAccess.cast(OperationKind.NORM, t);
        Tensor norm = norm(x, p, new int[] {dim}, computed);
        Expr e = div(cast(computed, input(0, t)), atLeast(input(1, computed), computed));
        return Ops.applyAll(new Pointwise(Kernel.of(cast(result, e)), eps), x, norm)[0];
    }

    /** A norm clamped to at least the number in scalar slot 0. */
    private static Expr atLeast(Expr length, DType t) {
        Expr eps = scalar(0, t);
        return select(binary(BinaryOp.LT, length, eps), eps, length);
    }

    /** {@return the cosine similarity along a dimension of the shape to which both broadcast} */
    public static Tensor cosine(Tensor a, Tensor b, int dim, double eps) {
        DType both = DType.promote(a.dtype(), b.dtype());
        DType t = wide(both);
        long[] shape = Broadcasting.pair("cosineSimilarity", Ops.shape(a), Ops.shape(b));
        int d = Dims.normalize("cosineSimilarity", dim, shape.length);
        if (shape.length == 0) {
            return cosine(a.reshape(1), b.reshape(1), 0, eps);
        }
        Tensor x = whole(a, shape, d);
        Tensor y = whole(b, shape, d);
        Expr product = mul(cast(t, input(0, x.dtype())), cast(t, input(1, y.dtype())));
        Tensor dot = Ops.applyAll(new Reduce(ReduceOp.SUM, Kernel.of(product), NONE, new int[] {d}), x, y)[0];
        Tensor lengthX = norm(x, 2, new int[] {d}, t);
        Tensor lengthY = norm(y, 2, new int[] {d}, t);
        Expr cos = div(input(0, t), mul(atLeast(input(1, t), t), atLeast(input(2, t), t)));
        Kernel kernel = Kernel.of(cast(TensorAccess.cast(OperationKind.NORM, both), cos));
        return Ops.applyAll(new Pointwise(kernel, eps), dot, lengthX, lengthY)[0].squeeze(d);
    }

    /**
     * {@return t with the rank of {@code shape} and its size in dimension d: a vector's norm needs all of its elements}
     */
    private static Tensor whole(Tensor t, long[] shape, int d) {
        var extents = new long[shape.length];
        int missing = shape.length - t.dim();
        for (int i = 0; i < extents.length; i++) {
            extents[i] = i < missing ? 1 : Ops.shape(t)[i - missing];
        }
        Tensor r = missing == 0 ? t : t.reshape(extents);
        if (extents[d] == shape[d]) {
            return r;
        }
        extents[d] = shape[d];
        return r.expand(extents);
    }
}
