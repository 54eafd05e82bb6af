package fathom;

import fathom.memory.Scopes;
import java.util.function.Supplier;

/**
 * Gives memory back at once: tensors made while a scope is open, on its thread, lose their memory when it closes.
 * Parameters, gradients of leaves and whatever was {@linkplain Tensor#keep() kept} stay. Using a tensor afterwards is
 * an exception; small ones, which share their memory with others, stay usable.
 *
 * <p>Nothing needs a scope; it makes loops faster, because memory that is still in the cache is used again.
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
    private final Scopes scopes = Scopes.open();

    private Scope() {}

    /** {@return a scope, open until it is closed} */
    public static Scope open() {
        return new Scope();
    }

    /**
     * Gives back what {@code body} makes on the way to its result: for a function that computes in several steps, such
     * as an answer of a server.
     *
     * <p>The result lives as long as one of an operation would: until the scope around closes, or while it is reachable
     * where there is none. Whatever else {@code body} made must not be used afterwards.
     *
     * {@snippet :
     * float[] scores = Scope.returning(() -> net.forward(tensor(request)).softmax(-1)).toFloatArray();
     * }
     *
     * @return what {@code body} returns
     */
    public static Tensor returning(Supplier<Tensor> body) {
        var scopes = Scopes.open();
        try {
            Tensor result = body.get();
            scopes.pass(result.storage());
            return result;
        } finally {
            scopes.close("the step that made it ended");
        }
    }

    /** {@return {@code t}, which will survive this scope} */
    public Tensor keep(Tensor t) {
        return t.keep();
    }

    @Override
    public void close() {
        scopes.close("its scope closed");
    }
}
