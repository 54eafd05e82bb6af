package fathom.primitive;

import fathom.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * An irreducible operation with its attributes. Each defines the specs of its outputs ({@link Computed#infer}), its
 * gradient, written with tensor operations ({@link #gradient}), and how it is computed: by a {@link Backend} ({@link
 * Computed}), by a change of shape and strides alone ({@link View}), or from other operations under one gradient rule
 * ({@link Composed}).
 */
public sealed interface Primitive permits Computed, View, Composed {

    /** {@return the name in error messages and graphs; by default that of the record} */
    default String name() {
        return getClass().getSimpleName();
    }

    /** {@return whether the operation is differentiable; the outputs of others never require a gradient} */
    default boolean isDifferentiable() {
        return true;
    }

    /** {@return whether the gradient needs the value of input {@code i}, which is then saved for backward} */
    default boolean savesInput(int i, NeedsGrad needsGrad) {
        return false;
    }

    /** {@return whether the gradient needs the value of output {@code i}, which is then saved for backward} */
    default boolean savesOutput(int i, NeedsGrad needsGrad) {
        return false;
    }

    /**
     * The gradients of the inputs.
     *
     * @param tape the saved values and the shapes of the forward pass
     * @param gradOutputs the gradients of the outputs; null for outputs without influence
     * @return one tensor per input, of the input's shape and type; null where there is none or none is {@linkplain
     *     NeedsGrad#needsGrad needed}
     */
    @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs);

    /** Which inputs need a gradient. */
    @FunctionalInterface
    interface NeedsGrad {
        /** {@return whether input {@code i} needs a gradient} */
        boolean needsGrad(int i);
    }
}
