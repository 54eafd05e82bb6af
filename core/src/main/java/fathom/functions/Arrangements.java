package fathom.functions;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.composition.Meshgrid;
import fathom.composition.Repeats;
import fathom.composition.Selections;
import fathom.dispatch.Dims;
import fathom.dispatch.TensorAccess;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Cartesian products, combinations, block-diagonal, Vandermonde and triangular-index tensors. Part of {@link Tensors}.
 */
public final class Arrangements {
    private Arrangements() {}

    /**
     * The Cartesian product of one-dimensional tensors, in lexicographic order of indices: [n1], [n2], ..., [nk] to [n1
     * n2 ... nk, k]; a single tensor is returned as it is.
     *
     * @throws IllegalArgumentException unless all have one dimension
     */
    public static Tensor cartesianProd(Tensor... rows) {
        if (rows.length == 0) {
            throw new IllegalArgumentException("cartesianProd: expected at least one tensor");
        }
        var extents = new long[rows.length];
        for (int i = 0; i < rows.length; i++) {
            extents[i] = row("cartesianProd", rows[i]).numel();
        }
        if (rows.length == 1) {
            return rows[0].clone();
        }
        var columns = new ArrayList<Tensor>();
        for (int i = 0; i < rows.length; i++) {
            var shape = new long[rows.length];
            Arrays.fill(shape, 1);
            shape[i] = extents[i];
            columns.add(rows[i].reshape(shape).expand(extents).reshape(Dims.numel(extents)));
        }
        return Tensors.stack(columns, 1);
    }

    private static Tensor row(String name, Tensor t) {
        if (t.dim() != 1) {
            throw new IllegalArgumentException(
                    "%s: expected one-dimensional tensors, not shape %s".formatted(name, t.shape()));
        }
        return t;
    }

    /** {@return all pairs of distinct positions of a one-dimensional tensor: [n] to [n (n - 1) / 2, 2]} */
    public static Tensor combinations(Tensor row) {
        return combinations(row, 2, false);
    }

    /**
     * All selections of {@code r} elements of a one-dimensional tensor, in lexicographic order of positions: [n] to
     * [count, r].
     *
     * @param withReplacement whether a position may be selected repeatedly
     * @throws IllegalArgumentException if r is negative
     */
    public static Tensor combinations(Tensor row, int r, boolean withReplacement) {
        if (r < 0) {
            throw new IllegalArgumentException("combinations: expected a non-negative number of elements, not " + r);
        }
        if (row("combinations", row).numel() == 0 || r == 0) {
            return row.newEmpty(r == 0 ? new long[] {0} : new long[] {0, r});
        }
        long[] places = Selections.of(Math.toIntExact(row.numel()), r, withReplacement);
        return row.indexSelect(0, row.newTensor(places, DType.INT64)).reshape(places.length / r, r);
    }

    /**
     * A block-diagonal matrix, with zeros elsewhere. Types promote; a one-dimensional tensor is a block of one row, a
     * scalar one of one element.
     *
     * @throws IllegalArgumentException if a tensor has more than two dimensions
     */
    public static Tensor blockDiag(Tensor... blocks) {
        long columns = 0;
        var matrices = new ArrayList<Tensor>();
        for (Tensor block : blocks) {
            if (block.dim() > 2) {
                throw new IllegalArgumentException(
                        "blockDiag: expected at most two dimensions, not shape " + block.shape());
            }
            matrices.add(block.dim() == 2 ? block : block.reshape(1, block.numel()));
            columns += matrices.getLast().size(1);
        }
        if (matrices.isEmpty()) {
            return Tensors.zeros(1, 0);
        }
        var bands = new ArrayList<Tensor>();
        long before = 0;
        for (Tensor m : matrices) {
            long behind = columns - before - m.size(1);
            Tensor left = m.newZeros(m.size(0), before);
            Tensor right = m.newZeros(m.size(0), behind);
            bands.add(Tensors.cat(List.of(left, m, right), 1));
            before += m.size(1);
        }
        return Tensors.cat(bands, 0);
    }

    /** {@return the square matrix of powers n - 1, ..., 1, 0 of n numbers} */
    public static Tensor vander(Tensor x) {
        return vander(x, x.numel(), false);
    }

    /** {@return the matrix of powers n - 1, ..., 1, 0} */
    public static Tensor vander(Tensor x, long n) {
        return vander(x, n, false);
    }

    /**
     * The Vandermonde matrix: powers of numbers, [m] to [m, n].
     *
     * @param n the number of powers
     * @param increasing whether exponents ascend from 0 rather than descend to 0
     * @throws IllegalArgumentException unless x has one dimension
     */
    public static Tensor vander(Tensor x, long n, boolean increasing) {
        Tensor base = row("vander", x).to(x.dtype().toAccumulating()).unsqueeze(-1);
        Tensor exponents = TensorAccess.at(base, () -> Tensors.arange(n, base.dtype()));
        return base.pow(increasing ? exponents : exponents.rsub(n - 1));
    }

    /** {@return the row and column indices on and below the main diagonal: int64 [2, count]} */
    public static Tensor trilIndices(long row, long col) {
        return trilIndices(row, col, 0);
    }

    /** {@return the row and column indices on and below diagonal {@code offset}: int64 [2, count]} */
    public static Tensor trilIndices(long row, long col, long offset) {
        return triangle("trilIndices", row, col, offset, true);
    }

    /** {@return the row and column indices on and above the main diagonal: int64 [2, count]} */
    public static Tensor triuIndices(long row, long col) {
        return triuIndices(row, col, 0);
    }

    /** {@return the row and column indices on and above diagonal {@code offset}: int64 [2, count]} */
    public static Tensor triuIndices(long row, long col, long offset) {
        return triangle("triuIndices", row, col, offset, false);
    }

    private static Tensor triangle(String name, long row, long col, long offset, boolean lower) {
        if (row < 0 || col < 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: expected non-negative numbers of rows and columns, not %d and %d",
                            name,
                            row,
                            col));
        }
        Tensor all = Tensors.ones(DType.BOOL, row, col);
        return (lower ? all.tril(offset) : all.triu(offset)).nonzero().t().contiguous();
    }

    /** {@return {@link #meshgrid(List, String)} with indexing {@code "ij"}} */
    public static List<Tensor> meshgrid(Tensor... tensors) {
        return meshgrid(List.of(tensors), "ij");
    }

    /** {@return {@link #meshgrid(List, String)} with indexing {@code "ij"}} */
    public static List<Tensor> meshgrid(List<Tensor> tensors) {
        return meshgrid(tensors, "ij");
    }

    /**
     * The coordinates of a grid's points: one tensor per axis, each a view of the grid's shape.
     *
     * @param tensors the coordinates along each axis, of one type: {@code [n]}, or {@code []} for one point
     * @param indexing {@code "ij"}: the grid's dimension i is axis i; {@code "xy"}: the first two are exchanged
     * @throws IllegalArgumentException if there are no tensors, one has more than one dimension, types differ, or the
     *     indexing is invalid
     */
    public static List<Tensor> meshgrid(List<Tensor> tensors, String indexing) {
        return Meshgrid.of(tensors, indexing);
    }

    /**
     * The index of each element i, repeated {@code repeats[i]} times: [2, 0, 1] to [0, 0, 2]. To repeat the elements of
     * a tensor see {@link Tensor#repeatInterleave(Tensor, int)}. The sum is read from memory, which ends the capture of
     * a step.
     *
     * @param repeats of an integer type, {@code [n]}, not negative
     * @return int64, with as many elements as the sum of the repeats
     * @throws IllegalArgumentException if repeats have another shape or type, or one is negative
     */
    public static Tensor repeatInterleave(Tensor repeats) {
        return Repeats.index(repeats, -1);
    }
}
