package fathom.cpu.matmul;

import fathom.cpu.parallel.Parallel;
import fathom.cpu.parallel.Scratch;

/**
 * Matrix products {@code C = A B (+ bias)} of one element type, in parallel. The partition depends on the sizes alone,
 * so the result has the same bits for any number of threads.
 */
public final class Gemm {
    /** Minimum multiply-adds of a parallel product. */
    private static final long MIN_PARALLEL = 128 * 1024;

    /** Elements of B packed per chunk. */
    private static final long PACK_CHUNK = 32 * 1024;

    /** Maximum bytes of a packed operand; larger ones are processed in stripes. */
    private static final long MAX_PACKED_BYTES = 32L << 20;

    private static final int SLOT_B = 0;
    private static final int SLOT_PARTS = 3;

    private static final Mat ZERO = new Mat(0, 0, 0);

    private final Elem elem;
    private final Block block;
    private final int size;

    public Gemm(Elem elem) {
        this.elem = elem;
        this.block = new Block(elem);
        this.size = elem.size();
    }

    /**
     * Computes {@code C = A B}, plus {@code bias} on each row.
     *
     * @param m rows of A and C
     * @param n columns of B and C
     * @param k columns of A, rows of B; if 0, C is the bias or zero
     * @param bias address of n contiguous elements, or 0
     */
    public void multiply(long m, long n, long k, Mat a, Mat b, Mat c, long bias) {
        if (m == 0 || n == 0) {
            return;
        }
        var init = bias == 0 ? ZERO : new Mat(bias, 0, size);
        boolean exchange = cost(n, m, k, b.transposed(), a.transposed(), c.transposed()) < 0.9 * cost(m, n, k, a, b, c);
        if (exchange) {
            stripes(n, m, k, b.transposed(), a.transposed(), bias == 0 ? ZERO : init.transposed(), c.transposed());
        } else {
            stripes(m, n, k, a, b, init, c);
        }
    }

    /** {@return the estimated cycles of the product with A as left operand, which decides whether to transpose it} */
    private double cost(long m, long n, long k, Mat a, Mat b, Mat c) {
        double tiles = (double) m * k * Math.ceilDiv(n, elem.lanes());
        double copyA = (double) m * k * (a.columnStep() == size || a.rowStep() == size ? 0.15 : 1);
        double packB = (double) n * k * (b.columnStep() == size ? 0.15 : 1.5);
        double scatterC = (double) m * n * (c.columnStep() == size ? 0 : 2);
        return tiles + copyA + packB + scatterC;
    }

    /** Processes as many columns at a time as keep the packed operand within {@link #MAX_PACKED_BYTES}. */
    private void stripes(long m, long n, long k, Mat a, Mat b, Mat init, Mat c) {
        long lanes = elem.lanes();
        long maxColumns = Math.max(MAX_PACKED_BYTES / Math.max(k * size, 1) / lanes * lanes, elem.tileColumns());
        for (long j = 0; j < n; j += maxColumns) {
            columns(m, (int) Math.min(n - j, maxColumns), k, a, b.from(0, j), at(init, 0, j), c.from(0, j));
        }
    }

    private void columns(long m, int n, long k, Mat a, Mat b, Mat init, Mat c) {
        double work = (double) m * n * k;
        if (work <= MIN_PARALLEL) {
            sequential(m, n, (int) k, a, b, init, c);
            return;
        }
        var cut = Cut.of(elem, m, n, k);
        if (cut.parts() > 1) {
            inParts(cut, m, n, k, a, b, init, c);
        } else {
            tiled(cut, m, n, Math.toIntExact(k), a, b, init, c);
        }
    }

    /** Computes a product on the calling thread. */
    private void sequential(long m, int n, int k, Mat a, Mat b, Mat init, Mat c) {
        var panels = panels(m, n, k, b);
        panels.pack(b, 0, panels.parts());
        rows(m, panels, a, init, c, 0, n);
    }

    /** {@return B as tiles read it, packed into this thread's scratch memory if that is profitable} */
    private Panels panels(long m, int n, int k, Mat b) {
        boolean dense = b.columnStep() == size && n % elem.lanes() == 0;
        boolean fewUses = m <= 2L * elem.tileRows() || (long) k * n * size <= 8192;
        if (dense && fewUses) {
            return Panels.direct(elem, b, k, n);
        }
        return Panels.packed(elem, Scratch.address(SLOT_B, Panels.bytes(elem, k, n)), k, n);
    }

    private void rows(long m, Panels panels, Mat a, Mat init, Mat c, int first, int last) {
        int maxColumns = Cut.MAX_BANDS * elem.tileRows();
        for (long i = 0; i < m; i += maxColumns) {
            int rows = (int) Math.min(m - i, maxColumns);
            block.multiply(a.from(i, 0), rows, panels, first, last, at(init, i, 0), c.from(i, 0));
        }
    }

    private void tiled(Cut cut, long m, int n, int k, Mat a, Mat b, Mat init, Mat c) {
        var panels = panels(m, n, k, b);
        long perTask = Math.max(1, PACK_CHUNK / ((long) Elem.DEPTH * elem.tileColumns()));
        Parallel.forRange(panels.parts(), perTask, (from, to) -> panels.pack(b, from, to));
        long bands = (m + cut.rows() - 1) / cut.rows();
        long stripes = ((long) n + cut.columns() - 1) / cut.columns();
        Parallel.forRange(
                bands * stripes,
                1,
                (from, to) -> {
                    for (long task = from; task < to; task++) {
                        long i = task / stripes * cut.rows();
                        int j = (int) (task % stripes) * cut.columns();
                        int rows = (int) Math.min(m - i, cut.rows());
                        int last = Math.min(n, j + cut.columns());
                        block.multiply(a.from(i, 0), rows, panels, j, last, at(init, i, j), c.from(i, j));
                    }
                });
    }

    /** Splits the inner dimension: each part computes its own C, and these are added in order. */
    private void inParts(Cut cut, long m, int n, long k, Mat a, Mat b, Mat init, Mat c) {
        int parts = cut.parts();
        long step = (long) n * size;
        long each = (m * step + 63) & -64L;
        long sums = Scratch.address(SLOT_PARTS, each * parts);
        Parallel.forRange(
                parts,
                1,
                (from, to) -> {
                    for (long part = from; part < to; part++) {
                        long p = part * cut.depth();
                        int depth = (int) Math.min(k - p, cut.depth());
                        var partial = new Mat(sums + part * each, step, size);
                        var start = part == 0 ? init : ZERO;
                        sequential(m, n, depth, a.from(0, p), b.from(p, 0), start, partial);
                    }
                });
        Sums.inOrder(elem, sums, each, parts, m, n);
        Pack.any(elem, new Mat(sums, step, size), c, m, n);
    }

    private static Mat at(Mat init, long i, long j) {
        return init.address() == 0 ? init : init.from(i, j);
    }
}
