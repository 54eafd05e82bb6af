package fathom;

import fathom.primitive.ArgSort;

/** Orders elements. */
public sealed interface SortingOps permits Tensor {
    /** {@return this tensor} */
    Tensor self();

    /** {@return the indices that sort a dimension, least first; stable, NaN last} */
    default Tensor argsort(int dim) {
        return argsort(dim, false);
    }

    /** {@return the indices that sort a dimension; stable} */
    default Tensor argsort(int dim, boolean descending) {
        Tensor x = self();
        int d = Dims.normalize("argsort", dim, x.dim());
        return x.dim() == 0 ? Tensors.zeros(DType.INT64) : Dispatch.apply(new ArgSort(d, descending), x)[0];
    }
}
