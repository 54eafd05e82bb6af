package fathom.cpu.kernels;

import fathom.primitive.Operand;

/**
 * A loop nest over the elements of several operands of one shape. Dimensions of extent 1 are dropped, the others are
 * sorted so that the leading operand's strides descend, its negative strides are flipped, and adjacent dimensions that
 * are contiguous for all operands are merged.
 */
final class LoopNest {
    /** The number of remaining dimensions. */
    int rank;

    /** Their extents, outermost first. */
    final long[] extents;

    /** Strides in bytes, by operand, then dimension. */
    final long[][] strides;

    /** The address of each operand's first element. */
    final long[] addresses;

    /**
     * @param operands the operands, all of one shape
     * @param leader the operand whose memory order determines the loop order
     */
    LoopNest(Operand[] operands, int leader) {
        long[] shape = operands[0].shape();
        int maxRank = shape.length;
        extents = new long[maxRank];
        strides = new long[operands.length][maxRank];
        addresses = new long[operands.length];
        for (int k = 0; k < operands.length; k++) {
            addresses[k] = operands[k].address();
        }
        for (int d = 0; d < maxRank; d++) {
            if (shape[d] == 1) {
                continue;
            }
            extents[rank] = shape[d];
            for (int k = 0; k < operands.length; k++) {
                strides[k][rank] = operands[k].strides()[d] * operands[k].dtype().size();
            }
            rank++;
        }
        for (int d = 0; d < rank; d++) {
            if (strides[leader][d] < 0) {
                flip(d);
            }
        }
        sort(leader);
        merge();
    }

    private void flip(int d) {
        for (int k = 0; k < addresses.length; k++) {
            addresses[k] += (extents[d] - 1) * strides[k][d];
            strides[k][d] = -strides[k][d];
        }
    }

    /** Insertion sort: stable, and there are few dimensions. */
    private void sort(int leader) {
        for (int d = 1; d < rank; d++) {
            for (int e = d; e > 0 && isInside(e - 1, e, leader); e--) {
                swap(e - 1, e);
            }
        }
    }

    /** Whether dimension a, currently outside of b, belongs inside. */
    private boolean isInside(int a, int b, int leader) {
        if (strides[leader][a] != strides[leader][b]) {
            return strides[leader][a] < strides[leader][b];
        }
        for (var s : strides) {
            if (Math.abs(s[a]) != Math.abs(s[b])) {
                return Math.abs(s[a]) < Math.abs(s[b]);
            }
        }
        return false;
    }

    private void swap(int a, int b) {
        long extent = extents[a];
        extents[a] = extents[b];
        extents[b] = extent;
        for (var s : strides) {
            long stride = s[a];
            s[a] = s[b];
            s[b] = stride;
        }
    }

    private void merge() {
        int last = 0;
        for (int d = 1; d < rank; d++) {
            if (isMergeable(last, d)) {
                extents[last] *= extents[d];
            } else {
                last++;
                extents[last] = extents[d];
            }
            for (var s : strides) {
                s[last] = s[d];
            }
        }
        rank = Math.min(rank, last + 1);
    }

    private boolean isMergeable(int outer, int inner) {
        for (var s : strides) {
            if (s[outer] != extents[inner] * s[inner]) {
                return false;
            }
        }
        return true;
    }

    /** Makes a dimension the innermost one. */
    void moveInside(int d) {
        for (int e = d; e < rank - 1; e++) {
            swap(e, e + 1);
        }
    }
}
