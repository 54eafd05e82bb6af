package fathom.interop.onnx.graph;

import fathom.Scope;
import fathom.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * One run of a model.
 *
 * @param opset the version of the operators
 * @param scope where intermediate results are released as soon as nothing uses them; null if gradients or a trace need
 *     them
 * @param hook observes the tensors that the nodes of the main graph compute, and may replace them; null for none
 */
public record Execution(long opset, @Nullable Scope scope, @Nullable Hook hook) {
    /** Observes inner values. */
    @FunctionalInterface
    public interface Hook {
        /** {@return what to go on with after a node computed a tensor} */
        Tensor after(String operator, String name, Tensor value);
    }

    /** Smaller tensors share memory, which is not released one by one. */
    private static final long MIN_BYTES = 64 << 10;

    /** {@return the run of a subgraph, whose outer graph may use the values that it uses} */
    Execution nested() {
        return scope == null && hook == null ? this : new Execution(opset, null, null);
    }

    /** Releases the tensor in a slot that nothing uses any more, unless another slot has a view of it. */
    void drop(@Nullable Value[] frame, int slot) {
        Value dead = frame[slot];
        frame[slot] = null;
        if (scope == null || !(dead instanceof TensorValue v)) {
            return;
        }
        Tensor t = v.tensor();
        if (t.numel() * t.dtype().size() < MIN_BYTES) {
            return;
        }
        for (Value other : frame) {
            if (other instanceof TensorValue o && o.tensor().sharesStorageWith(t)) {
                return;
            }
        }
        scope.release(t);
    }
}
