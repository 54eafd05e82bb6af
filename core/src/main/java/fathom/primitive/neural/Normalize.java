package fathom.primitive.neural;

import static fathom.ir.Exprs.add;
import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.scalar;
import static fathom.ir.Exprs.sub;
import static fathom.ir.Exprs.unary;
import static fathom.ir.Exprs.wide;

import fathom.Autograd;
import fathom.DType;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;
import fathom.ir.RowProgram;
import fathom.ir.UnaryOp;
import fathom.primitive.Broadcasting;
import fathom.primitive.Composed;
import fathom.primitive.Computed;
import fathom.primitive.Ops;
import fathom.primitive.Pointwise;
import fathom.primitive.Reduce;
import fathom.primitive.Rowwise;
import fathom.primitive.Tape;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Subtracts the mean over some dimensions, divides by the standard deviation over them, then multiplies by a weight and
 * adds a bias. The common core of batch, layer, group, instance and root-mean-square norm.
 *
 * <p>Inputs: {@code x}; the weight if there is one; the bias if there is one; both of x's rank, with size 1 where they
 * broadcast. Outputs: y; the mean; {@code 1 / sqrt(variance + eps)}; the (biased) variance; the last three with the
 * dimensions kept, in float32 or float64.
 *
 * <p>Forward and backward are row programs: one pass over memory if a row stays in the cache, else two.
 *
 * @param dims the dimensions, ascending
 * @param eps the term added to the variance
 * @param centred whether the mean is subtracted; otherwise the variance is the mean square
 * @param weighted whether there is a weight
 * @param biased whether there is a bias
 */
public record Normalize(int[] dims, double eps, boolean centred, boolean weighted, boolean biased) implements Composed {
    /** The key of the cached programs; their scalars 0 and 1 are eps and 1 / elements of a row. */
    private record Key(
            boolean backward, boolean centred, boolean weighted, boolean biased, boolean shared, List<DType> types) {
        @Override
        public boolean equals(@Nullable Object o) {
            return this == o
                    || o instanceof Key e
                            && backward == e.backward
                            && centred == e.centred
                            && weighted == e.weighted
                            && biased == e.biased
                            && shared == e.shared
                            && types.equals(e.types);
        }

        @Override
        public int hashCode() {
            int flags =
                    (backward ? 16 : 0) | (centred ? 8 : 0) | (weighted ? 4 : 0) | (biased ? 2 : 0) | (shared ? 1 : 0);
            return 31 * flags + types.hashCode();
        }
    }

    private static final ConcurrentMap<Key, RowProgram> PROGRAMS = new ConcurrentHashMap<>();

    private Number[] scalars(Tensor x) {
        long n = 1;
        for (int d : dims) {
            n *= Ops.shape(x)[d];
        }
        return new Number[] {eps, 1.0 / n};
    }

    @Override
    public Tensor[] compute(Tensor... inputs) {
        // a weight that is constant along the reduced dimensions can be multiplied in beforehand
        boolean shared = weighted && !varies(Ops.shape(inputs[1]));
        var key = new Key(false, centred, weighted, biased, shared, Ops.types(inputs));
        var program = PROGRAMS.computeIfAbsent(key, Normalize::forward);
        Tensor[] out = Ops.applyAll(new Rowwise(program, scalars(inputs[0]), dims), inputs);
        return centred ? out : new Tensor[] {out[0], out[2], out[1], out[2]};
    }

    private boolean varies(long[] shape) {
        for (int d : dims) {
            if (shape[d] != 1) {
                return true;
            }
        }
        return false;
    }

    /** Results: y; the mean, if any; 1 / standard deviation; the variance. */
    private static RowProgram forward(Key key) {
        DType t = key.types.getFirst();
        DType wide = wide(t);
        var p = new RowProgram.Builder(key.types.size());
        Expr x = cast(wide, input(0, t));
        Expr[] moments = key.centred ? p.moments(x) : new Expr[] {x, p.mean(mul(x, x))};
        Expr rstd = p.rowMap(unary(UnaryOp.RSQRT, add(moments[1], scalar(0, wide))));
        Expr factor = rstd;
        Expr weight = key.weighted ? cast(wide, input(1, key.types.get(1))) : rstd;
        if (key.shared) {
            factor = p.rowMap(mul(rstd, weight));
        }
        Expr y = mul(key.centred ? sub(x, moments[0]) : x, factor);
        y = key.weighted && !key.shared ? mul(y, weight) : y;
        int bias = key.types.size() - 1;
        y = key.biased ? add(y, cast(wide, input(bias, key.types.get(bias)))) : y;
        Expr result = p.map(cast(t, y));
        return key.centred ? p.results(result, moments[0], rstd, moments[1]) : p.results(result, rstd, moments[1]);
    }

    @Override
    public boolean savesInput(int i, NeedsGrad needsGrad) {
        return i == 0 || weighted && i == 1;
    }

    @Override
    public boolean savesOutput(int i, NeedsGrad needsGrad) {
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
        Tensor x = tape.input(0);
        Tensor rstd = tape.output(2);
        Tensor mean = centred ? tape.output(1) : rstd;
        var grads = new @Nullable Tensor[tape.inputCount()];
        int b = grads.length - 1;
        boolean needsWeight = weighted && tape.needsGrad(1);
        boolean needsBias = biased && tape.needsGrad(b);
        // a weight that is constant along the reduced dimensions needs no sums of its own: batch norm
        boolean shared = !weighted || Arrays.equals(tape.inputShape(1), Ops.shape(rstd));
        boolean sameBias = shared && biased && Arrays.equals(tape.inputShape(b), Ops.shape(rstd));
        if (tape.needsGrad(0) || shared && needsWeight || sameBias && needsBias) {
            Tensor[] in = weighted ? new Tensor[] {x, g, mean, rstd, tape.input(1)} : new Tensor[] {x, g, mean, rstd};
            var key = new Key(tape.needsGrad(0), centred, weighted, true, shared, Ops.types(in));
            var program = BACKWARD.computeIfAbsent(key, Normalize::backward);
            Tensor[] out = Ops.applyAll(new Rowwise(program, scalars(x), dims), in);
            grads[0] = tape.needsGrad(0) ? out[2] : null;
            if (shared && needsWeight) {
                grads[1] = out[1].to(tape.inputType(1));
                needsWeight = false;
            }
            if (sameBias && needsBias) {
                grads[b] = out[0].to(tape.inputType(b));
                needsBias = false;
            }
        }
        if (needsWeight && needsBias && Arrays.equals(tape.inputShape(1), tape.inputShape(b))) {
            int[] over = Broadcasting.reducedDims(Ops.shape(g), tape.inputShape(1));
            if (over.length > 0) {
                Tensor[] in = {x, g, mean, rstd};
                var key = new Key(false, centred, false, true, true, Ops.types(in));
                var program = BACKWARD.computeIfAbsent(key, Normalize::backward);
                Tensor[] out = Ops.applyAll(new Rowwise(program, scalars(x), over), in);
                grads[1] = out[1].to(tape.inputType(1));
                grads[b] = out[0].to(tape.inputType(b));
                return grads;
            }
        }
        if (needsWeight) {
            grads[1] = weightGradient(tape, x, g, mean, rstd);
        }
        if (needsBias) {
            grads[b] = g.to(wide(g.dtype())).sumTo(tape.inputShape(b)).to(tape.inputType(b));
        }
        return grads;
    }

    private static final ConcurrentMap<Key, RowProgram> BACKWARD = new ConcurrentHashMap<>();

    private static Expr normalized(Key key) {
        DType wide = wide(key.types.getFirst());
        Expr x = cast(wide, input(0, key.types.getFirst()));
        Expr c = key.centred ? sub(x, input(2, wide)) : x;
        return mul(c, input(3, wide));
    }

    /**
     * Inputs: x, the gradient g of y, the mean, 1 / standard deviation and, unless shared by the row, the weight.
     * Results: the sum of g, the sum of g times the normalised x (both without the weight if the row shares it), and,
     * if {@code backward}, the gradient of x.
     */
    private static RowProgram backward(Key key) {
        DType t = key.types.getFirst();
        DType wide = wide(t);
        var p = new RowProgram.Builder(key.types.size());
        Expr normalized = normalized(key);
        Expr inner = cast(wide, input(1, key.types.get(1)));
        Expr rstd = input(3, wide);
        Expr factor = rstd;
        if (key.weighted) {
            Expr weight = cast(wide, input(4, key.types.get(4)));
            if (key.shared) {
                factor = key.backward ? p.rowMap(mul(rstd, weight)) : rstd;
            } else {
                inner = mul(inner, weight);
            }
        }
        Expr sum = p.fold(ReduceOp.SUM, inner);
        Expr product = p.fold(ReduceOp.SUM, mul(inner, normalized));
        if (!key.backward) {
            return p.results(sum, product);
        }
        Expr perElement = scalar(1, wide);
        // both sums times their factors that are constant along the row
        Expr slope = p.rowMap(mul(mul(product, perElement), rstd));
        Expr x = cast(wide, input(0, t));
        Expr e = sub(inner, mul(key.centred ? sub(x, input(2, wide)) : x, slope));
        if (key.centred) {
            e = sub(e, p.rowMap(mul(sum, perElement)));
        }
        return p.results(sum, product, p.map(cast(t, mul(e, factor))));
    }

    /** The weight's gradient if it needs sums of its own, or none. */
    private Tensor weightGradient(Tape tape, Tensor x, Tensor g, Tensor mean, Tensor rstd) {
        Tensor[] in = {x, g, mean, rstd};
        var key = new Key(false, centred, false, false, false, Ops.types(in));
        Expr e = mul(cast(wide(g.dtype()), input(1, g.dtype())), normalized(key));
        int[] over = Broadcasting.reducedDims(Ops.shape(g), tape.inputShape(1));
        Computed sum =
                over.length == 0
                        ? new Pointwise(Kernel.of(e))
                        : new Reduce(ReduceOp.SUM, Kernel.of(e), scalars(x), over);
        return Ops.apply(sum, in).to(tape.inputType(1));
    }

    /** The same gradient composed of differentiable operations, for higher-order gradients. */
    private @Nullable Tensor[] composed(Tape tape, Tensor given) {
        DType t = tape.inputType(0);
        DType wide = wide(t);
        Tensor x = tape.input(0).to(wide);
        Tensor g = given.to(wide);
        Tensor c = centred ? x.sub(x.mean(dims, KeepDim.KEEP_DIM)) : x;
        Tensor rstd = c.square().mean(dims, KeepDim.KEEP_DIM).add(eps).rsqrt();
        Tensor normalized = c.mul(rstd);
        Tensor inner = weighted ? g.mul(tape.input(1).to(wide)) : g;
        var grads = new @Nullable Tensor[tape.inputCount()];
        if (tape.needsGrad(0)) {
            Tensor product = inner.mul(normalized).mean(dims, KeepDim.KEEP_DIM);
            Tensor dx = inner.sub(normalized.mul(product));
            dx = centred ? dx.sub(inner.mean(dims, KeepDim.KEEP_DIM)) : dx;
            grads[0] = dx.mul(rstd).to(t);
        }
        if (weighted && tape.needsGrad(1)) {
            grads[1] = g.mul(normalized).sumTo(tape.inputShape(1)).to(tape.inputType(1));
        }
        int b = grads.length - 1;
        if (biased && tape.needsGrad(b)) {
            grads[b] = g.sumTo(tape.inputShape(b)).to(tape.inputType(b));
        }
        return grads;
    }
}
