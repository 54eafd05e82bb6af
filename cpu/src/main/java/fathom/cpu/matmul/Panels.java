package fathom.cpu.matmul;

/**
 * The right operand of a product in the layout that tiles read: in place if its columns are contiguous, or packed. When
 * packed, the depth is divided into slabs of {@link Elem#DEPTH}, and each slab into panels of a tile's width (the last
 * one as many vectors wide as needed) with contiguous rows.
 */
public final class Panels {
    private final Elem elem;
    private final Mat matrix;
    private final int depth;
    private final int columns;
    private final boolean packed;

    private Panels(Elem elem, Mat matrix, int depth, int columns, boolean packed) {
        this.elem = elem;
        this.matrix = matrix;
        this.depth = depth;
        this.columns = columns;
        this.packed = packed;
    }

    /** {@return the operand, read in place; its columns must be contiguous} */
    public static Panels direct(Elem elem, Mat matrix, int depth, int columns) {
        return new Panels(elem, matrix, depth, columns, false);
    }

    /** {@return an operand packed, or to be packed, in a buffer of {@link #bytes} bytes} */
    public static Panels packed(Elem elem, long address, int depth, int columns) {
        return new Panels(elem, new Mat(address, 0, 0), depth, columns, true);
    }

    /** {@return the size of a packed operand in bytes} */
    public static long bytes(Elem elem, long depth, long columns) {
        long lanes = elem.lanes();
        return depth * ((columns + lanes - 1) / lanes * lanes) * elem.size();
    }

    int depth() {
        return depth;
    }

    public int columns() {
        return columns;
    }

    /** {@return the vectors per row of the panel that begins at column j} */
    int vectors(int j) {
        int lanes = elem.lanes();
        return (Math.min(columns - j, elem.tileColumns()) + lanes - 1) / lanes;
    }

    /** {@return the address of element (p, j), the first of a slab's panel} */
    long panel(int p, int j) {
        if (!packed) {
            return matrix.at(p, j);
        }
        long lanes = elem.lanes();
        long padded = (columns + lanes - 1) / lanes * lanes;
        long slab = Math.min(depth - p, Elem.DEPTH);
        return matrix.address() + (p * padded + j * slab) * elem.size();
    }

    /** {@return the row stride, in bytes, of the panel at column j} */
    long step(int j) {
        return packed ? (long) vectors(j) * elem.lanes() * elem.size() : matrix.rowStep();
    }

    /** {@return the number of panels of all slabs, the units of parallel packing} */
    public int parts() {
        return slabs() * panelsPerSlab();
    }

    private int slabs() {
        return (depth + Elem.DEPTH - 1) / Elem.DEPTH;
    }

    private int panelsPerSlab() {
        return (columns + elem.tileColumns() - 1) / elem.tileColumns();
    }

    /**
     * Packs a range of panels; a no-op if the operand is read in place.
     *
     * @param from the operand, of any strides
     * @param first first panel, numbered over all slabs
     * @param last one past the last
     */
    public void pack(Mat from, long first, long last) {
        if (!packed) {
            return;
        }
        int perSlab = panelsPerSlab();
        for (long part = first; part < last; part++) {
            packOne(from, (int) (part / perSlab) * Elem.DEPTH, (int) (part % perSlab) * elem.tileColumns());
        }
    }

    private void packOne(Mat from, int p, int j) {
        int rows = Math.min(depth - p, Elem.DEPTH);
        int used = Math.min(columns - j, elem.tileColumns());
        long to = panel(p, j);
        long step = step(j);
        var block = from.from(p, j);
        if (block.columnStep() == elem.size()) {
            Lines.copyPadded(elem, block.address(), block.rowStep(), to, step, used, vectors(j) * elem.lanes(), rows);
            return;
        }
        if (block.rowStep() == elem.size()) {
            Pack.transposed(elem, block.address(), block.columnStep(), to, step, rows, used);
        } else {
            Pack.any(elem, block, new Mat(to, step, elem.size()), rows, used);
        }
        Pack.zeroColumns(elem, to, step, rows, used, vectors(j) * elem.lanes());
    }
}
