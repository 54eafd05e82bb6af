package fathom.functions;

import fathom.Tensor;
import fathom.Tensors;
import fathom.composition.MatrixChain;

/** Static forms of linear algebra. Part of {@link Tensors}. */
public final class MatrixFunctions {
    private MatrixFunctions() {}

    /**
     * The product of at least two matrices, in the order that needs the fewest multiplications.
     *
     * @param factors matrices; the first and the last may be one-dimensional: a row and a column
     * @throws IllegalArgumentException if they cannot be multiplied
     */
    public static Tensor multiDot(Tensor... factors) {
        return MatrixChain.multiply(factors);
    }
}
