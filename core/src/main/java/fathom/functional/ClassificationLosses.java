package fathom.functional;

import static fathom.ir.Exprs.binary;
import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.constant;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.neg;
import static fathom.ir.Exprs.scalar;
import static fathom.ir.Exprs.select;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.dispatch.Dims;
import fathom.dispatch.TensorAccess;
import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;
import fathom.memory.Allocator;
import fathom.options.CrossEntropyOptions;
import fathom.options.Reduction;
import fathom.primitive.OperationKind;
import fathom.primitive.Ops;
import fathom.primitive.Reduce;
import fathom.primitive.neural.CrossEntropy;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Classification losses as functions. Part of {@link Tensors}.
 *
 * @see <a href="https://d2l.ai/chapter_linear-classification/softmax-regression.html">Dive into Deep Learning, Softmax
 *     Regression</a>
 */
public final class ClassificationLosses {
    private static final CrossEntropyOptions DEFAULT = new CrossEntropyOptions();
    private static final int MAX_CACHED = 64;

    /** Cached by the allocator of their device, and by their count. */
    private static final ConcurrentMap<Allocator, ConcurrentMap<Long, Tensor>> CLASS_NUMBERS =
            new ConcurrentHashMap<>();

    private ClassificationLosses() {}

    /**
     * The mean negative log-likelihood of the target classes under softmax.
     *
     * @param logits {@code [N, C]}, {@code [N, C, d1, d2, ...]} or {@code [C]}
     * @param target class indices {@code [N]}, {@code [N, d1, d2, ...]} or {@code []} of an integer type, or
     *     probabilities of the logits' shape
     * @throws IllegalArgumentException if shapes or types do not match, naming them
     * @throws IndexOutOfBoundsException if a class index is neither within {@code [0, C)} nor the ignored one
     */
    public static Tensor crossEntropy(Tensor logits, Tensor target) {
        return crossEntropy(logits, target, DEFAULT);
    }

    /** As {@link #crossEntropy(Tensor, Tensor)}, with options: {@code c -> c.labelSmoothing(0.1)}. */
    public static Tensor crossEntropy(Tensor logits, Tensor target, Consumer<CrossEntropyOptions> options) {
        return crossEntropy(logits, target, configured(options));
    }

    /** As {@link #crossEntropy(Tensor, Tensor)}, with options. */
    public static Tensor crossEntropy(Tensor logits, Tensor target, CrossEntropyOptions options) {
        String op = "crossEntropy";
        if (!logits.dtype().isFloating() || logits.dim() == 0) {
            throw new IllegalArgumentException(
                    "%s: expected logits [N, C, ...] or [C] of a floating type, not %s of %s"
                            .formatted(op, logits.shape(), logits.dtype()));
        }
        if (logits.dim() == 1) {
            Tensor loss = crossEntropy(logits.unsqueeze(0), target.unsqueeze(0), options);
            return options.reduction() == Reduction.NONE ? loss.squeeze(0) : loss;
        }
        if (TensorAccess.cast(OperationKind.LOSS, logits.dtype()) != logits.dtype()) {
            return crossEntropy(TensorAccess.cast(OperationKind.LOSS, logits), target, options);
        }
        Tensor w = weights(op, options.weight(), logits);
        long classes = logits.size(1);
        boolean none = options.reduction() == Reduction.NONE;
        if (target.dtype().isFloating()) {
            if (!target.shape().equals(logits.shape())) {
                throw new IllegalArgumentException(
                        "%s: target probabilities %s must have the shape of the logits %s; class indices must be of an integer type"
                                .formatted(op, target.shape(), logits.shape()));
            }
            double scale = scale(options.reduction(), logits.numel() / (double) Math.max(1, classes), logits);
            var loss =
                    new CrossEntropy(!none, scale, options.labelSmoothing(), false, options.ignoreIndex(), w != null);
            Tensor y = w == null ? Ops.applyAll(loss, logits, target)[0] : Ops.applyAll(loss, logits, target, w)[0];
            boolean meanOfNone = options.reduction() == Reduction.MEAN && logits.numel() == 0;
            return none ? y.squeeze(1) : meanOfNone ? y.add(Double.NaN) : y;
        }
        Tensor index = indices(op, logits, target);
        Tensor divisor = divisor(op, options, index, w, classes, logits.dim());
        var loss =
                new CrossEntropy(
                        !none,
                        options.reduction() == Reduction.MEAN ? 1 : scale(options.reduction(), 1, logits),
                        options.labelSmoothing(),
                        true,
                        options.ignoreIndex(),
                        w != null);
        Tensor numbers = classNumbers(logits, classes, logits.dim());
        Tensor x = options.reduction() == Reduction.MEAN ? wide(logits) : logits;
        Tensor y = w == null ? Ops.applyAll(loss, x, index, numbers)[0] : Ops.applyAll(loss, x, index, numbers, w)[0];
        return none ? y.squeeze(1) : divided(options, y, divisor, logits);
    }

    /** Sums of many losses are not accumulated in 16 bits. */
    private static Tensor wide(Tensor x) {
        return x.dtype() == DType.FLOAT64 ? x : x.to(DType.FLOAT32);
    }

    /** The mean, if requested: the number of examples stays in memory, so that steps can be captured. */
    private static Tensor divided(CrossEntropyOptions options, Tensor sum, Tensor divisor, Tensor logits) {
        return options.reduction() == Reduction.MEAN ? sum.div(divisor).to(logits.dtype()) : sum;
    }

    /** {@return the mean negative log-probability of the target classes; arguments as for {@link #crossEntropy}} */
    public static Tensor nllLoss(Tensor logProbabilities, Tensor target) {
        return nllLoss(logProbabilities, target, DEFAULT);
    }

    /** As {@link #nllLoss(Tensor, Tensor)}, with options: {@code c -> c.ignoreIndex(0)}. */
    public static Tensor nllLoss(Tensor logProbabilities, Tensor target, Consumer<CrossEntropyOptions> options) {
        return nllLoss(logProbabilities, target, configured(options));
    }

    /** As {@link #nllLoss(Tensor, Tensor)}, with options; label smoothing is not supported. */
    public static Tensor nllLoss(Tensor logProbabilities, Tensor target, CrossEntropyOptions options) {
        String op = "nllLoss";
        boolean mean = options.reduction() == Reduction.MEAN;
        Tensor given = TensorAccess.cast(OperationKind.LOSS, logProbabilities);
        Tensor x = given;
        if (!x.dtype().isFloating() || x.dim() == 0 || target.dtype().isFloating()) {
            throw new IllegalArgumentException(
                    "%s: expected log-probabilities [N, C, ...] or [C] of a floating type and class indices, not %s of %s and %s of %s"
                            .formatted(op, x.shape(), x.dtype(), target.shape(), target.dtype()));
        }
        if (options.labelSmoothing() != 0) {
            throw new IllegalArgumentException(op + ": label smoothing is not supported; use crossEntropy");
        }
        if (x.dim() == 1) {
            Tensor loss = nllLoss(x.unsqueeze(0), target.unsqueeze(0), options);
            return options.reduction() == Reduction.NONE ? loss.squeeze(0) : loss;
        }
        Tensor w = weights(op, options.weight(), x);
        Tensor index = indices(op, x, target);
        Tensor divisor = divisor(op, options, index, w, x.size(1), x.dim());
        x = mean ? wide(x) : x;
        DType t = x.dtype();
        Expr chosen = chosen(index, 1, 2);
        Expr value = neg(input(0, t));
        value = w == null ? value : mul(value, cast(t, input(3, w.dtype())));
        Expr e = mul(select(chosen, value, constant(t, 0)), scalar(1, t));
        boolean none = options.reduction() == Reduction.NONE;
        int[] dims = none ? new int[] {1} : Dims.normalize(op, new int[0], x.dim());
        Number[] scalars = {options.ignoreIndex(), mean ? 1 : scale(options.reduction(), 1, x)};
        var reduce = new Reduce(ReduceOp.SUM, Kernel.of(e), scalars, dims);
        Tensor numbers = classNumbers(x, x.size(1), x.dim());
        Tensor y =
                w == null ? Ops.applyAll(reduce, x, index, numbers)[0] : Ops.applyAll(reduce, x, index, numbers, w)[0];
        return none ? y.squeeze(1) : divided(options, y.reshape(), divisor, given);
    }

    /** Whether an element of [N, C, ...] is that of its example's class, and that class is not ignored. */
    private static Expr chosen(Tensor index, int indexInput, int numbersInput) {
        Expr number = cast(DType.INT32, input(indexInput, index.dtype()));
        return binary(
                BinaryOp.AND,
                binary(BinaryOp.NE, number, scalar(0, DType.INT32)),
                binary(BinaryOp.EQ, number, input(numbersInput, DType.INT32)));
    }

    private static CrossEntropyOptions configured(Consumer<CrossEntropyOptions> options) {
        var o = new CrossEntropyOptions();
        options.accept(o);
        return o;
    }

    private static double scale(Reduction reduction, double divisor, Tensor logits) {
        return switch (reduction) {
            case MEAN -> 1 / divisor;
            case BATCH_MEAN -> 1.0 / logits.size(0);
            case SUM, NONE -> 1;
        };
    }

    private static @Nullable Tensor weights(String op, @Nullable Tensor weight, Tensor logits) {
        if (weight == null) {
            return null;
        }
        if (weight.dim() != 1 || weight.size(0) != logits.size(1)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: weight %s expects one number for each of the %d classes of %s",
                            op,
                            weight.shape(),
                            logits.size(1),
                            logits.shape()));
        }
        return weight.reshape(alongClasses(logits.size(1), logits.dim()));
    }

    private static long[] alongClasses(long classes, int rank) {
        var shape = new long[rank];
        Arrays.fill(shape, 1);
        shape[1] = classes;
        return shape;
    }

    /** The class indices, with a dimension of size 1 for the classes. */
    private static Tensor indices(String op, Tensor logits, Tensor target) {
        long[] want = Ops.shape(logits);
        long[] have = Ops.shape(target);
        boolean fits = have.length == want.length - 1 && have[0] == want[0];
        for (int d = 1; fits && d < have.length; d++) {
            fits = have[d] == want[d + 1];
        }
        if (!fits || target.dtype() == DType.BOOL) {
            throw new IllegalArgumentException(
                    "%s: logits %s and target %s of %s do not fit: expected [N, C, d1, ...] and class indices [N, d1, ...], or probabilities [N, C, d1, ...]"
                            .formatted(op, logits.shape(), target.shape(), target.dtype()));
        }
        return target.unsqueeze(1);
    }

    /** Counts the examples that are not ignored, or sums their weights; rejects invalid class indices. */
    private static Tensor divisor(
            String op, CrossEntropyOptions options, Tensor index, @Nullable Tensor w, long classes, int rank) {
        Expr number = cast(DType.INT64, input(0, index.dtype()));
        Expr ignored = binary(BinaryOp.EQ, number, scalar(0, DType.INT64));
        Expr wrong =
                binary(
                        BinaryOp.OR,
                        binary(BinaryOp.LT, number, constant(DType.INT64, 0)),
                        binary(BinaryOp.GE, number, scalar(1, DType.INT64)));
        long wrongOne = 1L << 40; // more than there are examples: an invalid index shows in the upper bits
        Expr count =
                select(
                        ignored,
                        constant(DType.INT64, 0),
                        select(wrong, constant(DType.INT64, (double) wrongOne), constant(DType.INT64, 1)));
        int[] all = Dims.normalize(op, new int[0], index.dim());
        Number[] scalars = {options.ignoreIndex(), classes};
        Tensor n = Ops.applyAll(new Reduce(ReduceOp.SUM, Kernel.of(count), scalars, all), index)[0];
        Tensor now = !Ops.isTracing() ? index : null; // a captured step checks later targets
        Ops.check(
                n,
                found -> {
                    if (found >= wrongOne) {
                        throw new IndexOutOfBoundsException(
                                String.format(
                                        Locale.ROOT,
                                        "%s: %s is not one of the %d classes, nor ignoreIndex %d",
                                        op,
                                        wrong(now, classes, options),
                                        classes,
                                        options.ignoreIndex()));
                    }
                });
        if (w == null || options.reduction() != Reduction.MEAN) {
            return n.reshape();
        }
        DType t = w.dtype();
        Expr weight = select(chosen(index, 0, 1), input(2, t), constant(t, 0));
        return Ops.applyAll(
                new Reduce(ReduceOp.SUM, Kernel.of(weight), scalars, Dims.normalize(op, new int[0], rank)),
                index,
                classNumbers(w, classes, rank),
                w)[0]
                .reshape();
    }

    private static String wrong(@Nullable Tensor index, long classes, CrossEntropyOptions options) {
        if (index == null) {
            return "a class index";
        }
        Tensor bad = index.lt(0).logicalOr(index.ge(classes)).logicalAnd(index.ne(options.ignoreIndex()));
        long at = bad.flatten().to(DType.INT32).argmax(0).itemLong();
        return "class index " + index.flatten().select(0, at).itemLong();
    }

    /** 0 ... C - 1 in int32 on the device of {@code like}, shaped [1, C, 1, ...]; cached for later calls. */
    static Tensor classNumbers(Tensor like, long classes, int rank) {
        var kept =
                CLASS_NUMBERS.computeIfAbsent(TensorAccess.storage(like).allocator(), k -> new ConcurrentHashMap<>());
        Tensor numbers = kept.get(classes);
        if (numbers == null) {
            try (var off = TensorAccess.gradients(false)) {
                numbers = TensorAccess.at(like, () -> Tensors.arange(classes, DType.INT32));
                TensorAccess.storage(numbers).keep();
            }
            if (kept.size() < MAX_CACHED) {
                kept.put(classes, numbers);
            }
        }
        return numbers.reshape(alongClasses(classes, rank));
    }
}
