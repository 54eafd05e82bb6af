package fathom.ops;

import fathom.DType;
import fathom.Tensor;
import fathom.dispatch.Kernels;
import fathom.dispatch.Promotion;
import fathom.ir.BinaryOp;
import fathom.ir.UnaryOp;
import fathom.primitive.Ops;
import fathom.primitive.Pointwise;

/** Bitwise operations on integers, logical ones on booleans. Shapes broadcast and types promote. */
public sealed interface BitwiseOps permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    /** {@return the bitwise complement; the negation of booleans} */
    default Tensor bitwiseNot() {
        DType t = self().dtype();
        if (t.isFloating()) {
            throw new IllegalArgumentException("bitwiseNot: expected integers or bool, not " + t);
        }
        return Ops.applyAll(new Pointwise(Kernels.unary(UnaryOp.NOT, t, t)), self())[0];
    }

    private Tensor bits(BinaryOp op, String name, Tensor other) {
        DType t = Promotion.of(self(), other);
        if (t.isFloating()) {
            throw new IllegalArgumentException(
                    "%s: expected integers or bool, not %s and %s".formatted(name, self().dtype(), other.dtype()));
        }
        return Promotion.binary(op, self(), other, t);
    }

    private Tensor bits(BinaryOp op, String name, Number other) {
        DType t = DType.promote(self().dtype(), other);
        if (t.isFloating()) {
            throw new IllegalArgumentException(
                    "%s: expected integers or bool, not %s and the number %s".formatted(name, self().dtype(), other));
        }
        return Promotion.binary(op, self(), other, t, false);
    }

    /** {@return the bitwise and} */
    default Tensor bitwiseAnd(Tensor other) {
        return bits(BinaryOp.AND, "bitwiseAnd", other);
    }

    /** {@return the bitwise and with a number} */
    default Tensor bitwiseAnd(Number other) {
        return bits(BinaryOp.AND, "bitwiseAnd", other);
    }

    /** {@return the bitwise or} */
    default Tensor bitwiseOr(Tensor other) {
        return bits(BinaryOp.OR, "bitwiseOr", other);
    }

    /** {@return the bitwise or with a number} */
    default Tensor bitwiseOr(Number other) {
        return bits(BinaryOp.OR, "bitwiseOr", other);
    }

    /** {@return the bitwise exclusive or} */
    default Tensor bitwiseXor(Tensor other) {
        return bits(BinaryOp.XOR, "bitwiseXor", other);
    }

    /** {@return the bitwise exclusive or with a number} */
    default Tensor bitwiseXor(Number other) {
        return bits(BinaryOp.XOR, "bitwiseXor", other);
    }

    /** {@return bits shifted left} */
    default Tensor bitwiseLeftShift(Tensor other) {
        return bits(BinaryOp.SHIFT_LEFT, "bitwiseLeftShift", other);
    }

    /** {@return bits shifted left by a number} */
    default Tensor bitwiseLeftShift(Number other) {
        return bits(BinaryOp.SHIFT_LEFT, "bitwiseLeftShift", other);
    }

    /** {@return bits shifted right, preserving the sign} */
    default Tensor bitwiseRightShift(Tensor other) {
        return bits(BinaryOp.SHIFT_RIGHT, "bitwiseRightShift", other);
    }

    /** {@return bits shifted right by a number, preserving the sign} */
    default Tensor bitwiseRightShift(Number other) {
        return bits(BinaryOp.SHIFT_RIGHT, "bitwiseRightShift", other);
    }
}
