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
import fathom.dispatch.TensorAccess;
import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;
import fathom.ir.UnaryOp;
import fathom.options.MultiMarginOptions;
import fathom.options.Reduction;
import fathom.primitive.OperationKind;
import fathom.primitive.Ops;
import fathom.primitive.Reduce;
import java.util.ArrayList;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/** Margin losses, hard or soft, as functions. Part of {@link Tensors}. */
public final class MarginLosses {
    private MarginLosses() {}

    /** {@return {@link #marginRankingLoss(Tensor, Tensor, Tensor, double, Reduction)} with margin 0, averaged} */
    public static Tensor marginRankingLoss(Tensor a, Tensor b, Tensor target) {
        return marginRankingLoss(a, b, target, 0, Reduction.MEAN);
    }

    /**
     * {@code max(0, margin - target (a - b))}, reduced: the first score should be larger where the target is 1, smaller
     * where it is -1.
     *
     * @param a scores
     * @param b scores; the shapes of all three broadcast
     * @param target 1 or -1
     * @throws IllegalArgumentException if the numbers of dimensions differ or shapes do not broadcast
     */
    public static Tensor marginRankingLoss(Tensor a, Tensor b, Tensor target, double margin, Reduction reduction) {
        if (a.dim() != b.dim() || a.dim() != target.dim()) {
            throw new IllegalArgumentException(
                    "marginRankingLoss: inputs %s and %s and target %s: expected equal numbers of dimensions"
                            .formatted(a.shape(), b.shape(), target.shape()));
        }
        DType t =
                TensorAccess.cast(
                        OperationKind.LOSS, DType.promote(DType.promote(a.dtype(), b.dtype()), target.dtype()));
        Expr difference = sub(cast(t, input(0, a.dtype())), cast(t, input(1, b.dtype())));
        Expr gap = sub(scalar(0, t), mul(cast(t, input(2, target.dtype())), difference));
        return LossFunctions.elementwise(
                "marginRankingLoss", positive(gap), new Number[] {margin}, reduction, a, b, target);
    }

    /** {@return {@link #hingeEmbeddingLoss(Tensor, Tensor, double, Reduction)} with margin 1, averaged} */
    public static Tensor hingeEmbeddingLoss(Tensor x, Tensor target) {
        return hingeEmbeddingLoss(x, target, 1, Reduction.MEAN);
    }

    /**
     * The distance x where the target is 1, {@code max(0, margin - x)} where it is -1, reduced.
     *
     * @param x distances
     * @param target 1 or -1; broadcasts with x
     */
    public static Tensor hingeEmbeddingLoss(Tensor x, Tensor target, double margin, Reduction reduction) {
        DType t = TensorAccess.cast(OperationKind.LOSS, x.dtype());
        Expr distance = cast(t, input(0, x.dtype()));
        Expr y = input(1, target.dtype());
        Expr zero = constant(t, 0);
        Expr near = select(binary(BinaryOp.NE, y, constant(y.type(), -1)), distance, zero);
        Expr far = select(binary(BinaryOp.NE, y, constant(y.type(), 1)), positive(sub(scalar(0, t), distance)), zero);
        return LossFunctions.elementwise(
                "hingeEmbeddingLoss", add(near, far), new Number[] {margin}, reduction, x, target);
    }

    /** {@return {@link #softMarginLoss(Tensor, Tensor, Reduction)}, averaged} */
    public static Tensor softMarginLoss(Tensor x, Tensor target) {
        return softMarginLoss(x, target, Reduction.MEAN);
    }

    /**
     * {@code log(1 + exp(-target x))}, reduced, computed without overflow.
     *
     * @param x scores
     * @param target 1 or -1; broadcasts with x
     */
    public static Tensor softMarginLoss(Tensor x, Tensor target, Reduction reduction) {
        DType t = TensorAccess.cast(OperationKind.LOSS, DType.promote(x.dtype(), target.dtype()));
        Expr against = neg(mul(cast(t, input(0, x.dtype())), cast(t, input(1, target.dtype()))));
        return LossFunctions.elementwise(
                "softMarginLoss", unary(UnaryOp.SOFTPLUS, against), new Number[0], reduction, x, target);
    }

    /** {@return {@link #multilabelSoftMarginLoss(Tensor, Tensor, Tensor, Reduction)} without weights, averaged} */
    public static Tensor multilabelSoftMarginLoss(Tensor x, Tensor target) {
        return multilabelSoftMarginLoss(x, target, null, Reduction.MEAN);
    }

    /**
     * The binary cross-entropy of logits, averaged over classes, then reduced.
     *
     * @param x logits {@code [..., C]}
     * @param target 0 or 1, of x's shape
     * @param weight the weight of each class, which broadcasts with x; or null
     * @return {@code [...]} before reduction
     * @throws IllegalArgumentException if x has no dimensions or shapes do not match
     */
    public static Tensor multilabelSoftMarginLoss(
            Tensor x, Tensor target, @Nullable Tensor weight, Reduction reduction) {
        String op = "multilabelSoftMarginLoss";
        if (x.dim() == 0 || !x.shape().equals(target.shape())) {
            throw new IllegalArgumentException(
                    "%s: input %s and target %s: expected both [..., C]".formatted(op, x.shape(), target.shape()));
        }
        floating(op, x);
        DType t = TensorAccess.cast(OperationKind.LOSS, DType.promote(x.dtype(), target.dtype()));
        Expr logit = cast(t, input(0, x.dtype()));
        Expr y = cast(t, input(1, target.dtype()));
        Expr e = LossFunctions.binaryCrossEntropyOfLogit(logit, y, null);
        var in = new ArrayList<Tensor>();
        in.add(x);
        in.add(target);
        if (weight != null) {
            e = mul(e, cast(t, input(2, weight.dtype())));
            in.add(weight);
        }
        Expr share = mul(e, scalar(0, t));
        var mean = new Reduce(ReduceOp.SUM, Kernel.of(share), new Number[] {1.0 / x.size(-1)}, new int[] {x.dim() - 1});
        return reduced(Ops.applyAll(mean, in.toArray(Tensor[]::new))[0].squeeze(-1), reduction);
    }

    /** {@return {@link #multiMarginLoss(Tensor, Tensor, Consumer)} with the defaults} */
    public static Tensor multiMarginLoss(Tensor x, Tensor target) {
        return multiMarginLoss(x, target, new MultiMarginOptions());
    }

    /** As {@link #multiMarginLoss(Tensor, Tensor, MultiMarginOptions)}: {@code o -> o.p(2).margin(0.5)}. */
    public static Tensor multiMarginLoss(Tensor x, Tensor target, Consumer<MultiMarginOptions> options) {
        var o = new MultiMarginOptions();
        options.accept(o);
        return multiMarginLoss(x, target, o);
    }

    /**
     * The multi-class hinge loss (Crammer and Singer, 2001): the sum over the wrong classes i of {@code max(0, margin -
     * x[target] + x[i])^p}, divided by the number of classes.
     *
     * @param x scores {@code [N, C]} or {@code [C]}
     * @param target class indices {@code [N]} or {@code []}
     * @return {@code [N]} or {@code []} before reduction
     * @throws IllegalArgumentException if shapes or types do not match
     * @throws IndexOutOfBoundsException if a class index is not within {@code [0, C)}
     */
    public static Tensor multiMarginLoss(Tensor x, Tensor target, MultiMarginOptions options) {
        String op = "multiMarginLoss";
        floating(op, x);
        boolean single = x.dim() == 1 && target.numel() == 1 && target.dim() < 2;
        if (single) {
            Tensor loss = multiMarginLoss(x.unsqueeze(0), target.reshape(1), options);
            return options.reduction() == Reduction.NONE ? loss.reshape(Ops.shape(target)) : loss;
        }
        if (x.dim() != 2 || target.dim() != 1 || target.size(0) != x.size(0) || !target.dtype().isIntegral()) {
            throw new IllegalArgumentException(
                    "%s: input %s and target %s of %s: expected [N, C] and class indices [N], or [C] and []"
                            .formatted(op, x.shape(), target.shape(), target.dtype()));
        }
        long classes = x.size(1);
        Tensor index = target.detach().to(DType.INT64).unsqueeze(1);
        checkClasses(op, index, 0, classes);
        Tensor wide = TensorAccess.cast(OperationKind.LOSS, x);
        DType t = wide.dtype();
        var in = new ArrayList<Tensor>();
        in.add(wide);
        in.add(wide.gather(1, index));
        in.add(index.to(DType.INT32));
        in.add(ClassificationLosses.classNumbers(x, classes, 2));
        Expr gap = add(sub(scalar(0, t), input(1, t)), input(0, t));
        Expr wrong = binary(BinaryOp.NE, input(2, DType.INT32), input(3, DType.INT32));
        Expr counts = binary(BinaryOp.AND, wrong, binary(BinaryOp.GT, gap, constant(t, 0)));
        Expr e = mul(select(counts, options.p() == 1 ? gap : mul(gap, gap), constant(t, 0)), scalar(1, t));
        Tensor weight = options.weight();
        if (weight != null) {
            if (weight.dim() != 1 || weight.size(0) != classes) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "%s: weight %s must have one number per class, %d in all",
                                op,
                                weight.shape(),
                                classes));
            }
            in.add(weight.indexSelect(0, index.squeeze(1)).unsqueeze(1));
            e = mul(e, cast(t, input(4, weight.dtype())));
        }
        Number[] scalars = {options.margin(), 1.0 / classes};
        var sum = new Reduce(ReduceOp.SUM, Kernel.of(e), scalars, new int[] {1});
        return reduced(Ops.applyAll(sum, in.toArray(Tensor[]::new))[0].squeeze(1), options.reduction());
    }

    /** {@return {@link #multilabelMarginLoss(Tensor, Tensor, Reduction)}, averaged} */
    public static Tensor multilabelMarginLoss(Tensor x, Tensor target) {
        return multilabelMarginLoss(x, target, Reduction.MEAN);
    }

    /**
     * The multi-label hinge loss: the sum over all pairs of a label j and a class i that is not a label of {@code
     * max(0, 1 - x[j] + x[i])}, divided by the number of classes.
     *
     * @param x scores {@code [N, C]} or {@code [C]}
     * @param target of x's shape: the labels' class indices, terminated by -1
     * @return {@code [N]} or {@code []} before reduction
     * @throws IllegalArgumentException if shapes or types do not match
     * @throws IndexOutOfBoundsException if an index is not within {@code [-1, C)}
     */
    public static Tensor multilabelMarginLoss(Tensor x, Tensor target, Reduction reduction) {
        String op = "multilabelMarginLoss";
        floating(op, x);
        if (x.dim() < 1 || x.dim() > 2 || !x.shape().equals(target.shape()) || !target.dtype().isIntegral()) {
            throw new IllegalArgumentException(
                    "%s: input %s and target %s of %s: expected scores and class indices, both [N, C] or both [C]"
                            .formatted(op, x.shape(), target.shape(), target.dtype()));
        }
        if (x.dim() == 1) {
            Tensor loss = multilabelMarginLoss(x.unsqueeze(0), target.unsqueeze(0), reduction);
            return reduction == Reduction.NONE ? loss.squeeze(0) : loss;
        }
        long classes = x.size(1);
        Tensor numbers = target.detach().to(DType.INT64);
        checkClasses(op, numbers, -1, classes);
        Tensor counts = numbers.lt(0).to(DType.INT64).cumsum(1).eq(0);
        Tensor index = numbers.clampMin(0);
        Tensor labels = x.newZeros(DType.INT32, Ops.shape(x)).scatterAdd(1, index, counts.to(DType.INT32)).ne(0);
        Tensor wide = TensorAccess.cast(OperationKind.LOSS, x);
        DType t = wide.dtype();
        // [N, labels, classes], which is never materialised
        Expr gap = add(sub(constant(t, 1), input(0, t)), input(1, t));
        Expr pair = binary(BinaryOp.AND, input(2, DType.BOOL), unary(UnaryOp.NOT, input(3, DType.BOOL)));
        Expr above = binary(BinaryOp.AND, pair, binary(BinaryOp.GT, gap, constant(t, 0)));
        Expr e = mul(select(above, gap, constant(t, 0)), scalar(0, t));
        var sum = new Reduce(ReduceOp.SUM, Kernel.of(e), new Number[] {1.0 / classes}, new int[] {1, 2});
        Tensor loss =
                Ops.applyAll(
                        sum,
                        wide.gather(1, index).unsqueeze(2),
                        wide.unsqueeze(1),
                        counts.unsqueeze(2),
                        labels.unsqueeze(1))[0];
        return reduced(loss.reshape(x.size(0)), reduction);
    }

    /** {@code max(0, x)}, whose gradient at 0 is 1 as that of PyTorch's {@code clamp_min}. */
    private static Expr positive(Expr x) {
        Expr zero = constant(x.type(), 0);
        return select(binary(BinaryOp.LT, x, zero), zero, x);
    }

    private static void floating(String op, Tensor x) {
        if (!x.dtype().isFloating()) {
            throw new IllegalArgumentException(
                    "%s: expected a floating type, not %s; convert with to(FLOAT32)".formatted(op, x.dtype()));
        }
    }

    /** Reduces losses of examples. */
    static Tensor reduced(Tensor losses, Reduction reduction) {
        return switch (reduction) {
            case NONE -> losses;
            case SUM -> losses.sum();
            case MEAN -> losses.mean();
            case BATCH_MEAN -> losses.sum().div(losses.dim() == 0 ? 1 : losses.size(0));
        };
    }

    /** Rejects class indices outside of {@code [least, classes)}. */
    static void checkClasses(String op, Tensor index, long least, long classes) {
        checkRange(op, "class index", index, least, classes);
    }

    /** Rejects numbers outside of {@code [least, end)}. */
    static void checkRange(String op, String what, Tensor index, long least, long end) {
        if (index.numel() == 0) {
            return;
        }
        DoubleConsumer reject =
                i -> {
                    if (i < least || i >= end) {
                        throw new IndexOutOfBoundsException(
                                String.format(
                                        Locale.ROOT,
                                        "%s: %s %d is not within [%d, %d)",
                                        op,
                                        what,
                                        (long) i,
                                        least,
                                        end));
                    }
                };
        Ops.check(index.min(), reject);
        Ops.check(index.max(), reject);
    }
}
