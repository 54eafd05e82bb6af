package fathom.ir;

import fathom.DType;
import org.jspecify.annotations.Nullable;

/** A small typed expression: the computation of a pointwise or reduction kernel for one element. */
public sealed interface Expr {

    /** {@return the type of the value} */
    DType type();

    // ---- the methods for users; Exprs has the others --------------------------------------------------------------

    /**
     * {@return this plus {@code other}}
     *
     * @throws IllegalArgumentException if the types differ
     */
    default Expr add(Expr other) {
        return Exprs.binary(BinaryOp.ADD, this, other);
    }

    /** As {@link #add(Expr)}, with a constant. */
    default Expr add(double other) {
        return add(Exprs.constant(type(), other));
    }

    /**
     * {@return this minus {@code other}}
     *
     * @throws IllegalArgumentException if the types differ
     */
    default Expr sub(Expr other) {
        return Exprs.binary(BinaryOp.SUB, this, other);
    }

    /** As {@link #sub(Expr)}, with a constant. */
    default Expr sub(double other) {
        return sub(Exprs.constant(type(), other));
    }

    /**
     * {@return this times {@code other}}
     *
     * @throws IllegalArgumentException if the types differ
     */
    default Expr mul(Expr other) {
        return Exprs.binary(BinaryOp.MUL, this, other);
    }

    /** As {@link #mul(Expr)}, with a constant. */
    default Expr mul(double other) {
        return mul(Exprs.constant(type(), other));
    }

    /**
     * {@return this divided by {@code other}}
     *
     * @throws IllegalArgumentException if the types differ
     */
    default Expr div(Expr other) {
        return Exprs.binary(BinaryOp.DIV, this, other);
    }

    /** As {@link #div(Expr)}, with a constant. */
    default Expr div(double other) {
        return div(Exprs.constant(type(), other));
    }

    /**
     * {@return the maximum; NaN if either is NaN}
     *
     * @throws IllegalArgumentException if the types differ
     */
    default Expr max(Expr other) {
        return Exprs.binary(BinaryOp.MAX, this, other);
    }

    /** As {@link #max(Expr)}, with a constant. */
    default Expr max(double other) {
        return max(Exprs.constant(type(), other));
    }

    /**
     * {@return the minimum; NaN if either is NaN}
     *
     * @throws IllegalArgumentException if the types differ
     */
    default Expr min(Expr other) {
        return Exprs.binary(BinaryOp.MIN, this, other);
    }

    /** As {@link #min(Expr)}, with a constant. */
    default Expr min(double other) {
        return min(Exprs.constant(type(), other));
    }

    /**
     * {@return this to the power of {@code other}}
     *
     * @throws IllegalArgumentException if the types differ
     */
    default Expr pow(Expr other) {
        return Exprs.binary(BinaryOp.POW, this, other);
    }

    /** As {@link #pow(Expr)}, with a constant. */
    default Expr pow(double other) {
        return pow(Exprs.constant(type(), other));
    }

    /** {@return -x} */
    default Expr neg() {
        return Exprs.unary(UnaryOp.NEG, this);
    }

    /** {@return |x|} */
    default Expr abs() {
        return Exprs.unary(UnaryOp.ABS, this);
    }

    /** {@return -1, 0 or 1; NaN of NaN} */
    default Expr sign() {
        return Exprs.unary(UnaryOp.SIGN, this);
    }

    /** {@return the square root} */
    default Expr sqrt() {
        return Exprs.unary(UnaryOp.SQRT, this);
    }

    /** {@return e^x} */
    default Expr exp() {
        return Exprs.unary(UnaryOp.EXP, this);
    }

    /** {@return the natural logarithm} */
    default Expr log() {
        return Exprs.unary(UnaryOp.LOG, this);
    }

    /** {@return the hyperbolic tangent} */
    default Expr tanh() {
        return Exprs.unary(UnaryOp.TANH, this);
    }

    /** {@return 1 / (1 + e^-x)} */
    default Expr sigmoid() {
        return Exprs.unary(UnaryOp.SIGMOID, this);
    }

    /** {@return the error function} */
    default Expr erf() {
        return Exprs.unary(UnaryOp.ERF, this);
    }

    /** {@return this times itself} */
    default Expr square() {
        return mul(this);
    }

    /** {@return whether this is less than {@code other}, for {@link #where}} */
    default Expr lt(Expr other) {
        return Exprs.binary(BinaryOp.LT, this, other);
    }

    /** As {@link #lt(Expr)}, with a constant. */
    default Expr lt(double other) {
        return lt(Exprs.constant(type(), other));
    }

    /** {@return whether this is at most {@code other}, for {@link #where}} */
    default Expr le(Expr other) {
        return Exprs.binary(BinaryOp.LE, this, other);
    }

    /** As {@link #le(Expr)}, with a constant. */
    default Expr le(double other) {
        return le(Exprs.constant(type(), other));
    }

    /** {@return whether this is greater than {@code other}, for {@link #where}} */
    default Expr gt(Expr other) {
        return Exprs.binary(BinaryOp.GT, this, other);
    }

    /** As {@link #gt(Expr)}, with a constant. */
    default Expr gt(double other) {
        return gt(Exprs.constant(type(), other));
    }

    /** {@return whether this is at least {@code other}, for {@link #where}} */
    default Expr ge(Expr other) {
        return Exprs.binary(BinaryOp.GE, this, other);
    }

    /** As {@link #ge(Expr)}, with a constant. */
    default Expr ge(double other) {
        return ge(Exprs.constant(type(), other));
    }

    /**
     * {@return {@code a} where this is true, else {@code b}}
     *
     * @throws IllegalArgumentException if this is not boolean, or the types of the others differ
     */
    default Expr where(Expr a, Expr b) {
        return Exprs.select(this, a, b);
    }

    /** The element of the kernel's input {@code index}. */
    record Input(int index, DType type) implements Expr {
        @Override
        public boolean equals(@Nullable Object o) {
            return this == o || o instanceof Input e && index == e.index && type == e.type;
        }

        @Override
        public int hashCode() {
            return 31 * index + type.ordinal();
        }
    }

    /** A number passed with each call: slot {@code slot} of the kernel's scalars, converted to {@code type}. */
    record Scalar(int slot, DType type) implements Expr {
        @Override
        public boolean equals(@Nullable Object o) {
            return this == o || o instanceof Scalar e && slot == e.slot && type == e.type;
        }

        @Override
        public int hashCode() {
            return ~(31 * slot + type.ordinal());
        }
    }

    /**
     * A compile-time constant of the kernel.
     *
     * @param bits the value: {@link Double#doubleToRawLongBits} for floating types, else the integer itself (0 or 1 for
     *     bool)
     */
    record Const(DType type, long bits) implements Expr {
        /** {@return the value as a double} */
        public double asDouble() {
            return type.isFloating() ? Double.longBitsToDouble(bits) : bits;
        }

        @Override
        public boolean equals(@Nullable Object o) {
            return this == o || o instanceof Const e && type == e.type && bits == e.bits;
        }

        @Override
        public int hashCode() {
            return 31 * type.ordinal() + Long.hashCode(bits);
        }
    }

    /** A function of one argument. */
    record Unary(UnaryOp op, Expr x) implements Expr {
        @Override
        public DType type() {
            return op.yieldsBool() ? DType.BOOL : x.type();
        }

        @Override
        public boolean equals(@Nullable Object o) {
            return this == o || o instanceof Unary e && op == e.op && x.equals(e.x);
        }

        @Override
        public int hashCode() {
            return 31 * op.ordinal() + x.hashCode();
        }
    }

    /** A function of two arguments of one type. */
    record Binary(BinaryOp op, Expr a, Expr b) implements Expr {
        @Override
        public DType type() {
            return op.yieldsBool() ? DType.BOOL : a.type();
        }

        @Override
        public boolean equals(@Nullable Object o) {
            return this == o || o instanceof Binary e && op == e.op && a.equals(e.a) && b.equals(e.b);
        }

        @Override
        public int hashCode() {
            return 31 * (31 * op.ordinal() + a.hashCode()) + b.hashCode();
        }
    }

    /** {@code condition ? a : b} with a boolean condition. */
    record Select(Expr condition, Expr a, Expr b) implements Expr {
        @Override
        public DType type() {
            return a.type();
        }

        @Override
        public boolean equals(@Nullable Object o) {
            return this == o
                    || o instanceof Select e && condition.equals(e.condition) && a.equals(e.a) && b.equals(e.b);
        }

        @Override
        public int hashCode() {
            return 31 * (31 * condition.hashCode() + a.hashCode()) + b.hashCode();
        }
    }

    /**
     * A conversion as PyTorch's {@code to}: floating to integer truncates (Java's saturating {@code (long)} first, then
     * the low bits), and conversion to bool is {@code != 0}.
     */
    record Cast(DType type, Expr x) implements Expr {
        @Override
        public boolean equals(@Nullable Object o) {
            return this == o || o instanceof Cast e && type == e.type && x.equals(e.x);
        }

        @Override
        public int hashCode() {
            return ~(31 * type.ordinal() + x.hashCode());
        }
    }
}
