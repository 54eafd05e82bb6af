package fathom.primitive;

import fathom.DType;
import fathom.Tensor;

/** What a gradient rule sees of the forward run. */
public interface Tape extends Primitive.Wants {
    /** {@return the value of input {@code i}, which the primitive must have asked to save} */
    Tensor input(int i);

    /** {@return the value of output {@code i}, which the primitive must have asked to save} */
    Tensor output(int i);

    /** {@return the number of inputs} */
    int inputCount();

    /** {@return the shape of input {@code i}} */
    long[] inputShape(int i);

    /** {@return whether input {@code i} was matrices whose columns, not rows, lie together} */
    boolean inputIsTransposed(int i);

    /** {@return the type of input {@code i}} */
    DType inputType(int i);

    /**
     * {@return the type that the gradient by input {@code i} is wanted in: the input's, or, where the input was rounded
     * for this operation alone, the type from before; a gradient of the input's type does as well}
     */
    default DType gradientType(int i) {
        return inputType(i);
    }
}
