package fathom.cpu.matmul;

import fathom.cpu.parallel.Scratch;

/**
 * A block of a product, on one thread: runs the micro-kernels over the tiles of C, one slab of the inner dimension
 * after the other, with A's part of the slab copied into the cache.
 */
public final class Block {
    private static final int SLOT_TILE = 1;
    private static final int SLOT_C = 2;

    private final Elem elem;
    private final int size;

    public Block(Elem elem) {
        this.elem = elem;
        this.size = elem.size();
    }

    /**
     * Computes {@code C = init + A B} for some rows and some columns.
     *
     * @param a A from the block's first row on, all of the depth
     * @param rows the block's rows, at most {@link Left#LENGTH}
     * @param b all of B
     * @param first first column of the block, a multiple of a tile's columns
     * @param last one past its last column
     * @param init what the sums start from, addressed like the block; address 0 for zero
     * @param c C's element at the block's first row and column
     */
    public void multiply(Mat a, int rows, Panels b, int first, int last, Mat init, Mat c) {
        int columns = last - first;
        boolean startsDense = init.address() == 0 || init.columnStep() == size;
        if (columns > 1 && (c.columnStep() != size || !startsDense)) {
            long step = (long) columns * size;
            var dense = new Mat(Scratch.address(SLOT_C, rows * step), step, size);
            if (init.address() != 0) {
                Pack.any(elem, init, dense, rows, columns);
            }
            multiply(a, rows, b, first, last, init.address() == 0 ? init : dense, dense);
            Pack.any(elem, dense, c, rows, columns);
            return;
        }
        var left = Left.mine(elem);
        for (int p = 0; p == 0 || p < b.depth(); p += Elem.DEPTH) {
            int depth = Math.min(b.depth() - p, Elem.DEPTH);
            boolean byRows = left.fill(a.from(0, p), rows, depth);
            tiles(left, byRows, rows, depth, b, p, first, last, p == 0 ? init : c, c);
        }
    }

    /**
     * One slab of the inner dimension: {@code C = init + A B}, A being in the thread's copy already.
     *
     * @param byRows whether the copy lies by rows
     * @param depth length of the slab
     * @param p where the slab begins in B
     * @param c the result, columns contiguous; may be {@code init}
     */
    public void tiles(
            Left left, boolean byRows, int rows, int depth, Panels b, int p, int first, int last, Mat init, Mat c) {
        for (int j = first; j < last; j += elem.tileColumns()) {
            int columns = Math.min(last - j, elem.tileColumns());
            long across = (long) (j - first) * size;
            var start = init.address() == 0 ? init : new Mat(init.address() + across, init.rowStep(), size);
            var target = new Mat(c.address() + across, c.rowStep(), size);
            if (columns % elem.lanes() == 0) {
                column(left, byRows, rows, depth, b, p, j, start, target);
            } else {
                partColumn(left, byRows, rows, depth, b, p, j, columns, start, target);
            }
        }
    }

    /** The tiles of one panel of B. */
    private void column(Left left, boolean byRows, int rows, int depth, Panels b, int p, int j, Mat init, Mat c) {
        int vectors = b.vectors(j);
        long panel = b.panel(p, j);
        long step = b.step(j);
        int rowStep = byRows ? Left.PITCH : 1;
        int band = bandRows(rows);
        for (int i = 0; i < rows; i += band) {
            int height = Math.min(rows - i, band);
            var tile = Tiles.get(elem, height, vectors, byRows);
            long start = init.address() == 0 ? 0 : init.address() + i * init.rowStep();
            long target = c.address() + i * c.rowStep();
            tile.kernel((long) height * depth * elem.tileColumns())
                    .run(left.array(), i * rowStep, panel, step, start, init.rowStep(), target, c.rowStep(), depth);
        }
    }

    /** Rows per tile: the most there can be, unless that left a last tile too low to keep the multipliers busy. */
    private int bandRows(int rows) {
        int most = elem.tileRows();
        int rest = rows % most;
        return rest == 0 || rest > most / 4 || rows < most ? most : Math.ceilDiv(rows, Math.ceilDiv(rows, most));
    }

    /** The tiles of a panel whose last vector is partly in use: by way of a buffer of whole vectors. */
    private void partColumn(
            Left left, boolean byRows, int rows, int depth, Panels b, int p, int j, int columns, Mat init, Mat c) {
        long step = (long) elem.tileColumns() * size;
        var buffer = new Mat(Scratch.address(SLOT_TILE, (rows + 1) * step), step, size);
        var start = init;
        if (init.address() != 0) {
            // a bias is the same row for all
            boolean sameRow = init.rowStep() == 0;
            start = sameRow ? new Mat(buffer.at(rows, 0), 0, size) : buffer;
            Lines.copy(elem, init.address(), init.rowStep(), start.address(), step, columns, sameRow ? 1 : rows);
        }
        column(left, byRows, rows, depth, b, p, j, start, buffer);
        Lines.copy(elem, buffer.address(), step, c.address(), c.rowStep(), columns, rows);
    }
}
