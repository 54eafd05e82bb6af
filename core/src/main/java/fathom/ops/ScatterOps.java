package fathom.ops;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.composition.IndexTensors;
import fathom.composition.Rewriting;
import fathom.dispatch.Dims;
import fathom.options.Rounding;
import fathom.primitive.Ops;
import fathom.primitive.indexing.IndexAdd;
import fathom.primitive.indexing.ScatterReduce;
import fathom.primitive.indexing.ScatterReduce.Mode;
import java.util.Arrays;
import java.util.Locale;

/**
 * Writes elements or whole slices to positions given by index tensors, and combines them with the existing values.
 * {@code scatter} has an index per element, {@code index...} one per slice of a dimension. A scalar counts as one
 * dimension of size 1. All are differentiable in the receiver and the source.
 */
public sealed interface ScatterOps permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    // ---- elements -------------------------------------------------------------------------------------------------

    private Tensor scattered(String name, int dim, Tensor index, Tensor src, Mode mode, boolean inPlace) {
        int d = Dims.normalize(name, dim, self().dim());
        checkType(name, self(), src);
        if (index.numel() == 0) { // of any shape
            IndexTensors.integers(name, index);
            return inPlace ? self() : self().clone();
        }
        Tensor x = IndexTensors.atLeastOneDim(self());
        Tensor from = IndexTensors.atLeastOneDim(src);
        Tensor i = IndexTensors.along(name, x, d, index);
        boolean fits = from.dim() == i.dim();
        for (int k = 0; fits && k < i.dim(); k++) {
            fits = i.size(k) <= from.size(k);
        }
        if (!fits) {
            throw new IllegalArgumentException(
                    "%s: index of shape %s reaches beyond the source of shape %s"
                            .formatted(name, index.shape(), src.shape()));
        }
        var p = new ScatterReduce(d, mode, name);
        if (inPlace) {
            Ops.applyInPlace(p, x, x, i, from);
            return self();
        }
        Tensor out = Ops.applyAll(p, x, i, from)[0];
        return self().dim() == 0 ? out.reshape() : out;
    }

    private static void checkType(String name, Tensor x, Tensor src) {
        if (src.dtype() != x.dtype()) {
            throw new IllegalArgumentException(
                    "%s: the source is %s, the tensor %s; convert one with to(...)"
                            .formatted(name, src.dtype(), x.dtype()));
        }
    }

    private Tensor expanded(Number value, Tensor index) {
        return self().newFull(value, self().dtype()).expand(Ops.shape(index));
    }

    /** {@return a copy with {@code src} written: for dimension 1 {@code out[i][index[i][j]] = src[i][j]}} */
    default Tensor scatter(int dim, Tensor index, Tensor src) {
        return scattered("scatter", dim, index, src, Mode.SET, false);
    }

    /** {@return a copy with a number written: for dimension 1 {@code out[i][index[i][j]] = value}} */
    default Tensor scatter(int dim, Tensor index, Number value) {
        return scatter(dim, index, expanded(value, index));
    }

    /** Writes {@code src}: for dimension 1 {@code this[i][index[i][j]] = src[i][j]}. */
    default Tensor scatter_(int dim, Tensor index, Tensor src) {
        return scattered("scatter_", dim, index, src, Mode.SET, true);
    }

    /** Writes a number: for dimension 1 {@code this[i][index[i][j]] = value}. */
    default Tensor scatter_(int dim, Tensor index, Number value) {
        return scatter_(dim, index, expanded(value, index));
    }

    /** {@return a copy with {@code src} added: for dimension 1 {@code out[i][index[i][j]] += src[i][j]}} */
    default Tensor scatterAdd(int dim, Tensor index, Tensor src) {
        return scattered("scatterAdd", dim, index, src, Mode.ADD, false);
    }

    /** Adds {@code src}: for dimension 1 {@code this[i][index[i][j]] += src[i][j]}. */
    default Tensor scatterAdd_(int dim, Tensor index, Tensor src) {
        return scattered("scatterAdd_", dim, index, src, Mode.ADD, true);
    }

    /** {@return {@link #scatterReduce(int, Tensor, Tensor, String, boolean)} including the existing values} */
    default Tensor scatterReduce(int dim, Tensor index, Tensor src, String reduce) {
        return scatterReduce(dim, index, src, reduce, true);
    }

    /**
     * A copy with the values of {@code src} reduced per destination element.
     *
     * @param index for dimension 1, {@code src[i][j]} goes to {@code out[i][index[i][j]]}
     * @param reduce {@code "sum"}, {@code "prod"}, {@code "mean"}, {@code "amax"} or {@code "amin"}
     * @param includeSelf whether existing values are included; if not, elements without a source still keep theirs
     */
    default Tensor scatterReduce(int dim, Tensor index, Tensor src, String reduce, boolean includeSelf) {
        return reduced("scatterReduce", dim, index, src, reduce, includeSelf);
    }

    /** As {@link #scatterReduce(int, Tensor, Tensor, String)}, in place. */
    default Tensor scatterReduce_(int dim, Tensor index, Tensor src, String reduce) {
        return scatterReduce_(dim, index, src, reduce, true);
    }

    /** As {@link #scatterReduce(int, Tensor, Tensor, String, boolean)}, in place. */
    default Tensor scatterReduce_(int dim, Tensor index, Tensor src, String reduce, boolean includeSelf) {
        return Rewriting.rewrite("scatterReduce_", self(), x -> x.scatterReduce(dim, index, src, reduce, includeSelf));
    }

    private Tensor reduced(String name, int dim, Tensor index, Tensor src, String reduce, boolean includeSelf) {
        Mode mode =
                switch (reduce) {
                    case "sum", "mean" -> Mode.ADD;
                    case "prod" -> Mode.PROD;
                    case "amax" -> Mode.MAX;
                    case "amin" -> Mode.MIN;
                    default ->
                            throw new IllegalArgumentException(
                                    "%s: expected sum, prod, mean, amax or amin, not %s".formatted(name, reduce));
                };
        Tensor x = self();
        checkType(name, x, src);
        Tensor start = includeSelf ? x : x.scatter(dim, index, neutral(mode, x.dtype()));
        Tensor out = ((ScatterOps) start).scattered(name, dim, index, src, mode, false);
        return reduce.equals("mean") ? divided(out, counts(dim, index, includeSelf)) : out;
    }

    /** The number of values summed per element, 1 where there are none. */
    private Tensor counts(int dim, Tensor index, boolean includeSelf) {
        Tensor start = Tensors.zerosLike(self(), DType.INT64).fill_(includeSelf ? 1 : 0);
        Tensor ones = index.newOnes(DType.INT64).expand(Ops.shape(index));
        return start.scatterAdd(dim, index, ones).clampMin(1);
    }

    private static Tensor divided(Tensor sums, Tensor counts) {
        return sums.dtype().isFloating() ? sums.div(counts) : sums.div(counts, Rounding.FLOOR).to(sums.dtype());
    }

    /** {@return the neutral element of the reduction} */
    private static Number neutral(Mode mode, DType t) {
        if (mode != Mode.MAX && mode != Mode.MIN) {
            return mode == Mode.PROD ? 1 : 0;
        }
        boolean least = mode == Mode.MAX;
        if (t.isFloating()) {
            return least ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        if (t == DType.BOOL || t == DType.UINT8) {
            return least ? 0 : t == DType.BOOL ? 1 : 255;
        }
        long highest = Long.MAX_VALUE >> 64 - 8 * t.size();
        return least ? -highest - 1 : highest;
    }

    // ---- slices ---------------------------------------------------------------------------------------------------

    /**
     * The source of whole slices, which must have this tensor's shape except for one slice per index in dimension d.
     */
    private Tensor slices(String name, int d, Tensor index, Tensor src) {
        Tensor x = IndexTensors.atLeastOneDim(self());
        Tensor from = IndexTensors.atLeastOneDim(src);
        boolean fits = from.dim() == x.dim() && from.size(d) == index.numel() && src.dtype() == x.dtype();
        for (int k = 0; fits && k < x.dim(); k++) {
            fits = k == d || from.size(k) == x.size(k);
        }
        if (!fits) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: %d indices and a source of shape %s and %s do not fit a tensor of shape %s and %s along dimension %d",
                            name,
                            index.numel(),
                            src.shape(),
                            src.dtype(),
                            self().shape(),
                            self().dtype(),
                            d));
        }
        return from;
    }

    /** The index tensor of scatter that selects each element of the indexed slices. */
    private Tensor everywhere(int d, Tensor row) {
        long[] shape = IndexTensors.atLeastOneDim(self()).shape().dims();
        shape[d] = row.numel();
        var one = new long[shape.length];
        Arrays.fill(one, 1);
        one[d] = row.numel();
        return row.reshape(one).expand(shape);
    }

    /** {@return a copy with slices added to the indexed slices of a dimension} */
    default Tensor indexAdd(int dim, Tensor index, Tensor src) {
        return indexAdded("indexAdd", dim, index, src, false);
    }

    /** {@return a copy with {@code alpha} times slices added to the indexed slices of a dimension} */
    default Tensor indexAdd(int dim, Tensor index, Tensor src, Number alpha) {
        return indexAdd(dim, index, src.mul(alpha));
    }

    /** Adds slices to the indexed slices of a dimension. */
    default Tensor indexAdd_(int dim, Tensor index, Tensor src) {
        return indexAdded("indexAdd_", dim, index, src, true);
    }

    /** Adds {@code alpha} times slices to the indexed slices of a dimension. */
    default Tensor indexAdd_(int dim, Tensor index, Tensor src, Number alpha) {
        return indexAdd_(dim, index, src.mul(alpha));
    }

    private Tensor indexAdded(String name, int dim, Tensor index, Tensor src, boolean inPlace) {
        int d = Dims.normalize(name, dim, self().dim());
        Tensor i = IndexTensors.row(name, index);
        Tensor from = slices(name, d, i, src);
        Tensor x = IndexTensors.atLeastOneDim(self());
        IndexTensors.checkEmpty(name, x, d, i);
        var p = new IndexAdd(d, name);
        if (inPlace) {
            Ops.applyInPlace(p, x, x, i, from);
            return self();
        }
        Tensor sum = Ops.applyAll(p, x, i, from)[0];
        return self().dim() == 0 ? sum.reshape() : sum;
    }

    /**
     * {@return a copy with a number written to the indexed slices of a dimension; negative indices count from the end}
     */
    default Tensor indexFill(int dim, Tensor index, Number value) {
        Tensor i = filled("indexFill", dim, index);
        return scattered("indexFill", dim, i, expanded(value, i), Mode.SET, false);
    }

    /** Writes a number to the indexed slices of a dimension; negative indices count from the end. */
    default Tensor indexFill_(int dim, Tensor index, Number value) {
        Tensor i = filled("indexFill_", dim, index);
        return scattered("indexFill_", dim, i, expanded(value, i), Mode.SET, true);
    }

    private Tensor filled(String name, int dim, Tensor index) {
        int d = Dims.normalize(name, dim, self().dim());
        long n = self().dim() == 0 ? 1 : self().size(d);
        return everywhere(d, IndexTensors.fromFront(IndexTensors.row(name, index), n));
    }

    /** {@return a copy with slices written to the indexed slices of a dimension} */
    default Tensor indexCopy(int dim, Tensor index, Tensor src) {
        return indexCopied("indexCopy", dim, index, src, false);
    }

    /** Writes slices to the indexed slices of a dimension. */
    default Tensor indexCopy_(int dim, Tensor index, Tensor src) {
        return indexCopied("indexCopy_", dim, index, src, true);
    }

    private Tensor indexCopied(String name, int dim, Tensor index, Tensor src, boolean inPlace) {
        int d = Dims.normalize(name, dim, self().dim());
        Tensor i = IndexTensors.row(name, index);
        return scattered(name, dim, everywhere(d, i), slices(name, d, i, src), Mode.SET, inPlace);
    }

    /** {@return {@link #indexReduce(int, Tensor, Tensor, String, boolean)} including the existing values} */
    default Tensor indexReduce(int dim, Tensor index, Tensor src, String reduce) {
        return indexReduce(dim, index, src, reduce, true);
    }

    /**
     * A copy with the slices of {@code src} reduced per destination slice, element by element.
     *
     * @param index for dimension 0, {@code src[i]} goes to {@code out[index[i]]}
     * @param reduce {@code "prod"}, {@code "mean"}, {@code "amax"} or {@code "amin"}; for sums use {@link #indexAdd}
     * @param includeSelf whether existing values are included; if not, slices without a source still keep theirs
     */
    default Tensor indexReduce(int dim, Tensor index, Tensor src, String reduce, boolean includeSelf) {
        if (reduce.equals("sum")) {
            throw new IllegalArgumentException("indexReduce: expected prod, mean, amax or amin; for sums use indexAdd");
        }
        int d = Dims.normalize("indexReduce", dim, self().dim());
        Tensor i = IndexTensors.row("indexReduce", index);
        Tensor from = slices("indexReduce", d, i, src);
        return reduced("indexReduce", dim, everywhere(d, i), from, reduce, includeSelf);
    }

    /** As {@link #indexReduce(int, Tensor, Tensor, String)}, in place. */
    default Tensor indexReduce_(int dim, Tensor index, Tensor src, String reduce) {
        return indexReduce_(dim, index, src, reduce, true);
    }

    /** As {@link #indexReduce(int, Tensor, Tensor, String, boolean)}, in place. */
    default Tensor indexReduce_(int dim, Tensor index, Tensor src, String reduce, boolean includeSelf) {
        return Rewriting.rewrite("indexReduce_", self(), x -> x.indexReduce(dim, index, src, reduce, includeSelf));
    }
}
