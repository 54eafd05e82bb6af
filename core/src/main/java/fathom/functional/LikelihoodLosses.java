package fathom.functional;

import static fathom.ir.Exprs.add;
import static fathom.ir.Exprs.binary;
import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.constant;
import static fathom.ir.Exprs.div;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.mul;
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
import fathom.ir.UnaryOp;
import fathom.options.Reduction;
import fathom.primitive.OperationKind;
import fathom.primitive.Ops;
import fathom.primitive.neural.CtcLoss;
import java.util.Arrays;

/** Likelihood losses as functions: Gaussian, Poisson, CTC. Part of {@link Tensors}. */
public final class LikelihoodLosses {
    private LikelihoodLosses() {}

    /**
     * {@return {@link #gaussianNllLoss(Tensor, Tensor, Tensor, boolean, double, Reduction)} with PyTorch's defaults}
     */
    public static Tensor gaussianNllLoss(Tensor x, Tensor target, Tensor var) {
        return gaussianNllLoss(x, target, var, false, 1e-6, Reduction.MEAN);
    }

    /**
     * The negative log-likelihood of a normal distribution: {@code (log var + (x - target)^2 / var) / 2}, reduced.
     *
     * @param x means
     * @param target broadcasts with x
     * @param var variances: of x's shape, or with the last dimension of size 1 or missing
     * @param full whether to add the constant {@code log(2 pi) / 2}
     * @param eps the lower bound to which variances are clamped; the gradient ignores the clamp, as in PyTorch
     * @throws IllegalArgumentException if the shape of the variances does not match, or one of them is negative
     */
    public static Tensor gaussianNllLoss(
            Tensor x, Tensor target, Tensor var, boolean full, double eps, Reduction reduction) {
        String op = "gaussianNllLoss";
        Tensor variance = variances(op, x, var);
        if (variance.numel() > 0) {
            Ops.check(
                    variance.detach().min(),
                    least -> {
                        if (least < 0) {
                            throw new IllegalArgumentException(
                                    "%s: variances must not be negative, but one is %s".formatted(op, least));
                        }
                    });
        }
        Tensor clamped = variance.clone();
        try (var off = TensorAccess.gradients(false)) {
            clamped.clampMin_(eps);
        }
        DType t =
                TensorAccess.cast(
                        OperationKind.LOSS, DType.promote(DType.promote(x.dtype(), target.dtype()), var.dtype()));
        Expr d = sub(cast(t, input(0, x.dtype())), cast(t, input(1, target.dtype())));
        Expr v = cast(t, input(2, var.dtype()));
        Expr e = mul(add(unary(UnaryOp.LOG, v), div(mul(d, d), v)), 0.5);
        if (full) {
            e = add(e, 0.5 * Math.log(2 * Math.PI));
        }
        return LossFunctions.elementwise(op, e, new Number[0], reduction, x, target, clamped);
    }

    private static Tensor variances(String op, Tensor x, Tensor var) {
        long[] want = Ops.shape(x);
        long[] have = Ops.shape(var);
        if (Arrays.equals(want, have)) {
            return var;
        }
        int rank = want.length;
        if (rank > 0) {
            long[] leading = Arrays.copyOf(want, rank - 1);
            if (Arrays.equals(leading, have)) {
                return var.unsqueeze(-1);
            }
            boolean one = have.length == rank && have[rank - 1] == 1;
            if (one && Arrays.equals(leading, Arrays.copyOf(have, rank - 1))) {
                return var;
            }
        }
        throw new IllegalArgumentException(
                "%s: var %s does not fit input %s: expected its shape, or its shape with the last dimension 1 or missing"
                        .formatted(op, var.shape(), x.shape()));
    }

    /**
     * {@return {@link #poissonNllLoss(Tensor, Tensor, boolean, boolean, double, Reduction)} with PyTorch's defaults}
     */
    public static Tensor poissonNllLoss(Tensor x, Tensor target) {
        return poissonNllLoss(x, target, true, false, 1e-8, Reduction.MEAN);
    }

    /**
     * The negative log-likelihood of a Poisson distribution, reduced: {@code exp(x) - target x}, or {@code x - target
     * log(x + eps)}.
     *
     * @param x the logarithms of expected counts, or the counts themselves
     * @param target counts; broadcasts with x
     * @param logInput whether x are logarithms
     * @param full whether to add Stirling's approximation of {@code log(target!)} for targets above 1
     * @param eps the term added inside the logarithm if x are counts
     */
    public static Tensor poissonNllLoss(
            Tensor x, Tensor target, boolean logInput, boolean full, double eps, Reduction reduction) {
        DType t = TensorAccess.cast(OperationKind.LOSS, DType.promote(x.dtype(), target.dtype()));
        Expr a = cast(t, input(0, x.dtype()));
        Expr y = cast(t, input(1, target.dtype()));
        Expr e =
                logInput
                        ? sub(unary(UnaryOp.EXP, a), mul(y, a))
                        : sub(a, mul(y, unary(UnaryOp.LOG, add(a, scalar(0, t)))));
        if (full) {
            Expr one = constant(t, 1);
            Expr some = binary(BinaryOp.GT, y, one);
            Expr safe = select(some, y, one);
            Expr log = unary(UnaryOp.LOG, safe);
            Expr stirling = add(sub(mul(safe, log), safe), mul(unary(UnaryOp.LOG, mul(safe, 2 * Math.PI)), 0.5));
            e = add(e, select(some, stirling, constant(t, 0)));
        }
        Number[] scalars = logInput ? new Number[0] : new Number[] {eps};
        return LossFunctions.elementwise("poissonNllLoss", e, scalars, reduction, x, target);
    }

    /** {@return {@link #ctcLoss(Tensor, Tensor, Tensor, Tensor, int, Reduction, boolean)} with PyTorch's defaults} */
    public static Tensor ctcLoss(Tensor logProbs, Tensor targets, Tensor inputLengths, Tensor targetLengths) {
        return ctcLoss(logProbs, targets, inputLengths, targetLengths, 0, Reduction.MEAN, false);
    }

    /**
     * Connectionist temporal classification (Graves et al., 2006): the negative logarithm of the probability of a
     * sequence of labels, summed over all alignments with the frames, which repeat labels and insert blanks. The mean
     * is taken of the losses divided by their targets' lengths.
     *
     * @param logProbs log-probabilities {@code [T, N, C]} or {@code [T, C]}, as returned by {@link Tensor#logSoftmax};
     *     the gradient assumes that they are normalised
     * @param targets labels of an integer type: {@code [N, S]}, padded beyond each target's length, or {@code [sum of
     *     lengths]}, concatenated; {@code [S]} for a single example
     * @param inputLengths the number of valid frames of each example, {@code [N]} or {@code []}
     * @param targetLengths the number of labels of each example, {@code [N]} or {@code []}
     * @param blank the blank label
     * @param zeroInfinity whether infinite losses, of targets too long for their frames, are replaced by 0 and have no
     *     gradient
     * @return {@code [N]} or {@code []} before reduction
     * @throws IllegalArgumentException if shapes, types or lengths do not match, naming them
     * @throws IndexOutOfBoundsException if a label is not within {@code [0, C)}
     */
    public static Tensor ctcLoss(
            Tensor logProbs,
            Tensor targets,
            Tensor inputLengths,
            Tensor targetLengths,
            int blank,
            Reduction reduction,
            boolean zeroInfinity) {
        return Ctc.loss(logProbs, targets, inputLengths, targetLengths, new CtcLoss(blank, zeroInfinity), reduction);
    }
}
