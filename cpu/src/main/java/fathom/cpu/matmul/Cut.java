package fathom.cpu.matmul;

/**
 * How a product is cut into pieces for the threads; it follows from the sizes alone.
 *
 * @param rows rows of C per piece
 * @param columns columns of C per piece
 * @param parts number of parts of the inner dimension; if more than one, C itself is not cut
 * @param depth length of such a part
 */
record Cut(int rows, int columns, int parts, long depth) {
    /** Bands of tiles in the tallest piece: what of A is copied at a time then fits in the second cache. */
    static final int MOST_BANDS = 8;

    private static final int PANELS = 8;

    /** Multiply-adds below which a piece is not cut further: some microseconds. */
    private static final double LEAST_WORK = 512 * 1024;

    /** Number of pieces to aim for, so that threads of unequal speed end at about the same time. */
    private static final int ENOUGH = 16;

    /** Fewer pieces than this, and a long inner dimension is cut. */
    private static final int FEW = 6;

    static Cut of(Elem elem, long m, int n, long k) {
        int rows = MOST_BANDS * elem.tileRows();
        int stripes = Math.ceilDiv(n, PANELS * elem.tileColumns());
        int columns = Math.ceilDiv(Math.ceilDiv(n, stripes), elem.tileColumns()) * elem.tileColumns();
        while (rows > elem.tileRows() && tooCoarse(m, n, k, rows, columns)) {
            rows /= 2;
        }
        while (columns > elem.tileColumns() && tooCoarse(m, n, k, rows, columns)) {
            columns = Math.ceilDiv(columns / elem.tileColumns(), 2) * elem.tileColumns();
        }
        long pieces = Math.ceilDiv(m, rows) * Math.ceilDiv(n, columns);
        if (pieces < FEW && k >= 4L * Elem.DEPTH) {
            double work = (double) m * n * k;
            long parts = (long) Math.clamp(work / LEAST_WORK, 1, ENOUGH);
            long depth = Math.ceilDiv(Math.ceilDiv(k, parts), Elem.DEPTH) * (long) Elem.DEPTH;
            return new Cut(rows, columns, (int) Math.ceilDiv(k, depth), depth);
        }
        return new Cut(rows, columns, 1, k);
    }

    private static boolean tooCoarse(long m, int n, long k, int rows, int columns) {
        long pieces = Math.ceilDiv(m, rows) * Math.ceilDiv(n, columns);
        double work = (double) Math.min(m, rows) * Math.min(n, columns) * k;
        return pieces < ENOUGH && work > LEAST_WORK;
    }
}
