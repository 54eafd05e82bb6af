package fathom.functional;

import static fathom.ir.Exprs.add;
import static fathom.ir.Exprs.binary;
import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.constant;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.neg;
import static fathom.ir.Exprs.scalar;
import static fathom.ir.Exprs.select;
import static fathom.ir.Exprs.sub;
import static fathom.ir.Exprs.unary;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.dispatch.Dims;
import fathom.dispatch.TensorAccess;
import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;
import fathom.ir.UnaryOp;
import fathom.options.BceOptions;
import fathom.options.Reduction;
import fathom.options.TripletOptions;
import fathom.primitive.Broadcasting;
import fathom.primitive.OperationKind;
import fathom.primitive.Ops;
import fathom.primitive.Pointwise;
import fathom.primitive.Reduce;
import fathom.primitive.neural.BinaryCrossEntropy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Regression and pairwise losses as functions. Part of {@link Tensors}. Element-wise losses are one kernel, and their
 * gradients another.
 */
public final class LossFunctions {
    private LossFunctions() {}

    /** {@return the mean squared difference} */
    public static Tensor mseLoss(Tensor x, Tensor y) {
        return mseLoss(x, y, Reduction.MEAN);
    }

    /** {@return squared differences, reduced} */
    public static Tensor mseLoss(Tensor x, Tensor y, Reduction reduction) {
        SizeWarnings.check("mseLoss", x, y);
        Expr d = difference(x, y);
        return elementwise("mseLoss", mul(d, d), NONE, reduction, x, y);
    }

    /** {@return the mean absolute difference} */
    public static Tensor l1Loss(Tensor x, Tensor y) {
        return l1Loss(x, y, Reduction.MEAN);
    }

    /** {@return absolute differences, reduced} */
    public static Tensor l1Loss(Tensor x, Tensor y, Reduction reduction) {
        SizeWarnings.check("l1Loss", x, y);
        return elementwise("l1Loss", unary(UnaryOp.ABS, difference(x, y)), NONE, reduction, x, y);
    }

    /** {@return the mean of {@link #smoothL1Loss(Tensor, Tensor, double, Reduction)} with beta 1} */
    public static Tensor smoothL1Loss(Tensor x, Tensor y) {
        return smoothL1Loss(x, y, 1, Reduction.MEAN);
    }

    /**
     * {@code d^2 / (2 beta)} where the difference d is below beta, else {@code |d| - beta / 2} (Girshick, 2015),
     * reduced.
     *
     * @throws IllegalArgumentException if beta is negative
     */
    public static Tensor smoothL1Loss(Tensor x, Tensor y, double beta, Reduction reduction) {
        if (!(beta >= 0)) {
            throw new IllegalArgumentException("smoothL1Loss: beta must not be negative: " + beta);
        }
        if (beta == 0) {
            return l1Loss(x, y, reduction);
        }
        SizeWarnings.check("smoothL1Loss", x, y);
        Expr d = difference(x, y);
        Expr size = unary(UnaryOp.ABS, d);
        Expr b = scalar(0, d.type());
        Expr near = div(mul(mul(d, d), 0.5), b);
        Expr e = select(binary(BinaryOp.GE, size, b), sub(size, mul(b, 0.5)), near);
        return elementwise("smoothL1Loss", e, new Number[] {beta}, reduction, x, y);
    }

    /** {@return the mean of {@link #huberLoss(Tensor, Tensor, double, Reduction)} with delta 1} */
    public static Tensor huberLoss(Tensor x, Tensor y) {
        return huberLoss(x, y, 1, Reduction.MEAN);
    }

    /**
     * {@code d^2 / 2} where the difference d is within delta, else {@code delta (|d| - delta / 2)} (Huber, 1964),
     * reduced.
     *
     * @throws IllegalArgumentException if delta is not positive
     */
    public static Tensor huberLoss(Tensor x, Tensor y, double delta, Reduction reduction) {
        if (!(delta > 0)) {
            throw new IllegalArgumentException("huberLoss: delta must be positive, not " + delta);
        }
        SizeWarnings.check("huberLoss", x, y);
        Expr d = difference(x, y);
        Expr size = unary(UnaryOp.ABS, d);
        Expr bend = scalar(0, d.type());
        Expr far = mul(bend, sub(size, mul(bend, 0.5)));
        Expr e = select(binary(BinaryOp.GT, size, bend), far, mul(mul(d, d), 0.5));
        return elementwise("huberLoss", e, new Number[] {delta}, reduction, x, y);
    }

    /** {@return the mean binary cross-entropy of probabilities and targets from 0 to 1} */
    public static Tensor bceLoss(Tensor probabilities, Tensor target) {
        return bceLoss(probabilities, target, o -> {});
    }

    /** {@return {@link #bceLoss(Tensor, Tensor)}, with options; logarithms are clamped to at least -100} */
    public static Tensor bceLoss(Tensor probabilities, Tensor target, Consumer<BceOptions> options) {
        return bceLoss(probabilities, target, configured(options));
    }

    /** {@return {@link #bceLoss(Tensor, Tensor)}, with options} */
    public static Tensor bceLoss(Tensor probabilities, Tensor target, BceOptions options) {
        if (options.posWeight() != null) {
            throw new IllegalArgumentException("bceLoss: posWeight is not supported; use bceWithLogits");
        }
        sameShape("bceLoss", probabilities, target);
        checkProbabilities(probabilities);
        DType t = promote(probabilities.dtype(), target.dtype());
        Tensor[] in =
                options.weight() == null
                        ? new Tensor[] {probabilities, target}
                        : new Tensor[] {probabilities, target, options.weight()};
        return binaryCrossEntropy(t, options.reduction(), in);
    }

    private static Tensor binaryCrossEntropy(DType t, Reduction reduction, Tensor... in) {
        if (!t.isFloating()) {
            throw notFloating("bceLoss", t);
        }
        long[] shape = Broadcasting.shape("bceLoss", in);
        var loss = new BinaryCrossEntropy(reduction != Reduction.NONE, scale(reduction, shape), t);
        return ofMean(Ops.applyAll(loss, in)[0], reduction, shape);
    }

    /** Rejects values that are not between 0 and 1, NaN included. */
    private static void checkProbabilities(Tensor p) {
        DType t = p.dtype();
        Expr x = input(0, t);
        Expr isProbability =
                binary(BinaryOp.AND, binary(BinaryOp.GE, x, constant(t, 0)), binary(BinaryOp.LE, x, constant(t, 1)));
        int[] all = Dims.normalize("bceLoss", new int[0], p.dim());
        var bad = new Reduce(ReduceOp.ANY, Kernel.of(unary(UnaryOp.NOT, isProbability)), NONE, all);
        Tensor now = !Ops.isTracing() ? p.detach() : null; // a captured step checks later ones
        Ops.check(
                Ops.applyAll(bad, p)[0],
                found -> {
                    if (found != 0) {
                        throw new IllegalArgumentException(
                                "bceLoss: %s is not between 0 and 1; bceWithLogits accepts any logits"
                                        .formatted(now == null ? "a probability" : "probability " + firstInvalid(now)));
                    }
                });
    }

    private static double firstInvalid(Tensor p) {
        Tensor bad = p.ge(0).logicalAnd(p.le(1)).logicalNot();
        return p.flatten().select(0, bad.flatten().to(DType.INT32).argmax(0).itemLong()).item();
    }

    /** {@return the mean binary cross-entropy of logits and targets from 0 to 1, computed without overflow} */
    public static Tensor bceWithLogits(Tensor logits, Tensor target) {
        return bceWithLogits(logits, target, o -> {});
    }

    /** {@return {@link #bceWithLogits(Tensor, Tensor)}, with options} */
    public static Tensor bceWithLogits(Tensor logits, Tensor target, Consumer<BceOptions> options) {
        return bceWithLogits(logits, target, configured(options));
    }

    /** {@return {@link #bceWithLogits(Tensor, Tensor)}, with options} */
    public static Tensor bceWithLogits(Tensor logits, Tensor target, BceOptions options) {
        sameShape("bceWithLogits", logits, target);
        DType t = promote(logits.dtype(), target.dtype());
        Expr x = cast(t, input(0, logits.dtype()));
        Expr y = cast(t, input(1, target.dtype()));
        Tensor pos = options.posWeight();
        Expr factor = pos == null ? null : cast(t, input(options.weight() == null ? 2 : 3, pos.dtype()));
        Expr e = binaryCrossEntropyOfLogit(x, y, factor);
        return weighted("bceWithLogits", e, options.reduction(), logits, target, options.weight(), pos);
    }

    /**
     * {@code (1 - y) log(1 + exp(x)) + y log(1 + exp(-x))}, the latter optionally with a factor. Neither the terms nor
     * their slopes cancel where a prediction is correct.
     */
    static Expr binaryCrossEntropyOfLogit(Expr x, Expr y, @Nullable Expr factor) {
        Expr against = mul(sub(constant(x.type(), 1), y), unary(UnaryOp.SOFTPLUS, x));
        Expr agreed = mul(y, unary(UnaryOp.SOFTPLUS, neg(x)));
        return add(against, factor == null ? agreed : mul(agreed, factor));
    }

    private static BceOptions configured(Consumer<BceOptions> options) {
        var o = new BceOptions();
        options.accept(o);
        return o;
    }

    private static Tensor weighted(
            String op,
            Expr loss,
            Reduction reduction,
            Tensor x,
            Tensor y,
            @Nullable Tensor weight,
            @Nullable Tensor more) {
        var in = new ArrayList<Tensor>();
        in.add(x);
        in.add(y);
        Expr e = loss;
        if (weight != null) {
            e = mul(loss, cast(loss.type(), input(2, weight.dtype())));
            in.add(weight);
        }
        if (more != null) {
            in.add(more);
        }
        return elementwise(op, e, NONE, reduction, in.toArray(Tensor[]::new));
    }

    /** {@return the mean of {@code y (log(y) - x)}: x are log-probabilities, y probabilities} */
    public static Tensor klDiv(Tensor x, Tensor y) {
        return klDiv(x, y, false, Reduction.MEAN);
    }

    /**
     * The pointwise Kullback-Leibler divergence, reduced; {@link Reduction#BATCH_MEAN} yields the divergence of
     * distributions.
     *
     * @param x log-probabilities
     * @param y probabilities, or their logarithms
     * @param logTarget whether y are logarithms
     */
    public static Tensor klDiv(Tensor x, Tensor y, boolean logTarget, Reduction reduction) {
        DType t = promote(x.dtype(), y.dtype());
        Expr a = cast(t, input(0, x.dtype()));
        Expr b = cast(t, input(1, y.dtype()));
        Expr e;
        if (logTarget) {
            e = mul(unary(UnaryOp.EXP, b), sub(b, a));
        } else {
            Expr positive = binary(BinaryOp.GT, b, constant(t, 0));
            e = sub(select(positive, mul(b, unary(UnaryOp.LOG, b)), constant(t, 0)), mul(b, a));
        }
        return elementwise("klDiv", e, NONE, reduction, x, y);
    }

    /** {@return {@link #cosineEmbeddingLoss(Tensor, Tensor, Tensor, double, Reduction)} with margin 0, averaged} */
    public static Tensor cosineEmbeddingLoss(Tensor a, Tensor b, Tensor target) {
        return cosineEmbeddingLoss(a, b, target, 0, Reduction.MEAN);
    }

    /**
     * 1 minus the cosine similarity where the target is 1, the excess of the cosine similarity over the margin where it
     * is -1.
     *
     * @param a {@code [N, D]} or {@code [D]}
     * @param b of a's shape
     * @param target 1 or -1: {@code [N]} or {@code []}
     */
    public static Tensor cosineEmbeddingLoss(Tensor a, Tensor b, Tensor target, double margin, Reduction reduction) {
        sameShape("cosineEmbeddingLoss", a, b);
        if (a.dim() != 1 && a.dim() != 2 || target.dim() != a.dim() - 1) {
            throw new IllegalArgumentException(
                    "cosineEmbeddingLoss: inputs %s and target %s: expected [N, D] and [N], or [D] and []"
                            .formatted(a.shape(), target.shape()));
        }
        double eps = 1e-12; // inside the square root, as in PyTorch
        DType result = promote(a.dtype(), b.dtype());
        Tensor x = a.to(fathom.ir.Exprs.wide(result));
        Tensor z = b.to(fathom.ir.Exprs.wide(result));
        Tensor squares = x.square().sum(-1).add(eps).mul(z.square().sum(-1).add(eps));
        Tensor cos = x.mul(z).sum(-1).div(squares.sqrt());
        DType t = cos.dtype();
        Expr c = input(0, t);
        Expr y = input(1, target.dtype());
        Expr zero = constant(t, 0);
        Expr above = sub(c, scalar(0, t));
        Expr apart = select(binary(BinaryOp.GT, above, zero), above, zero);
        Expr e =
                select(
                        binary(BinaryOp.EQ, y, constant(y.type(), 1)),
                        sub(constant(t, 1), c),
                        select(binary(BinaryOp.EQ, y, constant(y.type(), -1)), apart, zero));
        return elementwise("cosineEmbeddingLoss", cast(result, e), new Number[] {margin}, reduction, cos, target);
    }

    /** {@return {@link #tripletMarginLoss(Tensor, Tensor, Tensor, Consumer)} with the defaults} */
    public static Tensor tripletMarginLoss(Tensor anchor, Tensor positive, Tensor negative) {
        return tripletMarginLoss(anchor, positive, negative, o -> {});
    }

    /** As {@link #tripletMarginLoss(Tensor, Tensor, Tensor, TripletOptions)}: {@code o -> o.margin(0.5)}. */
    public static Tensor tripletMarginLoss(
            Tensor anchor, Tensor positive, Tensor negative, Consumer<TripletOptions> options) {
        var o = new TripletOptions();
        options.accept(o);
        return tripletMarginLoss(anchor, positive, negative, o);
    }

    /**
     * The triplet margin loss (Balntas et al., 2016): by how much the negative's distance falls short of the positive's
     * plus the margin.
     *
     * @param anchor {@code [N, D]} or {@code [D]}
     * @param positive of the anchor's shape
     * @param negative of the anchor's shape
     */
    public static Tensor tripletMarginLoss(Tensor anchor, Tensor positive, Tensor negative, TripletOptions options) {
        sameShape("tripletMarginLoss", anchor, positive);
        sameShape("tripletMarginLoss", anchor, negative);
        Tensor near = distance(anchor, positive, options);
        Tensor far = distance(anchor, negative, options);
        if (options.swap()) {
            far = far.minimum(distance(positive, negative, options));
        }
        DType t = near.dtype();
        Expr gap = add(sub(input(0, t), input(1, t)), scalar(0, t));
        Expr e = select(binary(BinaryOp.LT, gap, constant(t, 0)), constant(t, 0), gap);
        return elementwise("tripletMarginLoss", e, new Number[] {options.margin()}, options.reduction(), near, far);
    }

    private static Tensor distance(Tensor a, Tensor b, TripletOptions options) {
        return a.sub(b).add(options.eps()).norm(options.p(), -1);
    }

    private static final Number[] NONE = {};

    private static Expr div(Expr a, Expr b) {
        return fathom.ir.Exprs.div(a, b);
    }

    private static Expr difference(Tensor x, Tensor y) {
        DType t = promote(x.dtype(), y.dtype());
        return sub(cast(t, input(0, x.dtype())), cast(t, input(1, y.dtype())));
    }

    /** The type in which a loss of two tensors is computed. */
    private static DType promote(DType x, DType y) {
        return TensorAccess.cast(OperationKind.LOSS, DType.promote(x, y));
    }

    private static void sameShape(String op, Tensor a, Tensor b) {
        if (!Arrays.equals(Ops.shape(a), Ops.shape(b))) {
            throw new IllegalArgumentException("%s: shapes %s and %s differ".formatted(op, a.shape(), b.shape()));
        }
    }

    /** Computes an expression per element and reduces it; {@code scalars} fill its slots 0, 1, ... */
    static Tensor elementwise(String op, Expr loss, Number[] scalars, Reduction reduction, Tensor... inputs) {
        if (!loss.type().isFloating()) {
            throw notFloating(op, loss.type());
        }
        if (reduction == Reduction.NONE) {
            return Ops.applyAll(new Pointwise(Kernel.of(loss), scalars), inputs)[0];
        }
        long[] shape = Broadcasting.shape(op, inputs);
        Expr e = loss;
        Number[] numbers = scalars;
        if (reduction != Reduction.SUM) {
            e = mul(loss, scalar(scalars.length, loss.type()));
            numbers = Arrays.copyOf(scalars, scalars.length + 1);
            numbers[scalars.length] = scale(reduction, shape);
        }
        int[] all = Dims.normalize(op, new int[0], shape.length);
        Tensor y = Ops.applyAll(new Reduce(ReduceOp.SUM, Kernel.of(e), numbers, all), inputs)[0].reshape();
        return ofMean(y, reduction, shape);
    }

    private static IllegalArgumentException notFloating(String op, DType t) {
        return new IllegalArgumentException(
                "%s: expected a floating type, not %s; convert with to(FLOAT32)".formatted(op, t));
    }

    /** {@return the weight of each loss in the reduction} */
    private static double scale(Reduction reduction, long[] shape) {
        return switch (reduction) {
            case MEAN -> 1.0 / Math.max(1, Dims.numel(shape));
            case BATCH_MEAN -> 1.0 / (shape.length == 0 ? 1 : shape[0]);
            case SUM, NONE -> 1;
        };
    }

    /** The mean of no losses is NaN. */
    private static Tensor ofMean(Tensor y, Reduction reduction, long[] shape) {
        return reduction == Reduction.MEAN && Dims.numel(shape) == 0 ? y.mul(Double.NaN) : y;
    }
}
