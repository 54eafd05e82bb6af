package fathom.composition;

import fathom.Tensor;
import fathom.dispatch.TensorAccess;
import fathom.primitive.OperationKind;

/** Argument checks of linear algebra: floating matrices, computed in at least float32 under autocast. */
public final class MatrixArguments {
    private MatrixArguments() {}

    /**
     * {@return the matrices [..., m, n]}
     *
     * @throws IllegalArgumentException unless there are at least two dimensions and the type is floating
     */
    public static Tensor floating(String name, Tensor given) {
        Tensor x = TensorAccess.cast(OperationKind.FACTORISATION, given);
        if (x.dim() < 2 || !x.dtype().isFloating()) {
            throw new IllegalArgumentException(
                    "%s: expected floating matrices, not %s of %s".formatted(name, x.shape(), x.dtype()));
        }
        return x;
    }

    /**
     * {@return the matrices [..., n, n]}
     *
     * @throws IllegalArgumentException as {@link #floating}, and unless they are square
     */
    public static Tensor square(String name, Tensor given) {
        Tensor x = floating(name, given);
        if (x.size(-1) != x.size(-2)) {
            throw new IllegalArgumentException("%s: expected square matrices, not %s".formatted(name, x.shape()));
        }
        return x;
    }
}
