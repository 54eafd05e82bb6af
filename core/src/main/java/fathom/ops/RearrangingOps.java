package fathom.ops;

import fathom.Tensor;
import fathom.dispatch.Dims;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Uneven splits, rotations, reflections and transposes, composed of the views of {@link MovementOps}. */
public sealed interface RearrangingOps permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    /** {@return {@code sections} views along the first dimension; see {@link #tensorSplit(int, int)}} */
    default List<Tensor> tensorSplit(int sections) {
        return tensorSplit(sections, 0);
    }

    /**
     * Views along a dimension whose sizes differ by at most 1, larger ones first; some may be empty.
     *
     * @throws IllegalArgumentException unless there is at least one section, and at least one dimension
     */
    default List<Tensor> tensorSplit(int sections, int dim) {
        int d = splittable("tensorSplit", dim);
        if (sections < 1) {
            throw new IllegalArgumentException("tensorSplit: expected at least one section, not " + sections);
        }
        long n = self().size(d);
        var bounds = new long[sections - 1];
        for (int i = 1; i < sections; i++) {
            bounds[i - 1] = i * (n / sections) + Math.min(i, n % sections);
        }
        return tensorSplit(bounds, d);
    }

    /** {@return views between indices of the first dimension; see {@link #tensorSplit(long[], int)}} */
    default List<Tensor> tensorSplit(long[] indices) {
        return tensorSplit(indices, 0);
    }

    /**
     * Views along a dimension from 0 to the first index, from there to the second, ..., from the last to the end;
     * indices are clipped, and negative ones count from the end, as in Python's slices.
     *
     * @throws IllegalArgumentException for a scalar
     */
    default List<Tensor> tensorSplit(long[] indices, int dim) {
        int d = splittable("tensorSplit", dim);
        var views = new ArrayList<Tensor>(indices.length + 1);
        long start = 0;
        for (long end : indices) {
            views.add(self().slice(d, start, end, 1));
            start = end;
        }
        views.add(self().slice(d, start, self().size(d), 1));
        return views;
    }

    private int splittable(String name, int dim) {
        atLeast(name, 1);
        return Dims.normalize(name, dim, self().dim());
    }

    private void atLeast(String name, int rank) {
        if (self().dim() < rank) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: expected at least %d dimension%s, not shape %s",
                            name,
                            rank,
                            rank == 1 ? "" : "s",
                            self().shape()));
        }
    }

    private List<Tensor> equalSplit(String name, int sections, int dim) {
        if (sections < 1 || self().size(dim) % sections != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: dimension %d of %s does not divide into %d equal sections; tensorSplit permits unequal ones",
                            name,
                            dim,
                            self().shape(),
                            sections));
        }
        return tensorSplit(sections, dim);
    }

    /** {@return equal views along dimension 1, or 0 for one-dimensional tensors} */
    default List<Tensor> hsplit(int sections) {
        atLeast("hsplit", 1);
        return equalSplit("hsplit", sections, Math.min(1, self().dim() - 1));
    }

    /** {@return views between indices of dimension 1, or 0 for one-dimensional tensors} */
    default List<Tensor> hsplit(long[] indices) {
        atLeast("hsplit", 1);
        return tensorSplit(indices, Math.min(1, self().dim() - 1));
    }

    /** {@return equal views along dimension 0 of at least two dimensions} */
    default List<Tensor> vsplit(int sections) {
        atLeast("vsplit", 2);
        return equalSplit("vsplit", sections, 0);
    }

    /** {@return views between indices of dimension 0 of at least two dimensions} */
    default List<Tensor> vsplit(long[] indices) {
        atLeast("vsplit", 2);
        return tensorSplit(indices, 0);
    }

    /** {@return equal views along dimension 2 of at least three dimensions} */
    default List<Tensor> dsplit(int sections) {
        atLeast("dsplit", 3);
        return equalSplit("dsplit", sections, 2);
    }

    /** {@return views between indices of dimension 2 of at least three dimensions} */
    default List<Tensor> dsplit(long[] indices) {
        atLeast("dsplit", 3);
        return tensorSplit(indices, 2);
    }

    /** {@return a copy rotated by 90 degrees, from dimension 0 towards dimension 1} */
    default Tensor rot90() {
        return rot90(1);
    }

    /** {@return a copy rotated {@code k} times by 90 degrees, from dimension 0 towards dimension 1} */
    default Tensor rot90(int k) {
        return rot90(k, new int[] {0, 1});
    }

    /**
     * A copy rotated {@code k} times by 90 degrees in the plane of two dimensions, from the first towards the second;
     * backwards if {@code k} is negative.
     *
     * @throws IllegalArgumentException unless the dimensions are two different ones
     */
    default Tensor rot90(int k, int[] dims) {
        atLeast("rot90", 2);
        int rank = self().dim();
        int a = dims.length == 2 ? Dims.normalize("rot90", dims[0], rank) : 0;
        int b = dims.length == 2 ? Dims.normalize("rot90", dims[1], rank) : 0;
        if (a == b) {
            throw new IllegalArgumentException(
                    "rot90: expected two different dimensions of %s, not %s"
                            .formatted(self().shape(), Arrays.toString(dims)));
        }
        return switch (Math.floorMod(k, 4)) {
            case 1 -> self().flip(b).transpose(a, b);
            case 2 -> self().flip(a, b);
            case 3 -> self().flip(a).transpose(a, b);
            default -> self().clone();
        };
    }

    /** {@return a copy with the order of columns (dimension 1) reversed} */
    default Tensor fliplr() {
        atLeast("fliplr", 2);
        return self().flip(1);
    }

    /** {@return a copy with the order of rows (dimension 0) reversed} */
    default Tensor flipud() {
        atLeast("flipud", 1);
        return self().flip(0);
    }

    /** {@return a view with the order of all dimensions reversed: the transpose of a matrix} */
    default Tensor T() {
        var order = new int[self().dim()];
        Arrays.setAll(order, d -> order.length - 1 - d);
        return self().permute(order);
    }

    /** {@return a view with the last two dimensions exchanged: matrices transposed, singly or batched} */
    default Tensor mT() {
        atLeast("mT", 2);
        return self().transpose(-2, -1);
    }

    /** {@return the elements at row-major indices, in one dimension} */
    default Tensor takeAlongDim(Tensor index) {
        return self().reshape(-1).gather(0, index.reshape(-1));
    }
}
