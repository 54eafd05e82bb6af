package fathom.primitive;

import static fathom.ir.Exprs.add;
import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.scalar;
import static fathom.ir.Exprs.sub;
import static fathom.ir.Exprs.unary;

import fathom.Autograd;
import fathom.DType;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.ir.Derivative;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;
import fathom.ir.UnaryOp;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Subtracts the mean over some dimensions, divides by the standard deviation over them, then multiplies by a weight and
 * adds a bias. The common core of batch, layer, group, instance and root-mean-square norm.
 *
 * <p>Inputs: {@code x}; the weight if there is one; the bias if there is one; both of x's rank, with extents of 1 where
 * they do not vary. Outputs: y; the mean; {@code 1 / sqrt(variance + eps)}; the (biased) variance; the latter three
 * with the dimensions kept, in float32 or float64.
 *
 * <p>Forward makes three passes over x, backward three over x and the gradient.
 *
 * @param dims the dimensions, ascending
 * @param eps added to the variance
 * @param centred whether the mean is subtracted; otherwise the variance is the mean square
 * @param weighted whether there is a weight
 * @param biased whether there is a bias
 */
public record Normalize(int[] dims, double eps, boolean centred, boolean weighted, boolean biased) implements Composed {
    // the numbers under which kernels are written, before those that are not used are left out
    private static final int X = 0;
    private static final int MEAN = 1;
    private static final int RSTD = 2;
    private static final int WEIGHT = 3;
    private static final int BIAS = 4;
    private static final int GRAD = 5;
    private static final int SUM_GRAD = 6;
    private static final int SUM_PRODUCT = 7;
    private static final int SLOTS = 8;

    /** Tensors by the numbers above. */
    private final class Kernels {
        private final @Nullable Tensor[] slots = new @Nullable Tensor[SLOTS];
        private final Number[] scalars;
        private final DType wide;

        Kernels(Tensor[] inputs) {
            slots[X] = inputs[0];
            slots[WEIGHT] = weighted ? inputs[1] : null;
            slots[BIAS] = biased ? inputs[inputs.length - 1] : null;
            wide = inputs[0].dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
            long n = 1;
            for (int d : dims) {
                n *= Ops.shape(inputs[0])[d];
            }
            scalars = new Number[] {1.0 / n, eps};
        }

        Expr in(int slot) {
            Tensor t = slots[slot];
            return cast(wide, input(slot, t == null ? wide : t.dtype()));
        }

        Expr perElement() {
            return scalar(0, wide);
        }

        Expr centredX() {
            return centred ? sub(in(X), in(MEAN)) : in(X);
        }

        Expr normalized() {
            return mul(centredX(), in(RSTD));
        }

        Tensor map(Expr e) {
            var used = compact(e);
            return Ops.apply(new Pointwise(used.kernel, scalars), used.tensors);
        }

        Tensor sum(Expr e, int[] over) {
            var used = compact(e);
            return Ops.apply(new Reduce(ReduceOp.SUM, used.kernel, scalars, over), used.tensors);
        }

        private Used compact(Expr e) {
            var number = new int[SLOTS];
            var tensors = new Tensor[SLOTS];
            int n = 0;
            for (int i = 0; i < SLOTS; i++) {
                Tensor t = slots[i];
                if (t != null && Derivative.depends(e, i)) {
                    number[i] = n;
                    tensors[n++] = t;
                }
            }
            return new Used(Kernel.of(Derivative.renumber(e, number)), Arrays.copyOf(tensors, n));
        }

        private record Used(Kernel kernel, Tensor[] tensors) {}
    }

    @Override
    public Tensor[] compute(Tensor... inputs) {
        var k = new Kernels(inputs);
        if (centred) {
            k.slots[MEAN] = k.sum(mul(k.in(X), k.perElement()), dims);
        }
        Expr centredX = k.centredX();
        Tensor variance = k.sum(mul(mul(centredX, centredX), k.perElement()), dims);
        k.slots[RSTD] = variance;
        Tensor rstd = k.map(unary(UnaryOp.RSQRT, add(k.in(RSTD), scalar(1, k.wide))));
        k.slots[RSTD] = rstd;
        Expr y = k.normalized();
        y = weighted ? mul(y, k.in(WEIGHT)) : y;
        y = biased ? add(y, k.in(BIAS)) : y;
        Tensor mean = k.slots[MEAN];
        return new Tensor[] {k.map(cast(inputs[0].dtype(), y)), mean == null ? variance : mean, rstd, variance};
    }

    @Override
    public boolean savesInput(int i, Wants wants) {
        return i == 0 || weighted && i == 1;
    }

    @Override
    public boolean savesOutput(int i, Wants wants) {
        return i == 1 || i == 2;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        Tensor g = gradOutputs[0];
        return g == null
                ? new @Nullable Tensor[tape.inputCount()]
                : Autograd.isGradEnabled() ? composed(tape, g) : fused(tape, g);
    }

    private @Nullable Tensor[] fused(Tape tape, Tensor g) {
        var saved = weighted ? new Tensor[] {tape.input(0), tape.input(1)} : new Tensor[] {tape.input(0)};
        var k = new Normalize(dims, eps, centred, weighted, false).new Kernels(saved);
        k.slots[MEAN] = centred ? tape.output(1) : null;
        k.slots[RSTD] = tape.output(2);
        k.slots[GRAD] = g;
        var grads = new @Nullable Tensor[tape.inputCount()];
        // a weight that does not vary where statistics are taken needs no sums of its own: batch norm
        boolean shared = !weighted || Arrays.equals(tape.inputShape(1), Ops.shape(tape.output(2)));
        Expr inner = shared ? k.in(GRAD) : mul(k.in(GRAD), k.in(WEIGHT));
        boolean byX = tape.wants(0);
        Tensor sum = null;
        Tensor product = null;
        if (byX || shared && biased && tape.wants(grads.length - 1)) {
            sum = k.sum(inner, dims);
        }
        if (byX || shared && weighted && tape.wants(1)) {
            product = k.sum(mul(inner, k.normalized()), dims);
        }
        if (byX) {
            k.slots[SUM_GRAD] = sum;
            k.slots[SUM_PRODUCT] = product;
            Expr e = sub(inner, mul(k.normalized(), mul(k.in(SUM_PRODUCT), k.perElement())));
            e = centred ? sub(e, mul(k.in(SUM_GRAD), k.perElement())) : e;
            e = mul(e, k.in(RSTD));
            e = shared && weighted ? mul(e, k.in(WEIGHT)) : e;
            grads[0] = k.map(cast(tape.inputType(0), e));
        }
        if (weighted && tape.wants(1)) {
            grads[1] =
                    (shared && product != null
                                    ? product
                                    : sumTo(k, mul(k.in(GRAD), k.normalized()), tape.inputShape(1)))
                            .to(tape.inputType(1));
        }
        int b = grads.length - 1;
        if (biased && tape.wants(b)) {
            boolean same = shared && Arrays.equals(tape.inputShape(b), Ops.shape(tape.output(2)));
            grads[b] = (same && sum != null ? sum : sumTo(k, k.in(GRAD), tape.inputShape(b))).to(tape.inputType(b));
        }
        return grads;
    }

    private Tensor sumTo(Kernels k, Expr e, long[] shape) {
        Tensor g = k.slots[GRAD];
        if (g == null) {
            throw new IllegalStateException("no gradient to sum");
        }
        int[] over = Broadcasting.reducedDims(Ops.shape(g), shape);
        return over.length == 0 ? k.map(e) : k.sum(e, over);
    }

    /** The same out of differentiable operations, for gradients of the gradient. */
    private @Nullable Tensor[] composed(Tape tape, Tensor given) {
        DType t = tape.inputType(0);
        DType wide = t == DType.FLOAT64 ? t : DType.FLOAT32;
        Tensor x = tape.input(0).to(wide);
        Tensor g = given.to(wide);
        Tensor c = centred ? x.sub(x.mean(dims, KeepDim.KEEP_DIM)) : x;
        Tensor rstd = c.square().mean(dims, KeepDim.KEEP_DIM).add(eps).rsqrt();
        Tensor normalized = c.mul(rstd);
        Tensor inner = weighted ? g.mul(tape.input(1).to(wide)) : g;
        var grads = new @Nullable Tensor[tape.inputCount()];
        if (tape.wants(0)) {
            Tensor product = inner.mul(normalized).mean(dims, KeepDim.KEEP_DIM);
            Tensor dx = inner.sub(normalized.mul(product));
            dx = centred ? dx.sub(inner.mean(dims, KeepDim.KEEP_DIM)) : dx;
            grads[0] = dx.mul(rstd).to(t);
        }
        if (weighted && tape.wants(1)) {
            grads[1] = g.mul(normalized).sumTo(tape.inputShape(1)).to(tape.inputType(1));
        }
        int b = grads.length - 1;
        if (biased && tape.wants(b)) {
            grads[b] = g.sumTo(tape.inputShape(b)).to(tape.inputType(b));
        }
        return grads;
    }
}
