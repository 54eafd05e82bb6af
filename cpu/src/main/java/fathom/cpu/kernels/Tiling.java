package fathom.cpu.kernels;

/**
 * The tiling of a loop nest. A tile spans either two dimensions, as rows and columns, or the innermost ones flattened
 * into a single row if they are too short. The tiles are numbered.
 */
final class Tiling {
    /** Minimum number of columns worth a loop of their own. */
    private static final long MIN_COLUMNS = 64;

    /** Side length of square tiles, which transpose. */
    private static final long SQUARE_TILE = 64;

    final LoopNest nest;

    /** The dimension of the rows; -1 if tiles are single rows. */
    final int rowDim;

    /** The outermost of the dimensions that form the columns. */
    final int columnDim;

    /** Extents of a tile. */
    final long[] steps;

    /** Number of tiles along each dimension. */
    private final long[] counts;

    /** Total number of tiles. */
    final long count;

    /** Number of elements of a full tile. */
    final long size;

    /** Creates a tiling with tiles of extents {@code steps}. */
    Tiling(LoopNest nest, int rowDim, int columnDim, long[] steps) {
        this.nest = nest;
        this.rowDim = rowDim;
        this.columnDim = columnDim;
        this.steps = steps;
        this.counts = new long[nest.rank];
        long tiles = 1;
        long elements = 1;
        for (int d = 0; d < nest.rank; d++) {
            counts[d] = (nest.extents[d] - 1) / steps[d] + 1;
            tiles *= counts[d];
            elements *= steps[d];
        }
        this.count = tiles;
        this.size = elements;
    }

    /**
     * {@return a tiling for a pointwise kernel}
     *
     * @param limit the approximate number of elements per tile
     */
    static Tiling pointwise(LoopNest nest, int[] elementSizes, long limit) {
        int inner = nest.rank - 1;
        var steps = new long[nest.rank];
        java.util.Arrays.fill(steps, 1);
        if (inner < 0) {
            return new Tiling(nest, -1, 0, steps);
        }
        long n = nest.extents[inner];
        if (n < MIN_COLUMNS && inner > 0) {
            int first = inner;
            long elements = 1;
            while (first >= 0 && elements < MIN_COLUMNS) {
                steps[first] = Math.min(nest.extents[first], Math.max(1, limit / elements));
                elements *= steps[first];
                first--;
            }
            return new Tiling(nest, -1, first + 1, steps);
        }
        int across = crossing(nest, elementSizes);
        if (across >= 0) {
            steps[inner] = Math.min(n, SQUARE_TILE);
            steps[across] = Math.min(nest.extents[across], limit / steps[inner]);
            return new Tiling(nest, across, inner, steps);
        }
        steps[inner] = Math.min(n, limit);
        if (inner > 0) {
            steps[inner - 1] = Math.min(nest.extents[inner - 1], Math.max(1, limit / steps[inner]));
        }
        return new Tiling(nest, inner - 1, inner, steps);
    }

    /** {@return a dimension along which some operand is dense that is strided along the innermost one, or -1} */
    private static int crossing(LoopNest nest, int[] elementSizes) {
        int inner = nest.rank - 1;
        for (int k = 0; k < elementSizes.length; k++) {
            long[] s = nest.strides[k];
            if (s[inner] == 0 || s[inner] == elementSizes[k]) {
                continue;
            }
            for (int d = 0; d < inner; d++) {
                if (Math.abs(s[d]) == elementSizes[k] && nest.extents[d] > 1) {
                    return d;
                }
            }
        }
        return -1;
    }

    /** The position and extents of the current tile. */
    final class Cursor {
        /** The first index of the tile in each dimension. */
        final long[] origin = new long[nest.rank];

        /** Its extent in each dimension. */
        final long[] extents = new long[nest.rank];

        /** Moves to a tile. */
        void seek(long tile) {
            for (int d = nest.rank - 1; d >= 0; d--) {
                long i = tile % counts[d];
                tile /= counts[d];
                origin[d] = i * steps[d];
                extents[d] = Math.min(steps[d], nest.extents[d] - origin[d]);
            }
        }

        /** {@return the address of an operand's first element in the tile} */
        long address(int k) {
            long address = nest.addresses[k];
            for (int d = 0; d < nest.rank; d++) {
                address += origin[d] * nest.strides[k][d];
            }
            return address;
        }

        long rows() {
            return rowDim < 0 ? 1 : extents[rowDim];
        }

        long columns() {
            long n = 1;
            for (int d = columnDim; d < nest.rank; d++) {
                n *= extents[d];
            }
            return n;
        }
    }
}
