package fathom.cpu.matmul;

/**
 * The partition of a product into pieces for the threads; it depends on the sizes alone.
 *
 * @param rows rows of C per piece
 * @param columns columns of C per piece
 * @param parts number of parts of the inner dimension; if more than one, C itself is not partitioned
 * @param depth length of a part
 */
record Cut(int rows, int columns, int parts, long depth) {
    /** Maximum bands of tiles per piece, so that the packed block of A fits into the L2 cache. */
    static final int MAX_BANDS = 8;

    private static final int PANELS = 8;

    /** Minimum multiply-adds of a piece, some microseconds. */
    private static final double MIN_WORK = 512 * 1024;

    /** Target number of pieces, which balances the load of threads of unequal speed. */
    private static final int TARGET_PIECES = 16;

    /** With fewer pieces than this, a long inner dimension is split. */
    private static final int MIN_PIECES = 6;

    static Cut of(Elem elem, long m, int n, long k) {
        int rows = MAX_BANDS * elem.tileRows();
        int stripes = Math.ceilDiv(n, PANELS * elem.tileColumns());
        int columns = Math.ceilDiv(Math.ceilDiv(n, stripes), elem.tileColumns()) * elem.tileColumns();
        while (rows > elem.tileRows() && tooCoarse(m, n, k, rows, columns)) {
            rows /= 2;
        }
        while (columns > elem.tileColumns() && tooCoarse(m, n, k, rows, columns)) {
            columns = Math.ceilDiv(columns / elem.tileColumns(), 2) * elem.tileColumns();
        }
        long pieces = Math.ceilDiv(m, rows) * Math.ceilDiv(n, columns);
        if (pieces < MIN_PIECES && k >= 4L * Elem.DEPTH) {
            double work = (double) m * n * k;
            long parts = (long) Math.clamp(work / MIN_WORK, 1, TARGET_PIECES);
            long depth = Math.ceilDiv(Math.ceilDiv(k, parts), Elem.DEPTH) * (long) Elem.DEPTH;
            return new Cut(rows, columns, (int) Math.ceilDiv(k, depth), depth);
        }
        return new Cut(rows, columns, 1, k);
    }

    private static boolean tooCoarse(long m, int n, long k, int rows, int columns) {
        long pieces = Math.ceilDiv(m, rows) * Math.ceilDiv(n, columns);
        double work = (double) Math.min(m, rows) * Math.min(n, columns) * k;
        return pieces < TARGET_PIECES && work > MIN_WORK;
    }
}
