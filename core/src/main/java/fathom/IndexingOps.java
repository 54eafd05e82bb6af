package fathom;

import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.select;

import fathom.ir.Kernel;
import fathom.primitive.Gather;
import fathom.primitive.IndexSelect;
import fathom.primitive.Pointwise;
import fathom.primitive.ScatterReduce;

/** Picks elements by index, and writes them. */
public sealed interface IndexingOps permits Tensor {
    /** {@return this tensor} */
    Tensor self();

    /** Where this (a mask) is true the elements of {@code a}, elsewhere those of {@code b}; all broadcast. */
    default Tensor where(Tensor a, Tensor b) {
        DType t = Promotion.of(a, b);
        var body =
                select(
                        cast(DType.BOOL, input(0, self().dtype())),
                        cast(t, input(1, a.dtype())),
                        cast(t, input(2, b.dtype())));
        return Dispatch.apply(new Pointwise(Kernel.of(body)), self(), a, b)[0];
    }

    /** {@return slices along a dimension, picked by int64 numbers} */
    default Tensor indexSelect(int dim, Tensor index) {
        int d = Dims.normalize("indexSelect", dim, self().dim());
        return Dispatch.apply(new IndexSelect(d), self(), index)[0];
    }

    /** {@return elements picked along a dimension: for dimension 1 {@code out[i][j] = this[i][index[i][j]]}} */
    default Tensor gather(int dim, Tensor index) {
        int d = Dims.normalize("gather", dim, self().dim());
        return Dispatch.apply(new Gather(d), self(), index)[0];
    }

    /**
     * {@return a copy with a number written to places along a dimension: for dimension 1 {@code out[i][index[i][j]]}}
     */
    default Tensor scatter(int dim, Tensor index, Number value) {
        int d = Dims.normalize("scatter", dim, self().dim());
        Tensor src = Tensors.full(value, self().dtype()).expand(index.rawShape());
        return Dispatch.apply(new ScatterReduce(d, ScatterReduce.Mode.SET), self(), index, src)[0];
    }
}
