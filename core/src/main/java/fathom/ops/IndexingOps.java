package fathom.ops;

import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.select;

import fathom.DType;
import fathom.Index;
import fathom.Tensor;
import fathom.Tensors;
import fathom.composition.IndexParser;
import fathom.composition.IndexTensors;
import fathom.composition.Indexing;
import fathom.composition.Rewriting;
import fathom.dispatch.Dims;
import fathom.dispatch.Kernels;
import fathom.ir.Kernel;
import fathom.primitive.Ops;
import fathom.primitive.Pointwise;
import fathom.primitive.indexing.Gather;
import fathom.primitive.indexing.IndexSelect;
import fathom.primitive.indexing.Nonzero;
import java.util.List;
import java.util.Locale;

/**
 * Indexing: reads and writes elements by index. Indices are typed ({@link Tensors#at}, {@link Tensors#range}, {@link
 * Tensors#all}, ..., integer tensors, bool masks) or text in Python's notation: {@code x.get("0:2, :, -1")}.
 *
 * @see <a href="https://d2l.ai/chapter_preliminaries/ndarray.html">Dive into Deep Learning, Data Manipulation</a>
 */
public sealed interface IndexingOps permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    /** {@return the element or the slice at these indices of the first dimensions; a view} */
    default Tensor get(long... indices) {
        var at = new Index[indices.length];
        for (int i = 0; i < at.length; i++) {
            at[i] = new Index.At(indices[i]);
        }
        return get(at);
    }

    /** {@return the elements selected by the indices: a view, or a copy if there are index tensors} */
    default Tensor get(Index... indices) {
        return Indexing.of("get", self(), indices).get();
    }

    /** {@return the elements selected by an index in Python's notation: a view} */
    default Tensor get(String indices) {
        return get(IndexParser.parse(indices));
    }

    /** Writes a number to the indexed elements. */
    default Tensor set(Number value, Index... indices) {
        if (indices.length == 1 && indices[0] instanceof Tensor t && Indexing.isMask(t)) {
            return maskFill(Indexing.mask(t), value);
        }
        return set(self().newFull(value, self().dtype()), indices);
    }

    private Tensor maskFill(Tensor mask, Number value) {
        Tensor x = self();
        Indexing.checkMask("set", mask, x);
        long[] shape = java.util.Arrays.copyOf(Ops.shape(mask), x.dim());
        java.util.Arrays.fill(shape, mask.dim(), x.dim(), 1);
        return x.maskedFill_(mask.reshape(shape), value);
    }

    /** Writes a number to the element or the slice at these indices of the first dimensions. */
    default Tensor set(Number value, long first, long... others) {
        get(first, others).fill_(value);
        return self();
    }

    /** Writes a tensor, broadcast and converted, to the element or the slice at these indices. */
    default Tensor set(Tensor value, long first, long... others) {
        get(first, others).copy_(value);
        return self();
    }

    private Tensor get(long first, long[] others) {
        var indices = new long[others.length + 1];
        indices[0] = first;
        System.arraycopy(others, 0, indices, 1, others.length);
        return get(indices);
    }

    /** Writes a number to the elements selected by an index in Python's notation. */
    default Tensor set(Number value, String indices) {
        return set(value, IndexParser.parse(indices));
    }

    /** Writes a tensor, broadcast and converted, to the indexed elements. */
    default Tensor set(Tensor value, Index... indices) {
        Indexing.of("set", self(), indices).set(value, false);
        return self();
    }

    /** Writes a tensor, broadcast and converted, to the elements selected by an index in Python's notation. */
    default Tensor set(Tensor value, String indices) {
        return set(value, IndexParser.parse(indices));
    }

    /**
     * The elements of this where {@code condition} is true, else those of {@code other}; all broadcast.
     *
     * @throws IllegalArgumentException unless the condition is bool
     * @see Tensors#where(Tensor, Tensor, Tensor)
     */
    default Tensor where(Tensor condition, Tensor other) {
        return Tensors.where(condition, self(), other);
    }

    /** The elements of this where {@code condition} is true, else a number. */
    default Tensor where(Tensor condition, Number other) {
        return Tensors.where(condition, self(), other);
    }

    private int dim(String name, int dim) {
        return Dims.normalize(name, dim, self().dim());
    }

    /** {@return slices along a dimension, selected by a one-dimensional integer tensor} */
    default Tensor indexSelect(int dim, Tensor index) {
        int d = dim("indexSelect", dim);
        Tensor x = self();
        Tensor i = IndexTensors.row("indexSelect", index);
        if (x.dim() > 0) {
            IndexTensors.checkEmpty("indexSelect", x, d, i);
            return Ops.applyAll(new IndexSelect(d), x, i)[0];
        }
        if (i.numel() != 1) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "indexSelect: a scalar takes one index, not %d", i.numel()));
        }
        return Ops.applyAll(new IndexSelect(0), x.reshape(1), i)[0].reshape();
    }

    /** {@return the elements at row-major indices, in the shape of {@code index}} */
    default Tensor take(Tensor index) {
        Tensor i = IndexTensors.integers("take", index);
        Tensor flat = IndexTensors.fromFront(i.reshape(-1), self().numel());
        return Ops.applyAll(new IndexSelect(0, "take"), self().reshape(-1), flat)[0].reshape(Ops.shape(i));
    }

    /**
     * {@return elements gathered along a dimension, in the shape of {@code index}: for dimension 1 {@code out[i][j] =
     * this[i][index[i][j]]}}
     *
     * <p>A scalar counts as one dimension of size 1, both as tensor and as index. An empty index may have any shape.
     */
    default Tensor gather(int dim, Tensor index) {
        return gather("gather", dim, index);
    }

    private Tensor gather(String name, int dim, Tensor index) {
        int d = dim(name, dim);
        if (index.numel() == 0) {
            IndexTensors.integers(name, index);
            return self().reshape(-1).narrow(0, 0, 0).reshape(Ops.shape(index));
        }
        Tensor x = IndexTensors.atLeastOneDim(self());
        Tensor i = IndexTensors.along(name, x, d, index);
        Tensor picked = Ops.applyAll(new Gather(d, name), x, i)[0];
        return index.dim() == 0 ? picked.reshape() : picked;
    }

    /** {@return elements gathered along a dimension; the other dimensions broadcast} */
    default Tensor takeAlongDim(Tensor index, int dim) {
        int d = dim("takeAlongDim", dim);
        Tensor x = self();
        if (index.dim() != x.dim()) {
            throw new IllegalArgumentException(
                    "takeAlongDim: index of shape %s and tensor of shape %s differ in rank"
                            .formatted(index.shape(), x.shape()));
        }
        long[] a = x.shape().dims();
        long[] b = index.shape().dims();
        for (int k = 0; k < a.length; k++) {
            if (k != d) {
                long n = a[k] == 1 ? b[k] : a[k];
                a[k] = n;
                b[k] = n;
            }
        }
        return ((IndexingOps) x.expand(a)).gather("takeAlongDim", d, index.expand(b));
    }

    /** {@return a copy with values written to the elements indexed by tensors, one per leading dimension} */
    default Tensor indexPut(List<Tensor> indices, Tensor values) {
        return indexPut(indices, values, false);
    }

    /** Writes values to the elements indexed by tensors, one per leading dimension. */
    default Tensor indexPut_(List<Tensor> indices, Tensor values) {
        return indexPut_(indices, values, false);
    }

    /** {@return a copy with values written, or added, to the elements indexed by tensors, one per leading dimension} */
    default Tensor indexPut(List<Tensor> indices, Tensor values, boolean accumulate) {
        return self().clone().indexPut_(indices, values, accumulate);
    }

    /** Writes, or adds, values to the elements indexed by tensors, one per leading dimension. */
    default Tensor indexPut_(List<Tensor> indices, Tensor values, boolean accumulate) {
        Indexing.of("indexPut", self(), indices.toArray(Index[]::new)).set(values, accumulate);
        return self();
    }

    /** {@return a copy with a number where the mask is true} */
    default Tensor maskedFill(Tensor mask, Number value) {
        Tensor x = self();
        DType t = x.dtype();
        var body = select(cast(DType.BOOL, input(1, mask.dtype())), fathom.ir.Exprs.scalar(0, t), input(0, t));
        return Ops.applyAll(new Pointwise(Kernel.of(body), value), x, mask)[0];
    }

    /**
     * A copy with a tensor's number where the mask is true; differentiable in both.
     *
     * @param mask broadcasts with this
     * @param value a scalar, converted to this tensor's type
     * @throws IllegalArgumentException if the value has dimensions
     */
    default Tensor maskedFill(Tensor mask, Tensor value) {
        Tensor x = self();
        var body = Kernels.maskedFill("maskedFill", x, mask, value);
        return Ops.applyAll(new Pointwise(Kernel.of(body)), x, mask, value)[0];
    }

    /** {@return the elements where the mask is true, in one dimension; both broadcast} */
    default Tensor maskedSelect(Tensor mask) {
        Tensor[] both = self().broadcastWith(mask);
        return both[0].reshape(-1).indexSelect(0, both[1].reshape(-1).nonzero().reshape(-1));
    }

    /**
     * {@return a copy with the elements of {@code source}, in order, where the mask is true; this and the mask
     * broadcast}
     *
     * @throws IllegalArgumentException if the source has fewer elements than the mask true ones, or another type
     */
    default Tensor maskedScatter(Tensor mask, Tensor source) {
        Tensor[] both = self().broadcastWith(mask.to(DType.BOOL));
        Tensor x = both[0];
        Tensor m = both[1];
        if (source.dtype() != x.dtype()) {
            throw new IllegalArgumentException(
                    "maskedScatter: the source is %s, the tensor %s; convert one with to(...)"
                            .formatted(source.dtype(), x.dtype()));
        }
        Tensor order = m.reshape(-1).cumsum(0).sub(1);
        long needed = x.numel() == 0 ? 0 : order.max().itemLong() + 1;
        if (needed > source.numel()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "maskedScatter: the mask has %d true elements, the source only %d",
                            needed,
                            source.numel()));
        }
        if (needed == 0) {
            return x.clone();
        }
        Tensor picked = source.reshape(-1).indexSelect(0, order.clampMin(0)).reshape(Ops.shape(x));
        return picked.where(m, x);
    }

    /** Writes the elements of {@code source}, in order, where the mask is true. */
    default Tensor maskedScatter_(Tensor mask, Tensor source) {
        return Rewriting.rewrite("maskedScatter_", self(), x -> x.maskedScatter(mask, source));
    }

    /** {@return the indices of the nonzero elements, int64 [count, rank], in row-major order} */
    default Tensor nonzero() {
        Tensor x = self().detach();
        return Ops.applyAll(new Nonzero(x.countNonzero().itemLong()), x)[0];
    }

    /** {@return the indices of the nonzero elements, one tensor per dimension, usable as an index} */
    default List<Tensor> nonzeroAsTuple() {
        Tensor x = self().dim() == 0 ? self().reshape(1) : self();
        return x.nonzero().unbind(1);
    }
}
