package fathom.primitive;

import fathom.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * An irreducible operation with its attributes. Three things are known of each: what its outputs look like ({@link
 * Computed#infer}), its gradient, written with tensor operations ({@link #gradient}), and how it is computed: by a
 * {@link Backend} ({@link Computed}), by a change of shape and strides alone ({@link View}), or out of other operations
 * under one gradient ({@link Composed}).
 */
public sealed interface Primitive permits Computed, View, Composed {

    /** {@return the operation's name in error messages and graphs: the record's name unless overridden} */
    default String name() {
        return getClass().getSimpleName();
    }

    /** {@return whether the operation has a gradient at all; one that has none yields tensors that need none} */
    default boolean isDifferentiable() {
        return true;
    }

    /** {@return whether the gradient needs the value of input {@code i}, which is then kept until backward} */
    default boolean savesInput(int i, Wants wants) {
        return false;
    }

    /** {@return whether the gradient needs the value of output {@code i}, which is then kept until backward} */
    default boolean savesOutput(int i, Wants wants) {
        return false;
    }

    /**
     * The gradients by the inputs.
     *
     * @param tape the saved values and the shapes of the forward run
     * @param gradOutputs the gradients by the outputs; null where an output had no influence
     * @return one tensor per input, of the input's shape and type; null where there is none or none is {@linkplain
     *     Wants#wants wanted}
     */
    @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs);

    /** Which inputs want a gradient. */
    @FunctionalInterface
    interface Wants {
        /** {@return whether input {@code i} wants a gradient} */
        boolean wants(int i);
    }
}
