package fathom;

import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.scalar;
import static fathom.ir.Exprs.sub;
import static fathom.ir.Exprs.unary;

import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;
import fathom.ir.UnaryOp;
import fathom.primitive.Broadcasting;
import fathom.primitive.Pointwise;
import fathom.primitive.Reduce;

/** Losses of regression as functions. Part of {@link Tensors}. Each is one kernel, and its gradient another. */
public abstract class LossFunctions extends ClassificationLosses {
    LossFunctions() {}

    /** {@return the mean of squared differences} */
    public static Tensor mseLoss(Tensor x, Tensor y) {
        return mseLoss(x, y, Reduction.MEAN);
    }

    /** {@return squared differences, reduced} */
    public static Tensor mseLoss(Tensor x, Tensor y, Reduction reduction) {
        Expr d = difference(x, y);
        return elementwise("mseLoss", mul(d, d), reduction, x, y);
    }

    /** {@return the mean of absolute differences} */
    public static Tensor l1Loss(Tensor x, Tensor y) {
        return l1Loss(x, y, Reduction.MEAN);
    }

    /** {@return absolute differences, reduced} */
    public static Tensor l1Loss(Tensor x, Tensor y, Reduction reduction) {
        return elementwise("l1Loss", unary(UnaryOp.ABS, difference(x, y)), reduction, x, y);
    }

    private static Expr difference(Tensor x, Tensor y) {
        DType t = DType.promote(x.dtype(), y.dtype());
        return sub(cast(t, input(0, x.dtype())), cast(t, input(1, y.dtype())));
    }

    /** Computes an expression at each place and reduces it. */
    static Tensor elementwise(String op, Expr loss, Reduction reduction, Tensor... inputs) {
        return elementwise(op, loss, new Number[0], reduction, inputs);
    }

    /** As above, with numbers for the expression's slots 0, 1, ... */
    static Tensor elementwise(String op, Expr loss, Number[] scalars, Reduction reduction, Tensor... inputs) {
        if (!loss.type().isFloating()) {
            throw new IllegalArgumentException(
                    "%s: wants a floating type, not %s; convert with to(FLOAT32)".formatted(op, loss.type()));
        }
        if (reduction == Reduction.NONE) {
            return Dispatch.apply(new Pointwise(Kernel.of(loss), scalars), inputs)[0];
        }
        long[] shape = Broadcasting.shape(op, inputs);
        double scale =
                switch (reduction) {
                    case MEAN -> 1.0 / Dims.numel(shape);
                    case BATCH_MEAN -> 1.0 / (shape.length == 0 ? 1 : shape[0]);
                    case SUM, NONE -> 1;
                };
        Expr e = loss;
        Number[] numbers = scalars;
        if (reduction != Reduction.SUM) {
            e = mul(loss, scalar(scalars.length, loss.type()));
            numbers = java.util.Arrays.copyOf(scalars, scalars.length + 1);
            numbers[scalars.length] = scale;
        }
        int[] all = Dims.normalize(op, new int[0], shape.length);
        return Dispatch.apply(new Reduce(ReduceOp.SUM, Kernel.of(e), numbers, all), inputs)[0].reshape();
    }
}
