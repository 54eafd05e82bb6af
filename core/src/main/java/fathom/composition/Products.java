package fathom.composition;

import fathom.Tensor;
import fathom.dispatch.OperandTypes;
import fathom.dispatch.TensorAccess;
import fathom.primitive.Broadcasting;
import fathom.primitive.MatMul;
import fathom.primitive.OperationKind;
import fathom.primitive.Ops;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reduces every kind of matrix product to batched matrix products. */
public final class Products {
    private Products() {}

    /**
     * The product of vectors, matrices or batches of them.
     *
     * @param operation the user's operation, for messages
     * @param bias added to each row, or null
     */
    public static Tensor matmul(String operation, Tensor x, Tensor y, @Nullable Tensor bias) {
        Tensor a = TensorAccess.cast(OperationKind.PRODUCT, x);
        Tensor b = TensorAccess.cast(OperationKind.PRODUCT, y);
        if (a.dim() == 0 || b.dim() == 0) {
            throw new IllegalArgumentException(
                    "%s: scalars have no dimensions; use mul: %s x %s".formatted(operation, a.shape(), b.shape()));
        }
        if (a.dtype() != b.dtype()) {
            throw new IllegalArgumentException(
                    "%s: types differ: %s and %s; convert one with to(...)".formatted(operation, a.dtype(), b.dtype()));
        }
        OperandTypes.parameter(operation, a.dtype(), "the added tensor", bias);
        long inner = b.dim() == 1 ? b.size(0) : b.size(-2);
        if (a.size(-1) != inner) {
            throw new IllegalArgumentException(
                    "%s: inner dimensions differ: %s x %s".formatted(operation, a.shape(), b.shape()));
        }
        if (a.dim() == 1) {
            return matmul(operation, a.unsqueeze(0), b, bias).squeeze(b.dim() == 1 ? 0 : -2);
        }
        if (b.dim() == 1) {
            return matmul(operation, a, b.unsqueeze(1), bias).squeeze(-1);
        }
        if (b.dim() == 2 && a.dim() > 2) {
            // one large product rather than a batch of small ones
            long[] shape = a.shape().dims();
            shape[shape.length - 1] = b.size(1);
            return product(a.flatten(0, -2), b, bias).reshape(shape);
        }
        if (a.dim() == 2 && b.dim() == 2) {
            return product(a, b, bias);
        }
        long[] batch = Broadcasting.pair(operation, batchOf(a), batchOf(b));
        return product(inBatch(a, batch), inBatch(b, batch), bias);
    }

    private static Tensor product(Tensor a, Tensor b, @Nullable Tensor bias) {
        return bias == null ? Ops.applyAll(new MatMul(false), a, b)[0] : Ops.applyAll(new MatMul(true), a, b, bias)[0];
    }

    private static long[] batchOf(Tensor t) {
        return Arrays.copyOf(Ops.shape(t), t.dim() - 2);
    }

    private static Tensor inBatch(Tensor t, long[] batch) {
        if (Arrays.equals(batchOf(t), batch)) {
            return t;
        }
        long[] shape = Arrays.copyOf(batch, batch.length + 2);
        shape[batch.length] = t.size(-2);
        shape[batch.length + 1] = t.size(-1);
        return t.expand(shape);
    }
}
