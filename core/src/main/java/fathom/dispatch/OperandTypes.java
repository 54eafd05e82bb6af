package fathom.dispatch;

import fathom.DType;
import fathom.Tensor;
import fathom.primitive.OperationKind;
import org.jspecify.annotations.Nullable;

/** Type checks where operands do not promote: products, convolutions, layers. */
public final class OperandTypes {
    private OperandTypes() {}

    /**
     * Rejects an operand whose type differs from the input's.
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
     * Rejects a parameter whose type differs from the computed type; with a 16-bit one, it may also be float32.
     *
     * @param computed the type in which the operation computes
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
