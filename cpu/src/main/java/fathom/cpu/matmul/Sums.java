package fathom.cpu.matmul;

import fathom.cpu.parallel.Parallel;

/** Adds partial results in a fixed order. */
public final class Sums {
    /** Additions per chunk of rows. */
    private static final long CHUNK = 64 * 1024;

    private Sums() {}

    /**
     * Adds the later parts to the first: {@code part 0 += part 1 + part 2 + ...}, each element in that order.
     *
     * @param sums address of part 0, m x n elements without gaps
     * @param each stride of the parts in bytes
     */
    public static void inOrder(Elem elem, long sums, long each, int parts, long m, int n) {
        long step = (long) n * elem.size();
        Parallel.forRange(
                m,
                Math.max(1, CHUNK / Math.max(1, (long) n * parts)),
                (from, to) -> {
                    for (long i = from; i < to; i++) {
                        for (int part = 1; part < parts; part++) {
                            Lines.add(elem, sums + i * step, sums + i * step + part * each, n);
                        }
                    }
                });
    }
}
