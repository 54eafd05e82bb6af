package fathom.composition;

import fathom.Autograd;
import fathom.Tensor;
import java.util.function.UnaryOperator;

/** Functions of a tensor whose result is written into the tensor itself. */
public final class Rewriting {
    private Rewriting() {}

    /**
     * Writes {@code function(x)} into x. If autograd records it, the function is applied to a copy of x, which
     * preserves the values that its gradient needs.
     *
     * @throws IllegalArgumentException if the result has another shape, or a type that cannot be cast to x's
     */
    public static Tensor rewrite(String name, Tensor x, UnaryOperator<Tensor> function) {
        Tensor y = function.apply(Autograd.isGradEnabled() && x.requiresGrad() ? x.clone() : x);
        if (!y.shape().equals(x.shape())) {
            throw new IllegalArgumentException(
                    "%s: the result has shape %s, which does not fit into %s".formatted(name, y.shape(), x.shape()));
        }
        if (!y.dtype().canCastTo(x.dtype())) {
            throw new IllegalArgumentException(
                    "%s: the result is %s, which cannot be written in place into a tensor of %s; use the form without _"
                            .formatted(name, y.dtype(), x.dtype()));
        }
        return x.copy_(y);
    }
}
