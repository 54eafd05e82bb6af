package fathom.cpu.matmul;

/**
 * What a micro-kernel is compiled for.
 *
 * @param elem element type
 * @param rows rows of the tile
 * @param vectors vectors across the tile
 * @param byRows whether A's block lies by rows, each {@link Left#PITCH} elements after the one before; otherwise by
 *     columns
 */
record TileShape(Elem elem, int rows, int vectors, boolean byRows) {
    /** Indices between A's elements (i, p) and (i + 1, p). */
    int rowStep() {
        return byRows ? Left.PITCH : 1;
    }

    /** Indices between A's elements (i, p) and (i, p + 1). */
    int columnStep() {
        return byRows ? 1 : Left.PITCH;
    }
}
