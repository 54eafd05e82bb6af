package fathom.composition;

import static fathom.ir.Exprs.binary;
import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.constant;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.scalar;
import static fathom.ir.Exprs.select;
import static fathom.ir.Exprs.sub;
import static fathom.ir.Exprs.unary;
import static fathom.ir.Exprs.wide;

import fathom.DType;
import fathom.Tensor;
import fathom.dispatch.TensorAccess;
import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;
import fathom.ir.UnaryOp;
import fathom.linalg.ChebyshevDistances;
import fathom.linalg.EuclideanDistances;
import fathom.options.CdistMode;
import fathom.primitive.Broadcasting;
import fathom.primitive.OperationKind;
import fathom.primitive.Ops;
import fathom.primitive.Reduce;
import java.util.Arrays;

/** Distances between all pairs of rows of two matrices, without materialising all differences. */
public final class Distances {
    /** With more rows than this, Euclidean distances are computed by a matrix product. */
    private static final long FEW_ROWS = 25;

    private Distances() {}

    public static Tensor cdist(Tensor x1, Tensor x2, double p, CdistMode mode) {
        DType t = x1.dtype();
        if (x1.dim() < 2 || x2.dim() < 2 || x1.size(-1) != x2.size(-1)) {
            throw new IllegalArgumentException(
                    "cdist: expected two matrices, or batches of them, with equal numbers of columns, not shapes %s and %s"
                            .formatted(x1.shape(), x2.shape()));
        }
        if (!t.isFloating() || x2.dtype() != t) {
            throw new IllegalArgumentException(
                    "cdist: expected two tensors of one floating type, not %s and %s; convert with to(...)"
                            .formatted(t, x2.dtype()));
        }
        if (!(p >= 0)) {
            throw new IllegalArgumentException("cdist: p must not be negative: " + p);
        }
        DType result = TensorAccess.cast(OperationKind.NORM, t);
        long[] batch =
                Broadcasting.pair(
                        "cdist",
                        Arrays.copyOf(Ops.shape(x1), x1.dim() - 2),
                        Arrays.copyOf(Ops.shape(x2), x2.dim() - 2));
        boolean large = x1.size(-2) > FEW_ROWS || x2.size(-2) > FEW_ROWS;
        if (p == 2 && (mode == CdistMode.MM || mode == CdistMode.MM_IF_LARGE && large)) {
            DType computed = wide(t);
            Tensor a = x1.to(computed);
            Tensor b = x2.to(computed);
            return Ops.applyAll(new EuclideanDistances(), inBatch(a, batch), inBatch(b, batch))[0].to(result);
        }
        Tensor a = x1.unsqueeze(-2);
        Tensor b = x2.unsqueeze(-3);
        if (p == Double.POSITIVE_INFINITY) {
            return Ops.applyAll(new ChebyshevDistances(), a, b)[0].to(result);
        }
        return minkowski(a, b, p, result).squeeze(-1);
    }

    private static Tensor inBatch(Tensor x, long[] batch) {
        long[] shape = Arrays.copyOf(batch, batch.length + 2);
        shape[batch.length] = x.size(-2);
        shape[batch.length + 1] = x.size(-1);
        return x.expand(shape);
    }

    /** {@return the p-norms of differences along the last dimension, which is kept} */
    private static Tensor minkowski(Tensor a, Tensor b, double p, DType result) {
        DType t = wide(a.dtype());
        Expr d = sub(cast(t, input(0, a.dtype())), cast(t, input(1, b.dtype())));
        Expr size = unary(UnaryOp.ABS, d);
        Expr isZero = binary(BinaryOp.EQ, d, constant(t, 0));
        if (p == 0) {
            return sum(a, b, select(isZero, constant(t, 0), constant(t, 1)), p).to(result);
        }
        if (p == 1) {
            return sum(a, b, size, p).to(result);
        }
        // where coordinates are equal, powers below 1 have an infinite slope, which is replaced by 0
        Expr power = select(isZero, constant(t, 0), binary(BinaryOp.POW, size, scalar(0, t)));
        return Norms.root(sum(a, b, p == 2 ? mul(d, d) : power, p), p, result);
    }

    private static Tensor sum(Tensor a, Tensor b, Expr map, double p) {
        int last = Math.max(a.dim(), b.dim()) - 1;
        return Ops.applyAll(new Reduce(ReduceOp.SUM, Kernel.of(map), new Number[] {p}, new int[] {last}), a, b)[0];
    }
}
