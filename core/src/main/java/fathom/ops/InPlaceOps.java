package fathom.ops;

import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.scalar;

import fathom.DType;
import fathom.Tensor;
import fathom.composition.Formulas;
import fathom.dispatch.Kernels;
import fathom.dispatch.Promotion;
import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.Exprs;
import fathom.ir.Kernel;
import fathom.ir.UnaryOp;
import fathom.options.Rounding;
import fathom.primitive.Ops;
import fathom.primitive.Pointwise;
import org.jspecify.annotations.Nullable;

/**
 * Operations that write their result into the receiver, keep its shape and type, and return it.
 *
 * @see PointwiseOps
 */
public sealed interface InPlaceOps permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    private Tensor write(Expr value, Number[] scalars, Tensor... others) {
        Tensor x = self();
        if (!value.type().canCastTo(x.dtype())) {
            throw new IllegalArgumentException(
                    "the result is %s, which cannot be written in place into a tensor of %s; use the form without _"
                            .formatted(value.type(), x.dtype()));
        }
        var inputs = new Tensor[others.length + 1];
        inputs[0] = x;
        System.arraycopy(others, 0, inputs, 1, others.length);
        return Ops.applyInPlace(new Pointwise(Kernel.of(cast(x.dtype(), value)), scalars, false), x, inputs);
    }

    private Tensor binary(BinaryOp op, Tensor other, DType computed) {
        Expr a = cast(computed, input(0, self().dtype()));
        Expr b = cast(computed, input(1, other.dtype()));
        return write(Exprs.binary(op, a, b), new Number[0], other);
    }

    private Tensor binary(BinaryOp op, Number other, DType computed) {
        Expr a = cast(computed, input(0, self().dtype()));
        return write(Exprs.binary(op, a, scalar(0, computed)), new Number[] {other});
    }

    private Tensor binary(BinaryOp op, Tensor other) {
        return binary(op, other, Promotion.of(self(), other));
    }

    private Tensor binary(BinaryOp op, Number other) {
        return binary(op, other, DType.promote(self().dtype(), other));
    }

    private Tensor unary(UnaryOp op) {
        DType t = self().dtype();
        return write(Exprs.unary(op, input(0, t)), new Number[0]);
    }

    private Tensor real(UnaryOp op) {
        DType t = self().dtype();
        return write(Exprs.unary(op, cast(t.toFloating(), input(0, t))), new Number[0]);
    }

    /**
     * Writes {@code source}, broadcast and converted, into this tensor.
     *
     * @throws IllegalArgumentException if it does not broadcast to this shape
     */
    default Tensor copy_(Tensor source) {
        Tensor x = self();
        Tensor y = x.isMeta() || source.isMeta() ? source : source.to(x.device());
        return Ops.applyInPlace(new Pointwise(Kernel.of(cast(x.dtype(), input(1, y.dtype())))), x, x, y);
    }

    /** Writes a number to all elements. */
    default Tensor fill_(Number value) {
        return Ops.applyInPlace(new Pointwise(Kernel.of(scalar(0, self().dtype())), value), self(), self());
    }

    /** Writes zeros. */
    default Tensor zero_() {
        return fill_(0);
    }

    /** Adds {@code other}. */
    default Tensor add_(Tensor other) {
        DType t = Promotion.of(self(), other);
        return binary(t == DType.BOOL ? BinaryOp.OR : BinaryOp.ADD, other, t);
    }

    /** Adds a number. */
    default Tensor add_(Number other) {
        return binary(BinaryOp.ADD, other);
    }

    /** Adds {@code alpha} times {@code other}. */
    default Tensor add_(Tensor other, Number alpha) {
        return write(Formulas.scaledSum(BinaryOp.ADD, self(), other, alpha), new Number[] {alpha}, other);
    }

    /** Subtracts {@code other}. */
    default Tensor sub_(Tensor other) {
        return binary(BinaryOp.SUB, other);
    }

    /** Subtracts {@code alpha} times {@code other}. */
    default Tensor sub_(Tensor other, Number alpha) {
        return write(Formulas.scaledSum(BinaryOp.SUB, self(), other, alpha), new Number[] {alpha}, other);
    }

    /** Subtracts a number. */
    default Tensor sub_(Number other) {
        return binary(BinaryOp.SUB, other);
    }

    /** Multiplies by {@code other}. */
    default Tensor mul_(Tensor other) {
        DType t = Promotion.of(self(), other);
        return binary(t == DType.BOOL ? BinaryOp.AND : BinaryOp.MUL, other, t);
    }

    /** Multiplies by a number. */
    default Tensor mul_(Number other) {
        return binary(BinaryOp.MUL, other);
    }

    /** Divides by {@code other}; this must be floating. */
    default Tensor div_(Tensor other) {
        return binary(BinaryOp.DIV, other, Promotion.of(self(), other).toFloating());
    }

    /** Divides by a number; this must be floating. */
    default Tensor div_(Number other) {
        return binary(BinaryOp.DIV, other, DType.promote(self().dtype(), other).toFloating());
    }

    /** Divides, rounding the quotient to an integer. */
    default Tensor div_(Tensor other, Rounding rounding) {
        DType t = Promotion.of(self(), other);
        Expr a = cast(t, input(0, self().dtype()));
        return write(rounding.quotient(a, cast(t, input(1, other.dtype()))), new Number[0], other);
    }

    /** Divides by a number, rounding the quotient to an integer. */
    default Tensor div_(Number other, Rounding rounding) {
        DType t = DType.promote(self().dtype(), other);
        return write(rounding.quotient(cast(t, input(0, self().dtype())), scalar(0, t)), new Number[] {other});
    }

    /** Divides, rounding down. */
    default Tensor floorDivide_(Tensor other) {
        return binary(BinaryOp.FLOOR_DIV, other);
    }

    /** Divides by a number, rounding down. */
    default Tensor floorDivide_(Number other) {
        return binary(BinaryOp.FLOOR_DIV, other);
    }

    /** Computes the remainder, with the divisor's sign. */
    default Tensor remainder_(Tensor other) {
        return binary(BinaryOp.REMAINDER, other);
    }

    /** Computes the remainder by a number, with its sign. */
    default Tensor remainder_(Number other) {
        return binary(BinaryOp.REMAINDER, other);
    }

    /** Raises to the power of {@code exponent}. */
    default Tensor pow_(Tensor exponent) {
        return binary(BinaryOp.POW, exponent);
    }

    /** Raises to the power of a number. */
    default Tensor pow_(Number exponent) {
        if (!self().dtype().isFloating() && exponent.doubleValue() < 0) {
            throw new IllegalArgumentException(
                    "pow_: integers to a negative power (%s) are not integers".formatted(exponent));
        }
        return binary(BinaryOp.POW, exponent);
    }

    /** {@code this += weight * (end - this)}. */
    default Tensor lerp_(Tensor end, Number weight) {
        DType t = self().dtype();
        Expr a = input(0, t);
        return write(
                Exprs.add(a, Exprs.mul(scalar(0, t), Exprs.sub(cast(t, input(1, end.dtype())), a))),
                new Number[] {weight},
                end);
    }

    /** {@code this += weight * (end - this)}, a weight per element. */
    default Tensor lerp_(Tensor end, Tensor weight) {
        DType t = self().dtype();
        Expr a = input(0, t);
        Expr way = Exprs.sub(cast(t, input(1, end.dtype())), a);
        return write(Exprs.add(a, Exprs.mul(cast(t, input(2, weight.dtype())), way)), new Number[0], end, weight);
    }

    /** {@code this += a * b}. */
    default Tensor addcmul_(Tensor a, Tensor b) {
        return addcmul_(a, b, 1);
    }

    /** {@code this += a / b}. */
    default Tensor addcdiv_(Tensor a, Tensor b) {
        return addcdiv_(a, b, 1);
    }

    /** {@code this += value * a * b}. */
    default Tensor addcmul_(Tensor a, Tensor b, Number value) {
        DType t = self().dtype();
        Expr product = Exprs.mul(cast(t, input(1, a.dtype())), cast(t, input(2, b.dtype())));
        return write(Exprs.add(input(0, t), Exprs.mul(scalar(0, t), product)), new Number[] {value}, a, b);
    }

    /** {@code this += value * a / b}. */
    default Tensor addcdiv_(Tensor a, Tensor b, Number value) {
        DType t = self().dtype();
        Expr quotient = Exprs.div(cast(t, input(1, a.dtype())), cast(t, input(2, b.dtype())));
        return write(Exprs.add(input(0, t), Exprs.mul(scalar(0, t), quotient)), new Number[] {value}, a, b);
    }

    /** Clamps to at least {@code min} and at most {@code max}; null for no bound. */
    default Tensor clamp_(@Nullable Number min, @Nullable Number max) {
        if (min == null && max == null) {
            throw new IllegalArgumentException("clamp_: expected a lower or an upper bound");
        }
        DType t = self().dtype();
        return write(Formulas.clamp(t, t, min != null, max != null), Formulas.bounds(min, max));
    }

    /** Writes {@code value} where {@code mask} is true. */
    default Tensor maskedFill_(Tensor mask, Number value) {
        DType t = self().dtype();
        return write(
                Exprs.select(cast(DType.BOOL, input(1, mask.dtype())), scalar(0, t), input(0, t)),
                new Number[] {value},
                mask);
    }

    /**
     * Writes a tensor's number where {@code mask} is true.
     *
     * @param value a scalar, converted to this tensor's type
     * @throws IllegalArgumentException if the value has dimensions
     */
    default Tensor maskedFill_(Tensor mask, Tensor value) {
        return write(Kernels.maskedFill("maskedFill_", self(), mask, value), new Number[0], mask, value);
    }

    /** Negates. */
    default Tensor neg_() {
        return unary(UnaryOp.NEG);
    }

    /** Computes the absolute value. */
    default Tensor abs_() {
        return unary(UnaryOp.ABS);
    }

    /** Computes the sign. */
    default Tensor sign_() {
        return write(Formulas.sign(input(0, self().dtype())), new Number[0]);
    }

    /** Rounds down. */
    default Tensor floor_() {
        return self().dtype().isFloating() ? unary(UnaryOp.FLOOR) : self();
    }

    /** Rounds up. */
    default Tensor ceil_() {
        return self().dtype().isFloating() ? unary(UnaryOp.CEIL) : self();
    }

    /** Rounds to the nearest integer, ties to even. */
    default Tensor round_() {
        return self().dtype().isFloating() ? unary(UnaryOp.ROUND) : self();
    }

    /** Rounds towards zero. */
    default Tensor trunc_() {
        return self().dtype().isFloating() ? unary(UnaryOp.TRUNC) : self();
    }

    /** Computes the square root. */
    default Tensor sqrt_() {
        return real(UnaryOp.SQRT);
    }

    /** Computes the reciprocal of the square root. */
    default Tensor rsqrt_() {
        return real(UnaryOp.RSQRT);
    }

    /** Computes the reciprocal. */
    default Tensor reciprocal_() {
        return real(UnaryOp.RECIPROCAL);
    }

    /** Computes the exponential. */
    default Tensor exp_() {
        return real(UnaryOp.EXP);
    }

    /** Computes the natural logarithm. */
    default Tensor log_() {
        return real(UnaryOp.LOG);
    }

    /** Computes the sine. */
    default Tensor sin_() {
        return real(UnaryOp.SIN);
    }

    /** Computes the cosine. */
    default Tensor cos_() {
        return real(UnaryOp.COS);
    }

    /** Computes the hyperbolic tangent. */
    default Tensor tanh_() {
        return real(UnaryOp.TANH);
    }

    /** Computes the sigmoid. */
    default Tensor sigmoid_() {
        return real(UnaryOp.SIGMOID);
    }

    /** Computes the error function. */
    default Tensor erf_() {
        return real(UnaryOp.ERF);
    }

    /** Clamps to at least zero. */
    default Tensor relu_() {
        DType t = self().dtype();
        Expr x = input(0, t);
        Expr zero = Exprs.constant(t, 0);
        return write(Exprs.select(Exprs.binary(BinaryOp.LE, x, zero), zero, x), new Number[0]);
    }
}
