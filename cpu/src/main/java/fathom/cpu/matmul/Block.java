package fathom.cpu.matmul;

import fathom.cpu.parallel.Scratch;

/**
 * A block of a product on one thread: runs the micro-kernels over the tiles of C, slab by slab of the inner dimension,
 * with A's part of the slab packed into the cache.
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
     * Computes {@code C = init + A B} for a range of rows and columns.
     *
     * @param a A from the block's first row on, the full depth
     * @param rows the block's rows, at most {@link Left#LENGTH}
     * @param b all of B
     * @param first first column of the block, a multiple of a tile's columns
     * @param last one past its last column
     * @param init initial values of the sums, addressed like the block; address 0 for zero
     * @param c C from the block's first row and column on
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
     * Computes one slab of the inner dimension: {@code C = init + A B}, with A packed in the thread's {@link Left}
     * already.
     *
     * @param byRows whether A is packed by rows
     * @param depth length of the slab
     * @param p first row of the slab in B
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

    /** Computes the tiles of one panel of B. */
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

    /** {@return the rows per tile: the maximum, unless the last tile would be too low to keep the FMA units busy} */
    private int bandRows(int rows) {
        int maxRows = elem.tileRows();
        int remainder = rows % maxRows;
        return remainder == 0 || remainder > maxRows / 4 || rows < maxRows
                ? maxRows
                : Math.ceilDiv(rows, Math.ceilDiv(rows, maxRows));
    }

    /** Computes the tiles of a panel whose last vector is partly used, through a buffer of whole vectors. */
    private void partColumn(
            Left left, boolean byRows, int rows, int depth, Panels b, int p, int j, int columns, Mat init, Mat c) {
        long step = (long) elem.tileColumns() * size;
        var buffer = new Mat(Scratch.address(SLOT_TILE, (rows + 1) * step), step, size);
        var start = init;
        if (init.address() != 0) {
            // a bias is the same row for all rows
            boolean sameRow = init.rowStep() == 0;
            start = sameRow ? new Mat(buffer.at(rows, 0), 0, size) : buffer;
            Lines.copy(elem, init.address(), init.rowStep(), start.address(), step, columns, sameRow ? 1 : rows);
        }
        column(left, byRows, rows, depth, b, p, j, start, buffer);
        Lines.copy(elem, buffer.address(), step, c.address(), c.rowStep(), columns, rows);
    }
}
