package fathom.ops;

import static fathom.KeepDim.DROP_DIM;
import static fathom.KeepDim.KEEP_DIM;
import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.sub;

import fathom.DType;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
import fathom.ValuesAndIndices;
import fathom.composition.Norms;
import fathom.dispatch.Dims;
import fathom.dispatch.TensorAccess;
import fathom.ir.Expr;
import fathom.ir.Exprs;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;
import fathom.ir.UnaryOp;
import fathom.primitive.ArgReduce;
import fathom.primitive.OperationKind;
import fathom.primitive.Ops;
import fathom.primitive.Pointwise;
import fathom.primitive.Reduce;
import fathom.primitive.Scan;
import fathom.primitive.neural.Variance;

/**
 * Reductions over any set of dimensions, and cumulative sums. Without dimensions they reduce over all. Negative
 * dimensions count from the end. Sums and products of integers and booleans are int64.
 */
public sealed interface ReductionOps permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    private Tensor reduce(String name, ReduceOp op, Expr map, int[] dims, KeepDim keep) {
        return reduce(name, op, map, new Number[0], dims, keep);
    }

    private Tensor reduce(
            String name, ReduceOp op, Expr map, Number[] scalars, int[] dims, KeepDim keep, Tensor... others) {
        Tensor x = self();
        int[] d = Dims.normalize(name, dims, x.dim());
        var inputs = new Tensor[others.length + 1];
        inputs[0] = x;
        System.arraycopy(others, 0, inputs, 1, others.length);
        Tensor r = Ops.applyAll(new Reduce(op, Kernel.of(map), scalars, d), inputs)[0];
        return keep == KEEP_DIM ? r : drop(r, d);
    }

    private static Tensor drop(Tensor r, int[] dims) {
        if (dims.length == 0) {
            return r;
        }
        var shape = new long[r.dim() - dims.length];
        int k = 0;
        int n = 0;
        for (int d = 0; d < r.dim(); d++) {
            if (k < dims.length && dims[k] == d) {
                k++;
            } else {
                shape[n++] = Ops.shape(r)[d];
            }
        }
        return r.reshape(shape);
    }

    private long count(String name, int[] dims) {
        long n = 1;
        for (int d : Dims.normalize(name, dims, self().dim())) {
            n *= Ops.shape(self())[d];
        }
        return n;
    }

    private void refuseEmpty(String name, int[] dims) {
        if (count(name, dims) == 0) {
            throw new IllegalArgumentException(
                    "%s: %sa tensor of shape %s %s no elements"
                            .formatted(
                                    name,
                                    dims.length == 0
                                            ? ""
                                            : "dimensions %s of ".formatted(java.util.Arrays.toString(dims)),
                                    self().shape(),
                                    dims.length == 0 ? "has" : "have"));
        }
    }

    /** {@return the sum of all elements} */
    default Tensor sum() {
        return sum(new int[0], DROP_DIM);
    }

    /** {@return the sum along one dimension, which is removed} */
    default Tensor sum(int dim) {
        return sum(new int[] {dim}, DROP_DIM);
    }

    /** {@return the sum along one dimension} */
    default Tensor sum(int dim, KeepDim keep) {
        return sum(new int[] {dim}, keep);
    }

    /** {@return the sum over some dimensions, which are removed} */
    default Tensor sum(int[] dims) {
        return sum(dims, DROP_DIM);
    }

    /** {@return the sum over some dimensions} */
    default Tensor sum(int[] dims, KeepDim keep) {
        DType t = self().dtype();
        return reduce(
                "sum",
                ReduceOp.SUM,
                cast(TensorAccess.cast(OperationKind.SUM, t.toAccumulating()), input(0, t)),
                dims,
                keep);
    }

    /** {@return the sum over the dimensions that were broadcast from {@code shape} to this shape} */
    default Tensor sumTo(long... shape) {
        Tensor x = self();
        int[] dims = fathom.primitive.Broadcasting.reducedDims(Ops.shape(x), shape);
        return (dims.length == 0 ? x : x.sum(dims, KEEP_DIM)).reshape(shape);
    }

    /** {@return the product of all elements} */
    default Tensor prod() {
        return prod(new int[0], DROP_DIM);
    }

    /** {@return the product along one dimension, which is removed} */
    default Tensor prod(int dim) {
        return prod(new int[] {dim}, DROP_DIM);
    }

    /** {@return the product along one dimension} */
    default Tensor prod(int dim, KeepDim keep) {
        return prod(new int[] {dim}, keep);
    }

    /** {@return the product over some dimensions, which are removed} */
    default Tensor prod(int[] dims) {
        return prod(dims, DROP_DIM);
    }

    /** {@return the product over some dimensions} */
    default Tensor prod(int[] dims, KeepDim keep) {
        DType t = TensorAccess.cast(OperationKind.SUM, self().dtype().toAccumulating());
        Tensor x = self().to(t);
        return ((ReductionOps) x).reduce("prod", ReduceOp.PROD, input(0, t), dims, keep);
    }

    private DType real(String name) {
        DType t = self().dtype();
        if (!t.isFloating()) {
            throw new IllegalArgumentException(
                    "%s: expected a floating type, not %s; convert with to(FLOAT32)".formatted(name, t));
        }
        return t;
    }

    /** {@return the mean of all elements, which must be floating} */
    default Tensor mean() {
        return mean(new int[0], DROP_DIM);
    }

    /** {@return the mean along one dimension, which is removed} */
    default Tensor mean(int dim) {
        return mean(new int[] {dim}, DROP_DIM);
    }

    /** {@return the mean along one dimension} */
    default Tensor mean(int dim, KeepDim keep) {
        return mean(new int[] {dim}, keep);
    }

    /** {@return the mean over some dimensions, which are removed} */
    default Tensor mean(int[] dims) {
        return mean(dims, DROP_DIM);
    }

    /** {@return the mean over some dimensions} */
    default Tensor mean(int[] dims, KeepDim keep) {
        DType t = real("mean");
        DType result = TensorAccess.cast(OperationKind.SUM, t);
        DType computed = Exprs.wide(t);
        long n = count("mean", dims);
        if (result == computed) {
            return sum(dims, keep).div(n);
        }
        // a sum that overflows a 16-bit type may have a mean that does not
        Tensor sum = reduce("mean", ReduceOp.SUM, cast(computed, input(0, t)), dims, keep);
        Expr mean = cast(result, Exprs.div(input(0, computed), Exprs.scalar(0, computed)));
        return Ops.applyAll(new Pointwise(Kernel.of(mean), n), sum)[0];
    }

    /** {@return the variance of all elements, with Bessel's correction: divided by n - 1} */
    default Tensor var() {
        return var(new int[0], 1, DROP_DIM);
    }

    /** {@return the variance along one dimension, divided by n - 1} */
    default Tensor var(int dim) {
        return var(new int[] {dim}, 1, DROP_DIM);
    }

    /** {@return the variance along one dimension, divided by n - 1} */
    default Tensor var(int dim, KeepDim keep) {
        return var(new int[] {dim}, 1, keep);
    }

    /** {@return the variance over some dimensions, which are removed, divided by n - 1} */
    default Tensor var(int[] dims) {
        return var(dims, 1, DROP_DIM);
    }

    /**
     * The variance over some dimensions.
     *
     * @param correction the number subtracted from that of elements in the divisor: 1 for Bessel's correction, 0 for
     *     none
     */
    default Tensor var(int[] dims, int correction, KeepDim keep) {
        DType t = real("var");
        return variance("var", dims, correction, keep).to(TensorAccess.cast(OperationKind.STATISTICS, t));
    }

    /**
     * The variance in float64: that of 16-bit or float32 numbers may overflow their type where its square root does
     * not.
     */
    private Tensor variance(String name, int[] dims, int correction, KeepDim keep) {
        Tensor x = self();
        if (x.dim() == 0) {
            Dims.normalize(name, dims, 0);
            return ((ReductionOps) x.reshape(1)).variance(name, new int[0], correction, DROP_DIM);
        }
        int[] d = Dims.normalize(name, dims, x.dim());
        Tensor variance = Ops.applyAll(new Variance(d, correction), x)[0];
        return keep == KEEP_DIM ? variance : drop(variance, d);
    }

    /** {@return the standard deviation of all elements, with Bessel's correction} */
    default Tensor std() {
        return std(new int[0], 1, DROP_DIM);
    }

    /** {@return the standard deviation along one dimension, with Bessel's correction} */
    default Tensor std(int dim) {
        return std(new int[] {dim}, 1, DROP_DIM);
    }

    /** {@return the standard deviation along one dimension, with Bessel's correction} */
    default Tensor std(int dim, KeepDim keep) {
        return std(new int[] {dim}, 1, keep);
    }

    /** {@return the standard deviation over some dimensions, which are removed, with Bessel's correction} */
    default Tensor std(int[] dims) {
        return std(dims, 1, DROP_DIM);
    }

    /** {@return the standard deviation over some dimensions; see {@link #var(int[], int, KeepDim)}} */
    default Tensor std(int[] dims, int correction, KeepDim keep) {
        DType t = real("std");
        return Norms.root(variance("std", dims, correction, keep), 2, TensorAccess.cast(OperationKind.STATISTICS, t));
    }

    /** {@return the Euclidean norm of all elements} */
    default Tensor norm() {
        return norm(2);
    }

    /** {@return the p-norm of all elements} */
    default Tensor norm(double p) {
        return norm(p, new int[0], DROP_DIM);
    }

    /** {@return the p-norm along one dimension, which is removed} */
    default Tensor norm(double p, int dim) {
        return norm(p, new int[] {dim}, DROP_DIM);
    }

    /** {@return the p-norm along one dimension} */
    default Tensor norm(double p, int dim, KeepDim keep) {
        return norm(p, new int[] {dim}, keep);
    }

    /**
     * The p-norm over some dimensions: the p-th root of the sum of p-th powers of absolute values; the maximum absolute
     * value for infinite p, the number of nonzero elements for 0. It is 0 without elements.
     */
    default Tensor norm(double p, int[] dims, KeepDim keep) {
        DType t = real("norm");
        if (Double.isInfinite(p) && count("norm", dims) == 0) {
            return self().sum(dims, keep).to(TensorAccess.cast(OperationKind.NORM, t));
        }
        Tensor norm = Norms.norm(self(), p, dims, TensorAccess.cast(OperationKind.NORM, t));
        return keep == KEEP_DIM ? norm : drop(norm, Dims.normalize("norm", dims, self().dim()));
    }

    /** {@return the log-sum-exp along one dimension, computed without overflow} */
    default Tensor logsumexp(int dim) {
        return logsumexp(new int[] {dim}, DROP_DIM);
    }

    /** {@return the log-sum-exp along one dimension, computed without overflow} */
    default Tensor logsumexp(int dim, KeepDim keep) {
        return logsumexp(new int[] {dim}, keep);
    }

    /** {@return the log-sum-exp over some dimensions, computed without overflow} */
    default Tensor logsumexp(int[] dims, KeepDim keep) {
        if (!self().dtype().isFloating()) {
            return self().to(DType.FLOAT32).logsumexp(dims, keep);
        }
        DType t = self().dtype();
        DType computed = Exprs.wide(t);
        if (count("logsumexp", dims) == 0) {
            return self().to(TensorAccess.cast(OperationKind.SUM, t)).exp().sum(dims, keep).log();
        }
        Tensor max = self().detach().amax(dims, KEEP_DIM);
        max = Tensors.where(max.isinf(), 0, max);
        Expr e = Exprs.unary(UnaryOp.EXP, sub(cast(computed, input(0, t)), cast(computed, input(1, t))));
        Tensor sum = reduce("logsumexp", ReduceOp.SUM, e, new Number[0], dims, KEEP_DIM, max);
        Expr log = Exprs.add(Exprs.unary(UnaryOp.LOG, input(0, computed)), cast(computed, input(1, t)));
        Tensor r =
                Ops.applyAll(new Pointwise(Kernel.of(cast(TensorAccess.cast(OperationKind.SUM, t), log))), sum, max)[0];
        return keep == KEEP_DIM ? r : drop(r, Dims.normalize("logsumexp", dims, self().dim()));
    }

    /** {@return the maximum of all elements} */
    default Tensor max() {
        refuseEmpty("max", new int[0]);
        return amax(new int[0], DROP_DIM);
    }

    /** {@return the minimum of all elements} */
    default Tensor min() {
        refuseEmpty("min", new int[0]);
        return amin(new int[0], DROP_DIM);
    }

    /** {@return the maxima over some dimensions; ties share the gradient} */
    default Tensor amax(int[] dims, KeepDim keep) {
        refuseEmpty("amax", dims);
        return reduce("amax", ReduceOp.MAX, input(0, self().dtype()), dims, keep);
    }

    /** {@return the maxima over some dimensions, which are removed} */
    default Tensor amax(int... dims) {
        return amax(dims, DROP_DIM);
    }

    /** {@return the minima over some dimensions; ties share the gradient} */
    default Tensor amin(int[] dims, KeepDim keep) {
        refuseEmpty("amin", dims);
        return reduce("amin", ReduceOp.MIN, input(0, self().dtype()), dims, keep);
    }

    /** {@return the minima over some dimensions, which are removed} */
    default Tensor amin(int... dims) {
        return amin(dims, DROP_DIM);
    }

    /** {@return the maxima along one dimension, and their indices} */
    default ValuesAndIndices max(int dim) {
        return extremum("max", true, dim, DROP_DIM);
    }

    /** {@return the maxima along one dimension, and their indices} */
    default ValuesAndIndices max(int dim, KeepDim keep) {
        return extremum("max", true, dim, keep);
    }

    /** {@return the minima along one dimension, and their indices} */
    default ValuesAndIndices min(int dim) {
        return extremum("min", false, dim, DROP_DIM);
    }

    /** {@return the minima along one dimension, and their indices} */
    default ValuesAndIndices min(int dim, KeepDim keep) {
        return extremum("min", false, dim, keep);
    }

    private ValuesAndIndices extremum(String name, boolean greatest, int dim, KeepDim keep) {
        Tensor x = self();
        if (x.dim() == 0) {
            Dims.normalize(name, dim, 0);
            return new ValuesAndIndices(x.clone(), x.newZeros(DType.INT64));
        }
        int d = Dims.normalize(name, dim, x.dim());
        refuseEmpty(name, new int[] {d});
        Tensor indices = Ops.applyAll(new ArgReduce(greatest, d), x)[0];
        Tensor values = x.gather(d, indices);
        return keep == KEEP_DIM
                ? new ValuesAndIndices(values, indices)
                : new ValuesAndIndices(values.squeeze(d), indices.squeeze(d));
    }

    /** {@return the index of the maximum of all elements, in row-major order} */
    default Tensor argmax() {
        return self().reshape(-1).argmax(0);
    }

    /** {@return the index of the maximum along one dimension, which is removed} */
    default Tensor argmax(int dim) {
        return arg("argmax", true, dim, DROP_DIM);
    }

    /** {@return the index of the maximum along one dimension} */
    default Tensor argmax(int dim, KeepDim keep) {
        return arg("argmax", true, dim, keep);
    }

    /** {@return the index of the minimum of all elements, in row-major order} */
    default Tensor argmin() {
        return self().reshape(-1).argmin(0);
    }

    /** {@return the index of the minimum along one dimension, which is removed} */
    default Tensor argmin(int dim) {
        return arg("argmin", false, dim, DROP_DIM);
    }

    /** {@return the index of the minimum along one dimension} */
    default Tensor argmin(int dim, KeepDim keep) {
        return arg("argmin", false, dim, keep);
    }

    private Tensor arg(String name, boolean greatest, int dim, KeepDim keep) {
        Tensor x = self();
        if (x.dim() == 0) {
            Dims.normalize(name, dim, 0);
            return x.newZeros(DType.INT64);
        }
        int d = Dims.normalize(name, dim, x.dim());
        refuseEmpty(name, new int[] {d});
        Tensor r = Ops.applyAll(new ArgReduce(greatest, d), x)[0];
        return keep == KEEP_DIM ? r : r.squeeze(d);
    }

    /** {@return whether any element is nonzero} */
    default Tensor any() {
        return any(new int[0], DROP_DIM);
    }

    /** {@return whether any element along one dimension is nonzero} */
    default Tensor any(int dim) {
        return any(new int[] {dim}, DROP_DIM);
    }

    /** {@return whether any element along one dimension is nonzero} */
    default Tensor any(int dim, KeepDim keep) {
        return any(new int[] {dim}, keep);
    }

    /** {@return whether any element over some dimensions is nonzero} */
    default Tensor any(int[] dims, KeepDim keep) {
        return reduce("any", ReduceOp.ANY, cast(DType.BOOL, input(0, self().dtype())), dims, keep);
    }

    /** {@return whether all elements are nonzero} */
    default Tensor all() {
        return all(new int[0], DROP_DIM);
    }

    /** {@return whether all elements along one dimension are nonzero} */
    default Tensor all(int dim) {
        return all(new int[] {dim}, DROP_DIM);
    }

    /** {@return whether all elements along one dimension are nonzero} */
    default Tensor all(int dim, KeepDim keep) {
        return all(new int[] {dim}, keep);
    }

    /** {@return whether all elements over some dimensions are nonzero} */
    default Tensor all(int[] dims, KeepDim keep) {
        return reduce("all", ReduceOp.ALL, cast(DType.BOOL, input(0, self().dtype())), dims, keep);
    }

    /** {@return the number of nonzero elements} */
    default Tensor countNonzero() {
        return self().ne(0).sum();
    }

    /** {@return the number of nonzero elements along one dimension} */
    default Tensor countNonzero(int dim) {
        return self().ne(0).sum(dim);
    }

    /** {@return the number of nonzero elements over some dimensions, which are removed} */
    default Tensor countNonzero(int[] dims) {
        return self().ne(0).sum(dims);
    }

    /** {@return cumulative sums along one dimension} */
    default Tensor cumsum(int dim) {
        return scan("cumsum", ReduceOp.SUM, dim);
    }

    /** {@return cumulative products along one dimension} */
    default Tensor cumprod(int dim) {
        return scan("cumprod", ReduceOp.PROD, dim);
    }

    private Tensor scan(String name, ReduceOp op, int dim) {
        Tensor x = self().to(TensorAccess.cast(OperationKind.SUM, self().dtype().toAccumulating()));
        int d = Dims.normalize(name, dim, x.dim());
        return x.dim() == 0 ? x.clone() : Ops.applyAll(new Scan(op, d), x)[0];
    }
}
