package fathom;

import fathom.memory.Storage;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The properties of an external tensor, other than its values, on which operations depend: memory and geometry, whether
 * it requires a gradient, its history, and its hooks.
 */
record TensorState(
        Storage storage,
        long[] shape,
        long[] strides,
        long offset,
        DType dtype,
        boolean requiresGrad,
        @Nullable Node node,
        @Nullable List<UnaryOperator<Tensor>> hooks,
        @Nullable List<Consumer<Tensor>> accumulationHooks) {

    static TensorState of(Tensor t) {
        Node node = t.node();
        return new TensorState(
                t.storage(),
                t.rawShape(),
                t.rawStrides(),
                t.storageOffset(),
                t.dtype(),
                node != null || t.wantsGrad(),
                node,
                t.hooks,
                t.accumulationHooks);
    }

    /** {@return whether the tensor is unchanged} */
    boolean holds(Tensor t) {
        Node now = t.node();
        return t.storage() == storage
                && now == node
                && (now != null || t.wantsGrad()) == requiresGrad
                && t.hooks == hooks
                && t.accumulationHooks == accumulationHooks
                && t.storageOffset() == offset
                && t.dtype() == dtype
                && same(t.rawShape(), shape)
                && same(t.rawStrides(), strides);
    }

    private static boolean same(long[] a, long[] b) {
        return a == b || Arrays.equals(a, b);
    }
}
