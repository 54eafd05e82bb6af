package fathom.ir;

import fathom.DType;
import org.jspecify.annotations.Nullable;

/**
 * A small typed expression: what a pointwise or reduction kernel computes for one element.
 *
 * <p>Expressions are values: equal when they are written alike, so they serve as keys of the cache of compiled kernels.
 * Numbers that change from call to call (a learning rate) stand outside, in {@link Scalar} slots. Both arguments of a
 * {@link Binary} and both branches of a {@link Select} have one type; {@link Cast} converts. Integers wrap around at
 * the width of their type; bfloat16 and float16 are computed in float32 and rounded where they are stored or cast.
 *
 * <p>Their comparison is written out, since they are compared at each call of an operation: what the JDK links for a
 * record runs as method handles in the interpreter, much slower for a program's first second.
 *
 * <p>Build expressions with {@link Exprs}, which checks types and simplifies.
 */
public sealed interface Expr {

    /** {@return the type of the value} */
    DType type();

    /** The element of the kernel's input tensor number {@code index}. */
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

    /** A number given with each call: slot {@code slot} of the kernel's scalars, converted to {@code type}. */
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
     * A number known when the kernel is made.
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

    /** {@code condition ? a : b}; the condition is a truth value. */
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
     * the low bits), anything to bool is {@code != 0}.
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
