package fathom.cpu.kernels;

import fathom.cpu.memory.StridedCopy;

/**
 * The access to one operand of a tiling: in place, as a single element along the columns, or packed in scratch memory.
 */
final class Packing {
    private final Tiling tiling;
    private final long[] strides;
    private final int size;
    private final long offset;
    private final boolean uniform;
    private final boolean packed;

    /**
     * @param k the operand's index in the nest
     * @param size bytes per element
     * @param offset offset of its scratch memory
     * @param mayBeUniform whether the kernel has a variant for a uniform operand
     */
    Packing(Tiling tiling, int k, int size, long offset, boolean mayBeUniform) {
        this.tiling = tiling;
        this.strides = tiling.nest.strides[k];
        this.size = size;
        this.offset = offset;
        int rank = tiling.nest.rank;
        boolean single = rank > tiling.columnDim;
        boolean dense = true;
        long step = size;
        for (int d = rank - 1; d >= tiling.columnDim; d--) {
            single &= strides[d] == 0;
            dense &= strides[d] == step || tiling.nest.extents[d] == 1;
            step *= tiling.nest.extents[d];
        }
        this.uniform = single && mayBeUniform;
        this.packed = !uniform && !dense;
    }

    boolean isUniform() {
        return uniform;
    }

    boolean isPacked() {
        return packed;
    }

    long offset() {
        return offset;
    }

    /** {@return the bytes of scratch memory it needs} */
    long bytes() {
        return packed ? (tiling.size * size + 63) & -64 : 0;
    }

    long rowStride(Tiling.Cursor cursor) {
        if (packed) {
            return cursor.columns() * size;
        }
        return tiling.rowDim < 0 ? 0 : strides[tiling.rowDim];
    }

    void gather(Tiling.Cursor cursor, long address, long work) {
        copy(cursor, work, address, true);
    }

    void scatter(Tiling.Cursor cursor, long address, long work) {
        copy(cursor, address, work, false);
    }

    /** Copies the tile's elements; scratch memory is ordered by rows, then columns. */
    private void copy(Tiling.Cursor cursor, long to, long from, boolean gather) {
        int row = tiling.rowDim < 0 ? 0 : 1;
        int columnDims = tiling.nest.rank - tiling.columnDim;
        int rank = row + columnDims;
        var extents = new long[rank];
        var outside = new long[rank];
        var inside = new long[rank];
        long step = size;
        for (int i = rank - 1; i >= 0; i--) {
            int d = i < row ? tiling.rowDim : tiling.columnDim + i - row;
            extents[i] = cursor.extents[d];
            outside[i] = strides[d];
            inside[i] = step;
            step *= extents[i];
        }
        if (gather) {
            StridedCopy.copy(size, rank, extents, to, inside, from, outside);
        } else {
            StridedCopy.copy(size, rank, extents, to, outside, from, inside);
        }
    }
}
