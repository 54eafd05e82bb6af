package fathom.primitive;

import fathom.Tensor;

/**
 * An operation composed of other tensor operations, with a gradient rule of its own: used where autograd through the
 * composition would be wasteful or impossible. This is PyTorch's {@code autograd.Function}.
 */
public non-sealed interface Composed extends Primitive {
    /** {@return the outputs, computed with autograd disabled} */
    Tensor[] compute(Tensor... inputs);
}
