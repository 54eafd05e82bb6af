package fathom.primitive;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.ir.Derivative;
import fathom.ir.Expr;
import fathom.ir.Exprs;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The gradient kernels of a one-output kernel, derived from its expression once. The inputs of a gradient kernel are
 * the forward inputs that it needs, the forward output if needed, and the incoming gradient.
 */
final class PointwiseGradient {
    private static final ConcurrentMap<Kernel, PointwiseGradient> CACHE = new ConcurrentHashMap<>();
    private static final ConcurrentMap<Kernel, PointwiseGradient> REDUCED = new ConcurrentHashMap<>();

    /**
     * The gradient rule of one input.
     *
     * @param kernel over the forward inputs used, the output if used, and the gradient, in that order
     * @param used the forward inputs needed
     * @param usesOutput whether the forward output is needed
     */
    private record Rule(Kernel kernel, int[] used, boolean usesOutput) {
        boolean uses(int i) {
            for (int u : used) {
                if (u == i) {
                    return true;
                }
            }
            return false;
        }
    }

    /** For an input on which the value depends only piecewise constantly: rounding, signs, conditions. */
    private static final Rule ZERO = new Rule(Kernel.of(Exprs.constant(DType.FLOAT32, 0)), new int[0], false);

    private final @Nullable Rule[] rules;
    private final boolean reduced;

    private PointwiseGradient(Kernel kernel, boolean hasOutput) {
        reduced = !hasOutput;
        int n = kernel.inputCount();
        rules = new @Nullable Rule[n];
        Expr body = kernel.body();
        if (kernel.outputs().size() > 1 || !body.type().isFloating()) {
            return;
        }
        Expr output = Exprs.input(n, body.type());
        Expr grad = Exprs.input(n + 1, body.type());
        for (int i = 0; i < n; i++) {
            Expr e = Derivative.vjp(body, i, grad);
            if (e == null) {
                rules[i] = Derivative.depends(body, i) ? ZERO : null;
                continue;
            }
            boolean trivial = !hasOutput || body instanceof Expr.Input || body instanceof Expr.Cast;
            e = trivial ? e : Derivative.replace(e, body, output);
            rules[i] = compact(e, n);
        }
    }

    private static Rule compact(Expr e, int n) {
        var number = new int[n + 2];
        var used = new int[n];
        int count = 0;
        for (int i = 0; i < n; i++) {
            if (Derivative.depends(e, i)) {
                used[count] = i;
                number[i] = count++;
            }
        }
        int inputs = count;
        boolean usesOutput = Derivative.depends(e, n);
        if (usesOutput) {
            number[n] = count++;
        }
        number[n + 1] = count;
        return new Rule(Kernel.of(Derivative.renumber(e, number)), java.util.Arrays.copyOf(used, inputs), usesOutput);
    }

    static PointwiseGradient of(Kernel kernel) {
        PointwiseGradient g = CACHE.get(kernel);
        return g != null ? g : CACHE.computeIfAbsent(kernel, k -> new PointwiseGradient(k, true));
    }

    /**
     * The gradients of a kernel whose values are reduced at once: they are not materialised, so the rules recompute
     * them.
     */
    static PointwiseGradient ofReduced(Kernel kernel) {
        PointwiseGradient g = REDUCED.get(kernel);
        return g != null ? g : REDUCED.computeIfAbsent(kernel, k -> new PointwiseGradient(k, false));
    }

    boolean usesInput(int i, Primitive.NeedsGrad needsGrad) {
        for (int k = 0; k < rules.length; k++) {
            Rule rule = rules[k];
            if (rule != null && needsGrad.needsGrad(k) && rule.uses(i)) {
                return true;
            }
        }
        return false;
    }

    boolean usesOutput(Primitive.NeedsGrad needsGrad) {
        for (int k = 0; k < rules.length; k++) {
            Rule rule = rules[k];
            if (rule != null && needsGrad.needsGrad(k) && rule.usesOutput) {
                return true;
            }
        }
        return false;
    }

    /** The gradients of all inputs that need one; {@code grad} may have size 1 where the inputs' shape is larger. */
    @Nullable Tensor[] apply(Tape tape, @Nullable Tensor grad, Number[] scalars) {
        var grads = new @Nullable Tensor[tape.inputCount()];
        if (grad == null) {
            return grads;
        }
        for (int i = 0; i < grads.length; i++) {
            Rule rule = i < rules.length ? rules[i] : null;
            if (rule == null || !tape.needsGrad(i)) {
                continue;
            }
            if (rule == ZERO) {
                grads[i] = Tensors.zeros(tape.inputType(i), tape.inputShape(i));
                continue;
            }
            var in = new Tensor[rule.kernel.inputCount()];
            int n = 0;
            for (int u : rule.used) {
                in[n++] = tape.input(u);
            }
            if (rule.usesOutput) {
                in[n++] = tape.output(0);
            }
            in[n] = grad;
            Tensor g = intoShape(rule.kernel, scalars, tape.inputShape(i), in);
            long times = reduced ? repetitions(tape, i, Broadcasting.shape("gradient", in)) : 1;
            grads[i] = times == 1 ? g : g.mul(times);
        }
        return grads;
    }

    /**
     * {@return the number of elements of a reduction that map to one element of input {@code i} along dimensions absent
     * from the rule's inputs: the sum over them is the rule's value times this number}
     */
    private static long repetitions(Tape tape, int i, long[] rule) {
        long[] forward = tape.inputShape(0);
        for (int k = 1; k < tape.inputCount(); k++) {
            forward = Broadcasting.pair("gradient", forward, tape.inputShape(k));
        }
        long[] input = tape.inputShape(i);
        long times = 1;
        for (int d = 1; d <= forward.length; d++) {
            boolean once = d > input.length || input[input.length - d] == 1;
            boolean unseen = d > rule.length || rule[rule.length - d] == 1;
            times *= once && unseen ? forward[forward.length - d] : 1;
        }
        return times;
    }

    /** Runs the kernel; where its shape exceeds the input's, sums over the broadcast dimensions in the same kernel. */
    private static Tensor intoShape(Kernel kernel, Number[] scalars, long[] shape, Tensor[] in) {
        long[] full = Broadcasting.shape("gradient", in);
        if (kernel.body() instanceof Expr.Input && java.util.Arrays.equals(full, shape)) {
            return in[0];
        }
        if (Broadcasting.reducedDims(full, shape).length > 0) {
            int[] dims = Broadcasting.reducedDims(full, shape);
            Tensor r = Ops.apply(new Reduce(ReduceOp.SUM, kernel, scalars, dims), in);
            return r.reshape(shape);
        }
        Tensor r = Ops.apply(new Pointwise(kernel, scalars, false), in);
        // an input larger than everything that the rule uses (x + 0 * y): every element has the same gradient
        return java.util.Arrays.equals(r.shape().dims(), shape) ? r : r.expand(shape);
    }
}
