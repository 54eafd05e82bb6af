package fathom.ir;

import static fathom.ir.BinaryOp.ADD;
import static fathom.ir.BinaryOp.DIV;
import static fathom.ir.BinaryOp.MUL;
import static fathom.ir.BinaryOp.SUB;

import fathom.DType;

/** Factory methods of expressions: check types, fold simple constants. */
public final class Exprs {
    private Exprs() {}

    /** {@return the element of input {@code index}} */
    public static Expr input(int index, DType type) {
        return new Expr.Input(index, type);
    }

    /** {@return the number in slot {@code slot}, as {@code type}} */
    public static Expr scalar(int slot, DType type) {
        return new Expr.Scalar(slot, type);
    }

    /** {@return a constant} */
    public static Expr constant(DType type, double value) {
        return new Expr.Const(type, type.isFloating() ? Double.doubleToRawLongBits(value) : (long) value);
    }

    /** {@return {@code op(x)}} */
    public static Expr unary(UnaryOp op, Expr x) {
        if (op == UnaryOp.NEG && x instanceof Expr.Unary(UnaryOp inner, Expr y) && inner == UnaryOp.NEG) {
            return y;
        }
        return new Expr.Unary(op, x);
    }

    /**
     * {@return {@code op(a, b)}}
     *
     * @throws IllegalArgumentException if the types differ
     */
    public static Expr binary(BinaryOp op, Expr a, Expr b) {
        if (a.type() != b.type()) {
            throw new IllegalArgumentException("%s of %s and %s: cast one first".formatted(op, a.type(), b.type()));
        }
        if (op == MUL) {
            if (isConst(a, 1)) {
                return b;
            }
            if (isConst(b, 1)) {
                return a;
            }
        } else if (op == ADD && isConst(b, 0) || op == DIV && isConst(b, 1)) {
            return a;
        } else if (op == ADD && isConst(a, 0)) {
            return b;
        }
        return new Expr.Binary(op, a, b);
    }

    /** {@return the type in which kernels compute values of a floating type: float64 for float64, else float32} */
    public static DType wide(DType t) {
        return t == DType.FLOAT64 ? t : DType.FLOAT32;
    }

    /** {@return {@code x} converted to {@code type}; itself if it has that type} */
    public static Expr cast(DType type, Expr x) {
        return x.type() == type ? x : new Expr.Cast(type, x);
    }

    /** {@return {@code condition ? a : b}} */
    public static Expr select(Expr condition, Expr a, Expr b) {
        if (condition.type() != DType.BOOL || a.type() != b.type()) {
            throw new IllegalArgumentException(
                    "select on %s between %s and %s: expected bool and two of one type"
                            .formatted(condition.type(), a.type(), b.type()));
        }
        return new Expr.Select(condition, a, b);
    }

    /** {@return {@code a + b}} */
    public static Expr add(Expr a, Expr b) {
        return binary(ADD, a, b);
    }

    /** {@return {@code a - b}} */
    public static Expr sub(Expr a, Expr b) {
        return binary(SUB, a, b);
    }

    /** {@return {@code a * b}} */
    public static Expr mul(Expr a, Expr b) {
        return binary(MUL, a, b);
    }

    /** {@return {@code a * k}} */
    public static Expr mul(Expr a, double k) {
        return binary(MUL, a, constant(a.type(), k));
    }

    /** {@return {@code a + k}} */
    public static Expr add(Expr a, double k) {
        return binary(ADD, a, constant(a.type(), k));
    }

    /** {@return {@code a / b}} */
    public static Expr div(Expr a, Expr b) {
        return binary(DIV, a, b);
    }

    /** {@return {@code -a}} */
    public static Expr neg(Expr a) {
        return unary(UnaryOp.NEG, a);
    }

    private static boolean isConst(Expr e, double value) {
        return e instanceof Expr.Const c && c.asDouble() == value;
    }
}
