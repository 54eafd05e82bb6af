package fathom.cpu.matmul;

/**
 * The parameters for which a micro-kernel is generated.
 *
 * @param elem element type
 * @param rows rows of the tile
 * @param vectors vectors per row of the tile
 * @param byRows whether A's block is packed by rows, with stride {@link Left#PITCH}; otherwise by columns
 */
record TileShape(Elem elem, int rows, int vectors, boolean byRows) {
    /** {@return the row stride of A's block in elements} */
    int rowStep() {
        return byRows ? Left.PITCH : 1;
    }

    /** {@return the column stride of A's block in elements} */
    int columnStep() {
        return byRows ? 1 : Left.PITCH;
    }
}
