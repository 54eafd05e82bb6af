package fathom.primitive.neural;

import static fathom.ir.Exprs.add;
import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.div;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.scalar;
import static fathom.ir.Exprs.sub;
import static fathom.ir.Exprs.wide;

import fathom.Autograd;
import fathom.DType;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;
import fathom.primitive.Composed;
import fathom.primitive.Ops;
import fathom.primitive.Pointwise;
import fathom.primitive.Reduce;
import fathom.primitive.Tape;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Variance and mean over some dimensions, in two passes. The first averages differences from the first element of each
 * row, so that equal elements have variance exactly 0, and a mean much larger than the deviation loses no precision.
 * The second sums squares in float64: squares of float32 numbers may overflow float32, as may those of 16-bit types.
 *
 * <p>Input: x. Outputs: the variance and the mean, in float64, with the dimensions kept.
 *
 * @param dims the dimensions, ascending; at least one
 * @param correction subtracted from the number of elements in the divisor
 */
public record Variance(int[] dims, int correction) implements Composed {
    @Override
    public Tensor[] compute(Tensor... inputs) {
        Tensor x = inputs[0];
        double n = count(Ops.shape(x));
        if (x.numel() == 0) {
            long[] rows = x.shape().dims();
            for (int d : dims) {
                rows[d] = 1;
            }
            Tensor none = Tensors.full(Double.NaN, DType.FLOAT64, rows);
            return new Tensor[] {none, none.clone()};
        }
        Tensor first = x;
        for (int d : dims) {
            first = first.narrow(d, 0, 1);
        }
        DType t = x.dtype();
        DType wide = wide(t);
        Expr fromFirst = sub(cast(wide, input(0, t)), cast(wide, input(1, t)));
        Tensor sum = sum(fromFirst, x, first);
        Expr shift = div(cast(DType.FLOAT64, input(0, wide)), scalar(0, DType.FLOAT64));
        Expr center = add(cast(DType.FLOAT64, input(1, t)), shift);
        Tensor mean = Ops.apply(new Pointwise(Kernel.of(center), n), sum, first);
        Expr fromMean = sub(cast(DType.FLOAT64, input(0, t)), input(1, DType.FLOAT64));
        Tensor squares = sum(mul(fromMean, fromMean), x, mean);
        return new Tensor[] {squares.div(divisor(n)), mean};
    }

    private Tensor sum(Expr e, Tensor... inputs) {
        return Ops.apply(new Reduce(ReduceOp.SUM, Kernel.of(e), new Number[0], dims), inputs);
    }

    private double count(long[] shape) {
        double n = 1;
        for (int d : dims) {
            n *= shape[d];
        }
        return n;
    }

    private double divisor(double n) {
        return Math.max(0, n - correction);
    }

    @Override
    public boolean savesInput(int i, NeedsGrad needsGrad) {
        return true;
    }

    @Override
    public boolean savesOutput(int i, NeedsGrad needsGrad) {
        return i == 1;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        Tensor x = tape.input(0);
        Tensor byVariance = gradOutputs[0];
        Tensor byMean = gradOutputs[1];
        double n = count(Ops.shape(x));
        double slope = 2 / divisor(n);
        if (Autograd.isGradEnabled()) {
            return new @Nullable Tensor[] {composed(x, byVariance, byMean, n, slope)};
        }
        Tensor g = byVariance == null ? null : fused(x, tape.output(1), byVariance, slope);
        if (byMean != null) {
            Tensor share = byMean.mul(1 / n).to(x.dtype()).expand(Ops.shape(x));
            g = g == null ? share : g.add(share);
        }
        return new @Nullable Tensor[] {g};
    }

    /**
     * {@code (x - mean) slope g}. The mean is subtracted in two parts, which together hold more digits than x, so that
     * the elements need not be converted to float64.
     */
    private static Tensor fused(Tensor x, Tensor mean, Tensor g, double slope) {
        DType t = x.dtype();
        DType wide = wide(t);
        Expr exact = input(0, DType.FLOAT64);
        Expr high = cast(wide, exact);
        Expr low = cast(wide, sub(exact, cast(DType.FLOAT64, high)));
        Expr factor = cast(wide, mul(input(1, DType.FLOAT64), scalar(0, DType.FLOAT64)));
        Tensor[] rows = Ops.applyAll(new Pointwise(Kernel.of(high, low, factor), slope), mean, g);
        Expr distance = sub(sub(cast(wide, input(0, t)), input(1, wide)), input(2, wide));
        Kernel kernel = Kernel.of(cast(t, mul(distance, input(3, wide))));
        return Ops.apply(new Pointwise(kernel), x, rows[0], rows[1], rows[2]);
    }

    /** The same gradient composed of differentiable operations, for higher-order gradients. */
    private Tensor composed(Tensor x, @Nullable Tensor byVariance, @Nullable Tensor byMean, double n, double slope) {
        Tensor wide = x.to(DType.FLOAT64);
        Tensor g = Tensors.zeros(DType.FLOAT64, Ops.shape(x));
        if (byVariance != null) {
            g = g.add(wide.sub(wide.mean(dims, KeepDim.KEEP_DIM)).mul(byVariance.mul(slope)));
        }
        if (byMean != null) {
            g = g.add(byMean.mul(1 / n));
        }
        return g.to(x.dtype());
    }

    @Override
    public String toString() {
        return "Variance over " + Arrays.toString(dims);
    }
}
