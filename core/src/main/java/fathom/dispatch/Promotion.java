package fathom.dispatch;

import fathom.DType;
import fathom.Tensor;
import fathom.ir.BinaryOp;
import fathom.primitive.Ops;
import fathom.primitive.Pointwise;

/** Result types by promotion, and binary operations computed in them. */
public final class Promotion {
    private Promotion() {}

    /**
     * The promoted type of two tensors. A zero-dimensional tensor counts only by its category if the other has
     * dimensions and at least that category.
     */
    public static DType of(Tensor a, Tensor b) {
        DType x = a.dtype();
        DType y = b.dtype();
        if (x == y) {
            return x;
        }
        boolean weakA = a.dim() == 0 && b.dim() > 0;
        boolean weakB = b.dim() == 0 && a.dim() > 0;
        if (weakA) {
            return DType.promoteCategory(y, x);
        }
        if (weakB) {
            return DType.promoteCategory(x, y);
        }
        return DType.promote(x, y);
    }

    public static Tensor binary(BinaryOp op, Tensor a, Tensor b, DType computed) {
        return Ops.applyAll(new Pointwise(kernel(op, a, b, computed)), a, b)[0];
    }

    /**
     * With a zero-dimensional operand the computed type depends on more than the types, so those kernels are looked up
     * by expression.
     */
    private static fathom.ir.Kernel kernel(BinaryOp op, Tensor a, Tensor b, DType computed) {
        boolean usual = a.dtype() == b.dtype() || a.dim() > 0 == b.dim() > 0;
        if (usual) {
            return Kernels.binary(op, a.dtype(), b.dtype(), computed);
        }
        return fathom.ir.Kernel.of(
                fathom.ir.Exprs.binary(
                        op,
                        fathom.ir.Exprs.cast(computed, fathom.ir.Exprs.input(0, a.dtype())),
                        fathom.ir.Exprs.cast(computed, fathom.ir.Exprs.input(1, b.dtype()))));
    }

    public static Tensor binary(BinaryOp op, Tensor a, Number b, DType computed, boolean reversed) {
        return Ops.applyAll(new Pointwise(Kernels.scalar(op, a.dtype(), computed, reversed), b), a)[0];
    }

    public static double maxFinite(DType t) {
        return switch (t) {
            case FLOAT64 -> Double.MAX_VALUE;
            case FLOAT32 -> Float.MAX_VALUE;
            case FLOAT16 -> 65504;
            case BFLOAT16 -> 0x1.FEp127;
            default -> throw new IllegalArgumentException(t + " is not a floating type");
        };
    }
}
