package fathom;

import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.select;

import fathom.ir.Kernel;
import fathom.primitive.Gather;
import fathom.primitive.IndexAdd;
import fathom.primitive.IndexSelect;
import fathom.primitive.Nonzero;
import fathom.primitive.Pointwise;
import fathom.primitive.Primitive;
import fathom.primitive.ScatterReduce;
import java.util.List;

/**
 * Picks elements by index, and writes them. Indices are typed ({@link Tensors#at}, {@link Tensors#range}, {@link
 * Tensors#all}, ..., tensors of integers, masks of truth values) or text in Python's notation: {@code x.get("0:2, :,
 * -1")}.
 *
 * @see <a href="https://d2l.ai/chapter_preliminaries/ndarray.html">Dive into Deep Learning, Data Manipulation</a>
 */
public sealed interface IndexingOps permits Tensor {
    /** {@return this tensor} */
    Tensor self();

    /** {@return the element or the slice at these numbers, of the first dimensions; a view} */
    default Tensor get(long... indices) {
        var at = new Index[indices.length];
        for (int i = 0; i < at.length; i++) {
            at[i] = new Index.At(indices[i]);
        }
        return get(at);
    }

    /** {@return what the indices pick: a view, or a copy where tensors are among them} */
    default Tensor get(Index... indices) {
        return Indexing.of(self(), indices).get();
    }

    /** {@return what the index in Python's notation picks: a view} */
    default Tensor get(String indices) {
        return get(IndexParser.parse(indices));
    }

    /** Writes a number to where the indices point. */
    default Tensor set(Number value, Index... indices) {
        if (indices.length == 1 && indices[0] instanceof Tensor mask && mask.dtype() == DType.BOOL) {
            return maskFill(mask, value);
        }
        return set(Tensors.tensor(value, self().dtype()), indices);
    }

    private Tensor maskFill(Tensor mask, Number value) {
        Tensor x = self();
        Indexing.of(x, mask); // checks the shapes
        long[] shape = java.util.Arrays.copyOf(mask.rawShape(), x.dim());
        java.util.Arrays.fill(shape, mask.dim(), x.dim(), 1);
        return x.maskedFill_(mask.reshape(shape), value);
    }

    /** Writes a number to the element or the slice at these numbers, of the first dimensions. */
    default Tensor set(Number value, long first, long... others) {
        get(first, others).fill_(value);
        return self();
    }

    /** Writes a tensor, broadcast and converted, to the element or the slice at these numbers. */
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

    /** Writes a number to where the index in Python's notation points. */
    default Tensor set(Number value, String indices) {
        return set(value, IndexParser.parse(indices));
    }

    /** Writes a tensor, broadcast and converted, to where the indices point. */
    default Tensor set(Tensor value, Index... indices) {
        Indexing.of(self(), indices).set(value, false);
        return self();
    }

    /** Writes a tensor, broadcast and converted, to where the index in Python's notation points. */
    default Tensor set(Tensor value, String indices) {
        return set(value, IndexParser.parse(indices));
    }

    /**
     * The elements of this where {@code condition} is true, elsewhere those of {@code other}; all broadcast.
     *
     * @throws IllegalArgumentException unless the condition is bool
     * @see Tensors#where(Tensor, Tensor, Tensor)
     */
    default Tensor where(Tensor condition, Tensor other) {
        return Tensors.where(condition, self(), other);
    }

    /** The elements of this where {@code condition} is true, elsewhere a number. */
    default Tensor where(Tensor condition, Number other) {
        return Tensors.where(condition, self(), other);
    }

    private Tensor indices(String name, Tensor index) {
        if (!index.dtype().isIntegral()) {
            throw new IllegalArgumentException("%s: indices are integers, not %s".formatted(name, index.dtype()));
        }
        return index.detach().to(DType.INT64);
    }

    private Tensor row(String name, Tensor index) {
        if (index.dim() > 1) {
            throw new IllegalArgumentException(
                    "%s: wants a row of indices, not shape %s".formatted(name, index.shape()));
        }
        return indices(name, index).reshape(-1);
    }

    private int dim(String name, int dim) {
        return Dims.normalize(name, dim, self().dim());
    }

    /** {@return slices along a dimension, picked by a row of integers} */
    default Tensor indexSelect(int dim, Tensor index) {
        int d = dim("indexSelect", dim);
        Tensor x = self();
        if (x.dim() == 0) {
            return ((IndexingOps) x.reshape(1)).indexSelect(0, index).reshape();
        }
        return Dispatch.apply(new IndexSelect(d), x, row("indexSelect", index))[0];
    }

    /** {@return the elements at row-major numbers, in the shape of {@code index}} */
    default Tensor take(Tensor index) {
        Tensor i = indices("take", index);
        long n = self().numel();
        Tensor flat = i.reshape(-1);
        Tensor wrapped = flat.add(n).where(flat.lt(0), flat);
        return self().reshape(-1).indexSelect(0, wrapped).reshape(i.rawShape());
    }

    /** Checks index against the tensor: equal rank, no extent but that of the dimension longer. */
    private Tensor along(String name, int d, Tensor index) {
        Tensor i = indices(name, index);
        Tensor x = self();
        boolean fits = i.dim() == x.dim();
        for (int k = 0; fits && k < x.dim(); k++) {
            fits = k == d || i.size(k) <= x.size(k);
        }
        if (!fits) {
            throw new IllegalArgumentException(
                    "%s: index of shape %s does not fit a tensor of shape %s along dimension %d"
                            .formatted(name, i.shape(), x.shape(), d));
        }
        return i;
    }

    /** {@return elements picked along a dimension: for dimension 1 {@code out[i][j] = this[i][index[i][j]]}} */
    default Tensor gather(int dim, Tensor index) {
        int d = dim("gather", dim);
        Tensor i = along("gather", d, index);
        return self().dim() == 0
                ? self().reshape(1).gather(0, i.reshape(1)).reshape()
                : Dispatch.apply(new Gather(d), self(), i)[0];
    }

    /** {@return elements picked along a dimension; the other dimensions broadcast} */
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
        return x.expand(a).gather(d, index.expand(b));
    }

    private Tensor scattered(String name, int dim, Tensor index, Tensor src, ScatterReduce.Mode mode, boolean inPlace) {
        int d = dim(name, dim);
        Tensor i = along(name, d, index);
        Tensor x = self();
        if (src.dtype() != x.dtype()) {
            throw new IllegalArgumentException(
                    "%s: the source is %s, the tensor %s; convert one with to(...)"
                            .formatted(name, src.dtype(), x.dtype()));
        }
        boolean fits = src.dim() == i.dim();
        for (int k = 0; fits && k < i.dim(); k++) {
            fits = i.size(k) <= src.size(k);
        }
        if (!fits) {
            throw new IllegalArgumentException(
                    "%s: index of shape %s reaches beyond the source of shape %s"
                            .formatted(name, i.shape(), src.shape()));
        }
        Primitive p = new ScatterReduce(d, mode);
        return inPlace ? Dispatch.applyInPlace(p, x, x, i, src) : Dispatch.apply(p, x, i, src)[0];
    }

    private Tensor stretched(Number value, Tensor index) {
        return Tensors.full(value, self().dtype()).expand(index.rawShape());
    }

    /** {@return a copy with {@code src} written: for dimension 1 {@code out[i][index[i][j]] = src[i][j]}} */
    default Tensor scatter(int dim, Tensor index, Tensor src) {
        return scattered("scatter", dim, index, src, ScatterReduce.Mode.SET, false);
    }

    /** {@return a copy with a number written: for dimension 1 {@code out[i][index[i][j]] = value}} */
    default Tensor scatter(int dim, Tensor index, Number value) {
        return scatter(dim, index, stretched(value, index));
    }

    /** Writes {@code src}: for dimension 1 {@code this[i][index[i][j]] = src[i][j]}. */
    default Tensor scatter_(int dim, Tensor index, Tensor src) {
        return scattered("scatter_", dim, index, src, ScatterReduce.Mode.SET, true);
    }

    /** Writes a number: for dimension 1 {@code this[i][index[i][j]] = value}. */
    default Tensor scatter_(int dim, Tensor index, Number value) {
        return scatter_(dim, index, stretched(value, index));
    }

    /** {@return a copy with {@code src} added: for dimension 1 {@code out[i][index[i][j]] += src[i][j]}} */
    default Tensor scatterAdd(int dim, Tensor index, Tensor src) {
        return scattered("scatterAdd", dim, index, src, ScatterReduce.Mode.ADD, false);
    }

    /** Adds {@code src}: for dimension 1 {@code this[i][index[i][j]] += src[i][j]}. */
    default Tensor scatterAdd_(int dim, Tensor index, Tensor src) {
        return scattered("scatterAdd_", dim, index, src, ScatterReduce.Mode.ADD, true);
    }

    /** {@return a copy in which values meet by sum, prod, amax or amin; what is there takes part} */
    default Tensor scatterReduce(int dim, Tensor index, Tensor src, String reduce) {
        var mode =
                switch (reduce) {
                    case "sum" -> ScatterReduce.Mode.ADD;
                    case "prod" -> ScatterReduce.Mode.PROD;
                    case "amax" -> ScatterReduce.Mode.MAX;
                    case "amin" -> ScatterReduce.Mode.MIN;
                    default ->
                            throw new IllegalArgumentException(
                                    "scatterReduce: wants sum, prod, amax or amin, not " + reduce);
                };
        return scattered("scatterReduce", dim, index, src, mode, false);
    }

    private Primitive indexAdd(String name, int d, Tensor index, Tensor src) {
        Tensor x = self();
        boolean fits = src.dim() == x.dim() && src.size(d) == index.numel() && src.dtype() == x.dtype();
        for (int k = 0; fits && k < x.dim(); k++) {
            fits = k == d || src.size(k) == x.size(k);
        }
        if (!fits) {
            throw new IllegalArgumentException(
                    "%s: %d indices and a source of shape %s and %s do not fit a tensor of shape %s and %s along dimension %d"
                            .formatted(name, index.numel(), src.shape(), src.dtype(), x.shape(), x.dtype(), d));
        }
        return new IndexAdd(d);
    }

    /** {@return a copy with slices added to numbered slices of a dimension} */
    default Tensor indexAdd(int dim, Tensor index, Tensor src) {
        int d = dim("indexAdd", dim);
        return Dispatch.apply(indexAdd("indexAdd", d, index, src), self(), row("indexAdd", index), src)[0];
    }

    /** Adds slices to numbered slices of a dimension. */
    default Tensor indexAdd_(int dim, Tensor index, Tensor src) {
        int d = dim("indexAdd_", dim);
        Tensor x = self();
        return Dispatch.applyInPlace(indexAdd("indexAdd_", d, index, src), x, x, row("indexAdd_", index), src);
    }

    /** A row of indices, as one that picks whole slices along a dimension. */
    private Tensor slices(String name, int d, Tensor index) {
        Tensor i = row(name, index);
        long[] shape = self().shape().dims();
        shape[d] = i.numel();
        var one = new long[shape.length];
        java.util.Arrays.fill(one, 1);
        one[d] = i.numel();
        return i.reshape(one).expand(shape);
    }

    /** {@return a copy with a number in numbered slices of a dimension} */
    default Tensor indexFill(int dim, Tensor index, Number value) {
        return scatter(dim, slices("indexFill", dim("indexFill", dim), index), value);
    }

    /** Writes a number into numbered slices of a dimension. */
    default Tensor indexFill_(int dim, Tensor index, Number value) {
        return scatter_(dim, slices("indexFill_", dim("indexFill_", dim), index), value);
    }

    /** {@return a copy with slices written over numbered slices of a dimension} */
    default Tensor indexCopy(int dim, Tensor index, Tensor src) {
        return scatter(dim, slices("indexCopy", dim("indexCopy", dim), index), src);
    }

    /** Writes slices over numbered slices of a dimension. */
    default Tensor indexCopy_(int dim, Tensor index, Tensor src) {
        return scatter_(dim, slices("indexCopy_", dim("indexCopy_", dim), index), src);
    }

    /** {@return a copy with values written where index tensors point, one per leading dimension} */
    default Tensor indexPut(List<Tensor> indices, Tensor values) {
        return indexPut(indices, values, false);
    }

    /** Writes values where index tensors point, one per leading dimension. */
    default Tensor indexPut_(List<Tensor> indices, Tensor values) {
        return indexPut_(indices, values, false);
    }

    /** {@return a copy with values written (or added) where index tensors point, one per leading dimension} */
    default Tensor indexPut(List<Tensor> indices, Tensor values, boolean accumulate) {
        return self().clone().indexPut_(indices, values, accumulate);
    }

    /** Writes values (or adds them) where index tensors point, one per leading dimension. */
    default Tensor indexPut_(List<Tensor> indices, Tensor values, boolean accumulate) {
        Indexing.of(self(), indices.toArray(Index[]::new)).set(values, accumulate);
        return self();
    }

    /** {@return a copy with a number where the mask is true} */
    default Tensor maskedFill(Tensor mask, Number value) {
        Tensor x = self();
        DType t = x.dtype();
        var body = select(cast(DType.BOOL, input(1, mask.dtype())), fathom.ir.Exprs.scalar(0, t), input(0, t));
        return Dispatch.apply(new Pointwise(Kernel.of(body), value), x, mask)[0];
    }

    /**
     * A copy with a tensor's number where the mask is true; gradients go to both.
     *
     * @param mask broadcasts with this
     * @param value a single number, converted to this tensor's type
     * @throws IllegalArgumentException if the value has dimensions
     */
    default Tensor maskedFill(Tensor mask, Tensor value) {
        Tensor x = self();
        var body = Kernels.maskedFill("maskedFill", x, mask, value);
        return Dispatch.apply(new Pointwise(Kernel.of(body)), x, mask, value)[0];
    }

    /** {@return the elements where the mask is true, in a row; both broadcast} */
    default Tensor maskedSelect(Tensor mask) {
        Tensor[] both = self().broadcastWith(mask);
        return both[0].reshape(-1).indexSelect(0, both[1].reshape(-1).nonzero().reshape(-1));
    }

    /** {@return a copy in which the elements where the mask is true are those of {@code source}, in order} */
    default Tensor maskedScatter(Tensor mask, Tensor source) {
        Tensor x = self();
        Tensor m = mask.to(DType.BOOL).expand(x.rawShape());
        Tensor order = m.reshape(-1).cumsum(0).sub(1);
        long needed = x.numel() == 0 ? 0 : order.max().itemLong() + 1;
        if (needed > source.numel()) {
            throw new IllegalArgumentException(
                    "maskedScatter: the mask has %d true elements, the source only %d"
                            .formatted(needed, source.numel()));
        }
        if (needed == 0) {
            return x.clone();
        }
        Tensor picked = source.reshape(-1).indexSelect(0, order.clampMin(0)).reshape(x.rawShape());
        return picked.where(m, x);
    }

    /** Writes the elements of {@code source}, in order, to where the mask is true. */
    default Tensor maskedScatter_(Tensor mask, Tensor source) {
        return Rewriting.rewrite("maskedScatter_", self(), x -> x.maskedScatter(mask, source));
    }

    /** {@return the places of the elements that are not zero, int64 [count, rank], in row-major order} */
    default Tensor nonzero() {
        Tensor x = self().detach();
        return Dispatch.apply(new Nonzero(x.countNonzero().itemLong()), x)[0];
    }

    /** {@return the numbers of the elements that are not zero, one tensor per dimension, fit to index with} */
    default List<Tensor> nonzeroAsTuple() {
        Tensor x = self().dim() == 0 ? self().reshape(1) : self();
        return x.nonzero().unbind(1);
    }
}
