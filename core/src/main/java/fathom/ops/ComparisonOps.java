package fathom.ops;

import static fathom.ir.Exprs.binary;
import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.constant;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.unary;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.dispatch.Promotion;
import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.ir.UnaryOp;
import fathom.primitive.Ops;
import fathom.primitive.Pointwise;

/** Element-wise comparisons and logic: bool tensors, broadcasting. */
public sealed interface ComparisonOps permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    private Tensor compare(BinaryOp op, Tensor other) {
        return Promotion.binary(op, self(), other, Promotion.of(self(), other));
    }

    private Tensor compare(BinaryOp op, Number other) {
        return Promotion.binary(op, self(), other, DType.promote(self().dtype(), other), false);
    }

    /** {@return whether elements are equal} */
    default Tensor eq(Tensor other) {
        return compare(BinaryOp.EQ, other);
    }

    /** {@return whether elements equal the number} */
    default Tensor eq(Number other) {
        return compare(BinaryOp.EQ, other);
    }

    /** {@return whether elements differ} */
    default Tensor ne(Tensor other) {
        return compare(BinaryOp.NE, other);
    }

    /** {@return whether elements differ from the number} */
    default Tensor ne(Number other) {
        return compare(BinaryOp.NE, other);
    }

    /** {@return whether elements are less} */
    default Tensor lt(Tensor other) {
        return compare(BinaryOp.LT, other);
    }

    /** {@return whether elements are less than the number} */
    default Tensor lt(Number other) {
        return compare(BinaryOp.LT, other);
    }

    /** {@return whether elements are less or equal} */
    default Tensor le(Tensor other) {
        return compare(BinaryOp.LE, other);
    }

    /** {@return whether elements are at most the number} */
    default Tensor le(Number other) {
        return compare(BinaryOp.LE, other);
    }

    /** {@return whether elements are greater} */
    default Tensor gt(Tensor other) {
        return compare(BinaryOp.GT, other);
    }

    /** {@return whether elements are greater than the number} */
    default Tensor gt(Number other) {
        return compare(BinaryOp.GT, other);
    }

    /** {@return whether elements are greater or equal} */
    default Tensor ge(Tensor other) {
        return compare(BinaryOp.GE, other);
    }

    /** {@return whether elements are at least the number} */
    default Tensor ge(Number other) {
        return compare(BinaryOp.GE, other);
    }

    private Tensor logic(BinaryOp op, Tensor other) {
        return Promotion.binary(op, self().to(DType.BOOL), other.to(DType.BOOL), DType.BOOL);
    }

    /** {@return whether both elements are nonzero} */
    default Tensor logicalAnd(Tensor other) {
        return logic(BinaryOp.AND, other);
    }

    /** {@return whether at least one element is nonzero} */
    default Tensor logicalOr(Tensor other) {
        return logic(BinaryOp.OR, other);
    }

    /** {@return whether exactly one element is nonzero} */
    default Tensor logicalXor(Tensor other) {
        return logic(BinaryOp.XOR, other);
    }

    /** {@return whether elements are zero} */
    default Tensor logicalNot() {
        return eq(0);
    }

    private Tensor test(Expr body) {
        return Ops.applyAll(new Pointwise(Kernel.of(body)), self())[0];
    }

    /** {@return whether elements are NaN} */
    default Tensor isnan() {
        DType t = self().dtype();
        return t.isFloating() ? test(unary(UnaryOp.IS_NAN, input(0, t))) : Tensors.zerosLike(self(), DType.BOOL);
    }

    /** {@return whether elements are infinite} */
    default Tensor isinf() {
        DType t = self().dtype();
        return t.isFloating()
                ? test(binary(BinaryOp.EQ, unary(UnaryOp.ABS, input(0, t)), constant(t, Double.POSITIVE_INFINITY)))
                : Tensors.zerosLike(self(), DType.BOOL);
    }

    /** {@return whether elements are neither NaN nor infinite} */
    default Tensor isfinite() {
        DType t = self().dtype();
        return t.isFloating()
                ? test(binary(BinaryOp.LT, unary(UnaryOp.ABS, input(0, t)), constant(t, Double.POSITIVE_INFINITY)))
                : Tensors.onesLike(self(), DType.BOOL);
    }

    /** {@return whether elements are close, with PyTorch's tolerances 1e-5 relative and 1e-8 absolute} */
    default Tensor isclose(Tensor other) {
        return isclose(other, 1e-5, 1e-8);
    }

    /** {@return whether {@code |this - other| <= atol + rtol * |other|}, or both are the same infinity} */
    default Tensor isclose(Tensor other, double rtol, double atol) {
        DType t = Promotion.of(self(), other).toFloating();
        Expr a = cast(t, input(0, self().dtype()));
        Expr b = cast(t, input(1, other.dtype()));
        Expr finite = binary(BinaryOp.LT, unary(UnaryOp.ABS, b), constant(t, Double.POSITIVE_INFINITY));
        Expr near =
                binary(
                        BinaryOp.LE,
                        unary(UnaryOp.ABS, fathom.ir.Exprs.sub(a, b)),
                        fathom.ir.Exprs.add(
                                fathom.ir.Exprs.mul(unary(UnaryOp.ABS, b), fathom.ir.Exprs.scalar(0, t)),
                                fathom.ir.Exprs.scalar(1, t)));
        Expr e = binary(BinaryOp.OR, binary(BinaryOp.EQ, a, b), binary(BinaryOp.AND, finite, near));
        return Ops.applyAll(new Pointwise(Kernel.of(e), rtol, atol), self(), other)[0];
    }

    /** {@return whether all elements are close, with PyTorch's tolerances 1e-5 relative and 1e-8 absolute} */
    default boolean allclose(Tensor other) {
        return allclose(other, 1e-5, 1e-8);
    }

    /** {@return whether all elements are close} */
    default boolean allclose(Tensor other, double rtol, double atol) {
        return isclose(other, rtol, atol).all().itemBoolean();
    }

    /** {@return whether shapes and all elements are equal} */
    default boolean equal(Tensor other) {
        return self().shape().equals(other.shape()) && eq(other).all().itemBoolean();
    }
}
