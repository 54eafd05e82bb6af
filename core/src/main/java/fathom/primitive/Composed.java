package fathom.primitive;

import fathom.Tensor;

/**
 * An operation computed out of other tensor operations, under one gradient rule of its own: where the composition's own
 * gradient would be wasteful or does not exist. This is PyTorch's {@code autograd.Function}.
 */
public non-sealed interface Composed extends Primitive {
    /** {@return the outputs, computed while no gradient is recorded} */
    Tensor[] compute(Tensor... inputs);
}
