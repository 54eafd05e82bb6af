package fathom;

import fathom.memory.StorageScope;
import java.util.function.Supplier;

/**
 * A scope for deterministic release of memory: tensors created on its thread while it is open lose their memory when it
 * closes. Parameters, gradients of leaves and tensors {@linkplain Tensor#keep() kept} explicitly survive. Using a
 * released tensor throws; small ones, which share their memory with others, stay usable.
 *
 * <p>Scopes are optional; they make loops faster, because memory that is still in the processor's cache is reused.
 *
 * {@snippet :
 * try (var scope = Scope.open()) {
 *     var loss = crossEntropy(net.forward(x), y);
 *     loss.backward();
 *     opt.step();
 *     total += loss.item();
 * }
 * }
 */
public final class Scope implements AutoCloseable {
    private final StorageScope scopes = StorageScope.open();

    private Scope() {}

    /** {@return a scope, open until it is closed} */
    public static Scope open() {
        return new Scope();
    }

    /**
     * Releases the temporaries of {@code body}: for a function that computes in several steps, such as a server's
     * response.
     *
     * <p>The result lives as long as that of an operation: until the enclosing scope closes, or while it is reachable
     * if there is none. Other tensors created by {@code body} must not be used afterwards.
     *
     * {@snippet :
     * float[] scores = Scope.returning(() -> net.forward(tensor(request)).softmax(-1)).toFloatArray();
     * }
     *
     * @return the result of {@code body}
     */
    public static Tensor returning(Supplier<Tensor> body) {
        var scopes = StorageScope.open();
        try {
            Tensor result = body.get();
            scopes.pass(result.storage());
            return result;
        } finally {
            scopes.close("the step that made it ended");
        }
    }

    /** {@return {@code t}, which survives this scope} */
    public Tensor keep(Tensor t) {
        return t.keep();
    }

    /**
     * {@return {@code t}, which lives as long as the result of an operation before this scope was opened: until the
     * enclosing scope closes, or while it is reachable if there is none}
     */
    public Tensor pass(Tensor t) {
        scopes.pass(t.storage());
        return t;
    }

    /**
     * Releases the memory of a tensor now, if it was created in this scope and is not {@linkplain Tensor#keep() kept};
     * else does nothing. The tensor and all views of it must not be used afterwards.
     */
    public void release(Tensor t) {
        scopes.release(t.storage(), "its scope released it");
    }

    @Override
    public void close() {
        scopes.close("its scope closed");
    }
}
