package fathom.cpu.matmul;

import java.util.concurrent.atomic.AtomicReferenceArray;

/** The kernels of all shapes, created on demand. */
final class Tiles {
    /** Exceeds the number of rows of any tile. */
    private static final int MAX_ROWS = 16;

    private static final AtomicReferenceArray<Tile> TILES =
            new AtomicReferenceArray<>(Elem.values().length * MAX_ROWS * Elem.TILE_VECTORS * 2);

    private Tiles() {}

    static Tile get(Elem elem, int rows, int vectors, boolean byRows) {
        int index = elem.ordinal() * MAX_ROWS + rows;
        index = index * Elem.TILE_VECTORS + vectors - 1;
        index = index * 2 + (byRows ? 1 : 0);
        var tile = TILES.get(index);
        if (tile == null) {
            TILES.compareAndSet(index, null, new Tile(new TileShape(elem, rows, vectors, byRows)));
            tile = TILES.get(index);
        }
        return tile;
    }
}
