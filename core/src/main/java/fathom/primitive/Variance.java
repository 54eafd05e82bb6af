package fathom.primitive;

import static fathom.ir.Exprs.add;
import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.scalar;
import static fathom.ir.Exprs.sub;

import fathom.Autograd;
import fathom.DType;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.ir.RowProgram;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Variance and mean over some dimensions, in float64 whatever the input's type: squares of what float32 holds may not
 * fit into it. Distances are taken from the first element of each row before they are averaged, so that equal elements
 * have variance 0 to the bit, and a mean that is large beside the deviation costs no digits.
 *
 * <p>Input: x. Outputs: the variance and the mean, in float64, with the dimensions kept.
 *
 * @param dims the dimensions, ascending; one at least
 * @param correction subtracted from the number of elements in the divisor
 */
public record Variance(int[] dims, int correction) implements Composed {
    private static final @Nullable RowProgram[] PROGRAMS = new RowProgram[DType.values().length];

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
        RowProgram program = PROGRAMS[t.ordinal()];
        if (program == null) {
            PROGRAMS[t.ordinal()] = program = program(t);
        }
        return Ops.applyAll(new Rowwise(program, new Number[] {n / divisor(n)}, dims), x, first);
    }

    private static RowProgram program(DType t) {
        var p = new RowProgram.Builder(2);
        Expr first = cast(DType.FLOAT64, input(1, t));
        Expr[] moments = p.moments(sub(cast(DType.FLOAT64, input(0, t)), first));
        Expr variance = p.rowMap(mul(moments[1], scalar(0, DType.FLOAT64)));
        return p.results(variance, p.rowMap(add(moments[0], first)));
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
    public boolean savesInput(int i, Wants wants) {
        return true;
    }

    @Override
    public boolean savesOutput(int i, Wants wants) {
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
        var in = new ArrayList<Tensor>(List.of(x));
        Expr e = null;
        if (byVariance != null) {
            in.add(tape.output(1));
            in.add(byVariance);
            Expr distance = sub(cast(DType.FLOAT64, input(0, x.dtype())), input(1, DType.FLOAT64));
            e = mul(distance, mul(input(2, DType.FLOAT64), scalar(0, DType.FLOAT64)));
        }
        if (byMean != null) {
            in.add(byMean);
            Expr share = mul(input(in.size() - 1, DType.FLOAT64), scalar(1, DType.FLOAT64));
            e = e == null ? share : add(e, share);
        }
        if (e == null) {
            return new @Nullable Tensor[1];
        }
        var kernel = Kernel.of(cast(x.dtype(), e));
        Tensor g = Ops.apply(new Pointwise(kernel, slope, 1 / n), in.toArray(Tensor[]::new));
        return new @Nullable Tensor[] {g};
    }

    /** The same out of differentiable operations, for gradients of the gradient. */
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
