package fathom.primitive.neural;

import static fathom.ir.Exprs.add;
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

import fathom.Autograd;
import fathom.DType;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.ir.BinaryOp;
import fathom.ir.Derivative;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;
import fathom.ir.RowProgram;
import fathom.ir.UnaryOp;
import fathom.primitive.Composed;
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
 * Cross-entropy of logits and targets: {@code scale * sum_c q_c w_c (logsumexp(x) - x_c)}, where q is the target
 * distribution after smoothing. The log-probabilities are not materialised.
 *
 * <p>The logarithm of the sum is kept separate from the maximum logit m: {@code (m - x_c) + log(sum)}. Their sum would
 * be rounded to the last digit of m, which for logits of 10,000 is 0.001.
 *
 * <p>Inputs: the logits {@code [N, C, ...]}; the target, either class indices {@code [N, 1, ...]} followed by the
 * indices of all classes {@code [1, C, 1...]} in int32, or probabilities {@code [N, C, ...]}; then the weights, if any,
 * {@code [1, C, 1...]}. Outputs: the loss; the maximum logit m and the reciprocal of the sum of exp(x - m), both {@code
 * [N, 1, ...]}.
 *
 * @param total whether all losses are summed; otherwise one loss per example, {@code [N, 1, ...]}
 * @param scale the factor of each loss
 * @param smoothing the probability mass spread evenly over the classes
 * @param indices whether targets are class indices
 * @param ignored the ignored class index
 * @param weighted whether there are weights
 */
public record CrossEntropy(
        boolean total, double scale, double smoothing, boolean indices, long ignored, boolean weighted)
        implements Composed {
    // input indices of kernels; the logits are 0, target 1, classes 2, weights 3
    private static final int MAX = 4;
    private static final int INVERSE_SUM = 5;
    private static final int GRADIENT = 6;
    private static final int MASS = 7;

    /** The key of the cached forward programs. */
    private record Key(boolean smooth, boolean indices, boolean weighted, List<DType> types) {
        @Override
        public boolean equals(@Nullable Object o) {
            return this == o
                    || o instanceof Key e
                            && smooth == e.smooth
                            && indices == e.indices
                            && weighted == e.weighted
                            && types.equals(e.types);
        }

        @Override
        public int hashCode() {
            int flags = (smooth ? 4 : 0) | (indices ? 2 : 0) | (weighted ? 1 : 0);
            return 31 * flags + types.hashCode();
        }
    }

    private static final ConcurrentMap<Key, RowProgram> PROGRAMS = new ConcurrentHashMap<>();

    @Override
    public Tensor[] compute(Tensor... inputs) {
        Tensor x = inputs[0];
        DType t = x.dtype();
        List<DType> types = Ops.types(inputs);
        var key = new Key(smoothing > 0, indices, weighted, types);
        var program = PROGRAMS.computeIfAbsent(key, k -> forward(inputs));
        Tensor[] out = Ops.applyAll(new Rowwise(program, scalars(x), new int[] {1}), inputs);
        Tensor losses = out[0];
        if (!total) {
            return new Tensor[] {losses.to(t), out[1], out[2]};
        }
        var dims = new int[x.dim()];
        Arrays.setAll(dims, d -> d);
        var sum = Kernel.of(input(0, losses.dtype()));
        Tensor y = Ops.apply(new Reduce(ReduceOp.SUM, sum, NONE, dims), losses);
        return new Tensor[] {y.reshape().to(t), out[1], out[2]};
    }

    /** Results: the loss of each row, its maximum logit m, and the reciprocal of its sum of exp(x - m). */
    private RowProgram forward(Tensor[] inputs) {
        DType wide = wide(inputs[0].dtype());
        var p = new RowProgram.Builder(inputs.length);
        Expr logit = cast(wide, input(0, inputs[0].dtype()));
        Expr max = p.fold(ReduceOp.MAX, logit);
        Expr sum = p.fold(ReduceOp.SUM, unary(UnaryOp.EXP, sub(logit, max)));
        Expr logSum = p.rowMap(unary(UnaryOp.LOG, sum));
        Expr distance = add(sub(max, logit), logSum);
        @Nullable Tensor[] in = slots(inputs);
        // the weight comes last: its index in the program differs from its slot unless targets are class indices
        int last = inputs.length - 1;
        var numbers = new int[] {0, 1, 2, last};
        Expr loss;
        if (indices && smoothing == 0) {
            // avoids 0 * infinity: a class that is not the target may have probability 0
            Expr value = weighted ? mul(distance, cast(wide, input(last, inputs[last].dtype()))) : distance;
            loss = select(Derivative.renumber(isTarget(in), numbers), value, constant(wide, 0));
        } else {
            loss = mul(Derivative.renumber(target(in, true), numbers), distance);
        }
        Expr total = p.fold(ReduceOp.SUM, loss);
        return p.results(p.rowMap(mul(total, scalar(2, wide))), max, p.rowMap(unary(UnaryOp.RECIPROCAL, sum)));
    }

    private static final Number[] NONE = {};

    /** The target's probability after smoothing, the smoothing mass per class, the scale, the ignored index. */
    private Number[] scalars(Tensor x) {
        return new Number[] {1 - smoothing, smoothing / x.size(1), scale, ignored};
    }

    /** The inputs by the slots that kernels refer to; null where absent. */
    private @Nullable Tensor[] slots(Tensor[] inputs, @Nullable Tensor... more) {
        var slots = new @Nullable Tensor[MAX + more.length];
        slots[0] = inputs[0];
        slots[1] = inputs[1];
        slots[2] = indices ? inputs[2] : null;
        slots[3] = weighted ? inputs[inputs.length - 1] : null;
        System.arraycopy(more, 0, slots, MAX, more.length);
        return slots;
    }

    private static Tensor[] present(@Nullable Tensor[] slots) {
        return Arrays.stream(slots).filter(s -> s != null).toArray(Tensor[]::new);
    }

    private static Kernel compact(Expr e, @Nullable Tensor[] slots) {
        var classIndex = new int[slots.length];
        int n = 0;
        for (int i = 0; i < slots.length; i++) {
            classIndex[i] = slots[i] == null ? -1 : n++;
        }
        return Kernel.of(Derivative.renumber(e, classIndex));
    }

    private static DType type(@Nullable Tensor t) {
        return t == null ? DType.BOOL : t.dtype();
    }

    private static Expr classIndex(@Nullable Tensor[] in) {
        return cast(DType.INT32, input(1, type(in[1])));
    }

    /** Whether a row's class index is not the ignored one. */
    private static Expr isCounted(@Nullable Tensor[] in) {
        return binary(BinaryOp.NE, classIndex(in), scalar(3, DType.INT32));
    }

    private static Expr isTarget(@Nullable Tensor[] in) {
        return binary(BinaryOp.AND, isCounted(in), binary(BinaryOp.EQ, classIndex(in), input(2, DType.INT32)));
    }

    /** The target probability of a class after smoothing, times its weight. */
    private Expr target(@Nullable Tensor[] in, boolean weights) {
        DType wide = wide(type(in[0]));
        Expr q;
        if (indices) {
            Expr rest = smoothing > 0 ? scalar(1, wide) : constant(wide, 0);
            Expr most = smoothing > 0 ? add(scalar(0, wide), rest) : constant(wide, 1);
            q = select(isTarget(in), most, rest);
            if (smoothing > 0) {
                q = select(isCounted(in), q, constant(wide, 0));
            }
        } else {
            q = cast(wide, input(1, type(in[1])));
            q = smoothing > 0 ? add(mul(q, scalar(0, wide)), scalar(1, wide)) : q;
        }
        return weights && weighted ? mul(q, cast(wide, input(3, type(in[3])))) : q;
    }

    @Override
    public boolean savesInput(int i, NeedsGrad needsGrad) {
        return true;
    }

    @Override
    public boolean savesOutput(int i, NeedsGrad needsGrad) {
        return i > 0;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        var inputs = new Tensor[tape.inputCount()];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = tape.input(i);
        }
        Tensor g = gradOutputs[0];
        var grads = new @Nullable Tensor[inputs.length];
        if (tape.needsGrad(0)) {
            grads[0] =
                    Autograd.isGradEnabled()
                            ? composedGradient(inputs, g)
                            : fusedGradient(inputs, tape.output(1), tape.output(2), g);
        }
        if (tape.needsGrad(1)) {
            Tensor surprise = inputs[0].logSoftmax(1).neg().mul((1 - smoothing) * scale);
            surprise = weighted ? surprise.mul(inputs[inputs.length - 1]) : surprise;
            grads[1] = surprise.mul(g);
        }
        return grads;
    }

    /** {@code (softmax(x) * sum(q w) - q w) * scale * g}, in one kernel (plus one for the sum where it is not 1). */
    private Tensor fusedGradient(Tensor[] inputs, Tensor max, Tensor inverseSum, Tensor g) {
        Tensor x = inputs[0];
        DType t = x.dtype();
        DType wide = wide(t);
        boolean plain = indices && !weighted;
        @Nullable Tensor[] in = slots(inputs, max, inverseSum, g, plain ? null : mass(inputs));
        Expr q = target(in, true);
        Expr exp = unary(UnaryOp.EXP, sub(cast(wide, input(0, t)), input(MAX, wide)));
        Expr inverse = input(INVERSE_SUM, wide);
        Expr p = mul(exp, plain ? inverse : mul(inverse, input(MASS, wide)));
        Expr scaled = mul(cast(wide, input(GRADIENT, type(in[GRADIENT]))), scalar(2, wide));
        Expr e = mul(sub(p, q), scaled);
        if (indices) {
            // for the mean over no examples g is infinite; ignored elements still have gradient 0
            e = select(isCounted(in), e, constant(wide, 0));
        }
        return Ops.apply(new Pointwise(compact(cast(t, e), in), scalars(x)), present(in));
    }

    /** The sum over classes of target probability times weight. */
    private Tensor mass(Tensor[] inputs) {
        @Nullable Tensor[] in = slots(inputs);
        in[0] = null;
        DType wide = wide(inputs[0].dtype());
        var slots = in.clone();
        slots[0] = inputs[0];
        Expr q = target(slots, true);
        // q does not depend on the logits
        return Ops.apply(new Reduce(ReduceOp.SUM, compact(q, in), scalars(inputs[0]), new int[] {1}), present(in))
                .to(wide);
    }

    /** The same gradient composed of differentiable operations, for higher-order gradients. */
    private Tensor composedGradient(Tensor[] inputs, Tensor g) {
        Tensor x = inputs[0];
        Tensor counted = g;
        Tensor q;
        if (indices) {
            counted = g.where(inputs[1].to(DType.INT64).ne(ignored), 0);
            @Nullable Tensor[] slots = slots(inputs);
            @Nullable Tensor[] in = slots.clone();
            in[0] = null;
            q = Ops.apply(new Pointwise(compact(target(slots, true), in), scalars(x)), present(in)).to(x.dtype());
        } else {
            q = inputs[1].mul(1 - smoothing).add(smoothing / x.size(1));
            q = weighted ? q.mul(inputs[inputs.length - 1]) : q;
        }
        return x.softmax(1).mul(q.sum(1, KeepDim.KEEP_DIM)).sub(q).mul(counted).mul(scale);
    }
}
