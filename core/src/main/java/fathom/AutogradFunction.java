package fathom;

import fathom.primitive.Composed;
import fathom.primitive.Spec;
import fathom.primitive.Tape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A differentiable function with a gradient of its own, PyTorch's {@code torch.autograd.Function}: for cases where the
 * gradient of the operations in {@code forward} does not exist, is inefficient, or is not the intended one.
 *
 * {@snippet :
 * // rounds forward, passes the gradient on backward
 * final class StraightThrough extends AutogradFunction {
 *     @Override
 *     protected Tensor forward(Context c, Tensor x) {
 *         return x.round();
 *     }
 *
 *     @Override
 *     protected Tensor backward(Context c, Tensor gradient) {
 *         return gradient;
 *     }
 * }
 *
 * Tensor y = new StraightThrough().apply(x);
 * }
 *
 * A function of several tensors, or with several results, overrides {@link #forward(Context, Tensor...)} and {@link
 * #backward(Context, Tensor...)} instead. {@code forward} runs with autograd disabled; {@code backward} is written with
 * tensor operations and can be differentiated again. One object may be applied any number of times: the state of one
 * application is in its {@link Context}. Captured steps support functions like any other operation.
 */
public abstract class AutogradFunction {
    /** The state that {@code forward} passes to {@code backward} of the same application. */
    public static final class Context {
        private record Saved(Tensor tensor, int version) {}

        private final List<Saved> saved = new ArrayList<>();
        private boolean released;
        private @Nullable Tape tape;

        private Context() {}

        /** Saves inputs, results or other tensors for {@link #saved}, which rejects those modified in place since. */
        public void save(Tensor... tensors) {
            for (Tensor t : tensors) {
                saved.add(new Saved(t, t.version()));
            }
        }

        /**
         * {@return the saved tensor with this index, in the order of saving}
         *
         * @throws IllegalStateException if it was modified in place since, or released by an earlier backward
         */
        public Tensor saved(int i) {
            if (released) {
                throw new IllegalStateException(
                        "backward a second time: the saved tensors were released; use backward(b -> b.retainGraph(true)) the first time");
            }
            Saved s = saved.get(i);
            if (s.tensor.version() != s.version) {
                throw new IllegalStateException(
                        String.format(
                                Locale.ROOT,
                                "saved tensor %d, of shape %s, was modified in place: it is at version %d, version %d was saved; clone() it before writing",
                                i,
                                s.tensor.shape(),
                                s.tensor.version(),
                                s.version));
            }
            return s.tensor;
        }

        /** {@return whether input {@code i} needs a gradient; in {@code backward} only} */
        public boolean needsGradient(int i) {
            if (tape == null) {
                throw new IllegalStateException("needsGradient: available in backward only");
            }
            return tape.needsGrad(i);
        }
    }

    /** The primitive of one application. */
    static final class Applied implements Composed {
        private final AutogradFunction function;
        private final Context context = new Context();
        private Spec[] results = {};

        Applied(AutogradFunction function) {
            this.function = function;
        }

        /** Releases the saved tensors after backward. */
        void release() {
            context.released = !context.saved.isEmpty();
            context.saved.clear();
            context.tape = null;
        }

        @Override
        public String name() {
            return function.name();
        }

        @Override
        public Tensor[] compute(Tensor... inputs) {
            Tensor[] outputs = function.forward(context, inputs);
            if (outputs.length == 0) {
                throw new IllegalStateException(function.name() + ": forward returned no result");
            }
            Tensor[] own = outputs.clone();
            for (int i = 0; i < own.length; i++) {
                for (Tensor in : inputs) {
                    if (own[i] == in) {
                        own[i] = in.detach(); // its new history must not become the input's
                    }
                }
            }
            results = new Spec[own.length];
            for (int i = 0; i < own.length; i++) {
                results[i] = own[i].spec();
            }
            return own;
        }

        @Override
        public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
            context.tape = tape;
            var given = new Tensor[gradOutputs.length];
            for (int i = 0; i < given.length; i++) {
                Tensor g = gradOutputs[i];
                given[i] = g == null ? Tensors.zeros(results[i].dtype(), results[i].shape()) : g;
            }
            @Nullable Tensor[] found = function.backward(context, given);
            if (found.length != tape.inputCount()) {
                throw new IllegalStateException(
                        String.format(
                                Locale.ROOT,
                                "%s: backward returned %d gradients, but forward has %d inputs",
                                function.name(),
                                found.length,
                                tape.inputCount()));
            }
            return found;
        }
    }

    /** {@return the function's name in messages and graphs; by default that of the class} */
    protected String name() {
        return getClass().getSimpleName();
    }

    /**
     * Computes the result of a function of one tensor.
     *
     * @throws UnsupportedOperationException unless overridden
     */
    protected Tensor forward(Context context, Tensor x) {
        throw new UnsupportedOperationException(
                name() + " has no forward(Context, Tensor): override it, or forward(Context, Tensor...)");
    }

    /** Computes the results. By default calls {@link #forward(Context, Tensor)} with the single input. */
    protected Tensor[] forward(Context context, Tensor... inputs) {
        if (inputs.length != 1) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s: expected one input, not %d", name(), inputs.length));
        }
        return new Tensor[] {forward(context, inputs[0])};
    }

    /**
     * {@return the input's gradient, for a function of one tensor with one result}
     *
     * @param gradient the gradient of the result
     * @throws UnsupportedOperationException unless overridden
     */
    protected Tensor backward(Context context, Tensor gradient) {
        throw new UnsupportedOperationException(
                name() + " has no backward(Context, Tensor): override it, or backward(Context, Tensor...)");
    }

    /**
     * {@return the gradients of the inputs, of their shapes and types; null where there is none} By default calls
     * {@link #backward(Context, Tensor)}.
     *
     * @param gradients the gradients of the results; zeros for results without influence
     */
    protected @Nullable Tensor[] backward(Context context, Tensor... gradients) {
        return new @Nullable Tensor[] {backward(context, gradients[0])};
    }

    /** {@return the first result of the function} */
    public final Tensor apply(Tensor... inputs) {
        return applyAll(inputs)[0];
    }

    /** {@return all results of the function} */
    public final Tensor[] applyAll(Tensor... inputs) {
        return Dispatch.apply(new Applied(this), inputs);
    }
}
