package fathom.dispatch;

import fathom.DType;
import fathom.Tensor;
import fathom.primitive.OperationKind;
import org.jspecify.annotations.Nullable;

/** Checks of types where operands do not promote: products, convolutions, layers. */
public final class OperandTypes {
    private OperandTypes() {}

    /**
     * Refuses an operand that is not computed with in the input's type.
     *
     * @throws IllegalArgumentException naming the operation, both operands and their types
     */
    public static void same(String operation, String input, Tensor x, String operand, Tensor t) {
        if (t.dtype() != x.dtype()
                && TensorAccess.cast(OperationKind.PRODUCT, t.dtype())
                        != TensorAccess.cast(OperationKind.PRODUCT, x.dtype())) {
            throw differ(operation, input, x.dtype(), operand, t.dtype());
        }
    }

    /**
     * Refuses a parameter of another type than what it is added to or multiplied with; where that is of 16 bits, it may
     * be float32.
     *
     * @param computed the type that is computed in
     * @throws IllegalArgumentException naming the operation, both operands and their types
     */
    public static void parameter(String operation, DType computed, String operand, @Nullable Tensor t) {
        if (t == null || t.dtype() == computed) {
            return;
        }
        boolean mixed = computed == DType.BFLOAT16 || computed == DType.FLOAT16;
        if (!mixed || t.dtype() != DType.FLOAT32) {
            throw differ(operation, "input", computed, operand, t.dtype());
        }
    }

    private static IllegalArgumentException differ(String operation, String a, DType x, String b, DType y) {
        return new IllegalArgumentException(
                "%s: %s is %s, but %s is %s; convert one with to(...)".formatted(operation, a, x, b, y));
    }
}
