package fathom.ops;

import fathom.DType;
import fathom.Tensor;
import fathom.dispatch.Kernels;
import fathom.dispatch.Promotion;
import fathom.ir.BinaryOp;
import fathom.ir.UnaryOp;
import fathom.primitive.Ops;
import fathom.primitive.Pointwise;

/** Operations on the bits of integers; on truth values, logic. Shapes broadcast and types promote. */
public sealed interface BitwiseOps permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    /** {@return bits inverted; truth values negated} */
    default Tensor bitwiseNot() {
        DType t = self().dtype();
        if (t.isFloating()) {
            throw new IllegalArgumentException("bitwiseNot: wants integers or bool, not " + t);
        }
        return Ops.applyAll(new Pointwise(Kernels.unary(UnaryOp.NOT, t, t)), self())[0];
    }

    private Tensor bits(BinaryOp op, String name, Tensor other) {
        DType t = Promotion.of(self(), other);
        if (t.isFloating()) {
            throw new IllegalArgumentException(
                    "%s: wants integers or bool, not %s and %s".formatted(name, self().dtype(), other.dtype()));
        }
        return Promotion.binary(op, self(), other, t);
    }

    private Tensor bits(BinaryOp op, String name, Number other) {
        DType t = DType.promote(self().dtype(), other);
        if (t.isFloating()) {
            throw new IllegalArgumentException(
                    "%s: wants integers or bool, not %s and the number %s".formatted(name, self().dtype(), other));
        }
        return Promotion.binary(op, self(), other, t, false);
    }

    /** {@return the bits set in both} */
    default Tensor bitwiseAnd(Tensor other) {
        return bits(BinaryOp.AND, "bitwiseAnd", other);
    }

    /** {@return the bits set in both this and a number} */
    default Tensor bitwiseAnd(Number other) {
        return bits(BinaryOp.AND, "bitwiseAnd", other);
    }

    /** {@return the bits set in either} */
    default Tensor bitwiseOr(Tensor other) {
        return bits(BinaryOp.OR, "bitwiseOr", other);
    }

    /** {@return the bits set in this or in a number} */
    default Tensor bitwiseOr(Number other) {
        return bits(BinaryOp.OR, "bitwiseOr", other);
    }

    /** {@return the bits set in one of the two} */
    default Tensor bitwiseXor(Tensor other) {
        return bits(BinaryOp.XOR, "bitwiseXor", other);
    }

    /** {@return the bits set in either this or a number, not in both} */
    default Tensor bitwiseXor(Number other) {
        return bits(BinaryOp.XOR, "bitwiseXor", other);
    }

    /** {@return bits moved up} */
    default Tensor bitwiseLeftShift(Tensor other) {
        return bits(BinaryOp.SHIFT_LEFT, "bitwiseLeftShift", other);
    }

    /** {@return bits moved up by a number} */
    default Tensor bitwiseLeftShift(Number other) {
        return bits(BinaryOp.SHIFT_LEFT, "bitwiseLeftShift", other);
    }

    /** {@return bits moved down, with the sign} */
    default Tensor bitwiseRightShift(Tensor other) {
        return bits(BinaryOp.SHIFT_RIGHT, "bitwiseRightShift", other);
    }

    /** {@return bits moved down by a number, with the sign} */
    default Tensor bitwiseRightShift(Number other) {
        return bits(BinaryOp.SHIFT_RIGHT, "bitwiseRightShift", other);
    }
}
