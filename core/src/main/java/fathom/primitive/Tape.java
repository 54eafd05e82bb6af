package fathom.primitive;

import fathom.DType;
import fathom.Tensor;

/** The values and shapes of the forward pass that a gradient rule can access. */
public interface Tape extends Primitive.NeedsGrad {
    /** {@return the value of input {@code i}, which the primitive must have requested to save} */
    Tensor input(int i);

    /** {@return the value of output {@code i}, which the primitive must have requested to save} */
    Tensor output(int i);

    /** {@return the number of inputs} */
    int inputCount();

    /** {@return the shape of input {@code i}} */
    long[] inputShape(int i);

    /** {@return whether input {@code i} consisted of column-major (transposed) matrices} */
    boolean inputIsTransposed(int i);

    /** {@return the type of input {@code i}} */
    DType inputType(int i);

    /**
     * {@return the preferred type of the gradient of input {@code i}: the input's, or, if the input was cast for this
     * operation alone, the type before the cast; a gradient of the input's type is accepted too}
     */
    default DType gradientType(int i) {
        return inputType(i);
    }
}
