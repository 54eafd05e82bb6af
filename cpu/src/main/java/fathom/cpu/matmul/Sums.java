package fathom.cpu.matmul;

import fathom.cpu.memory.Memory;
import fathom.cpu.parallel.Parallel;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/** Adds partial results in the order of their parts. */
public final class Sums {
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    /** Additions per chunk of rows. */
    private static final long CHUNK = 64 * 1024;

    private Sums() {}

    /**
     * Sets {@code C = part 0 + part 1 + ...}, each element in that order.
     *
     * @param sums address of part 0, m x n elements without gaps; overwritten
     * @param each bytes from one part to the next
     * @param c the result, of any steps
     */
    public static void inOrder(Elem elem, long sums, long each, int parts, long m, int n, Mat c) {
        long step = (long) n * elem.size();
        Parallel.forRange(
                m,
                Math.max(1, CHUNK / Math.max(1, (long) n * parts)),
                (from, to) -> {
                    for (long i = from; i < to; i++) {
                        long row = sums + i * step;
                        for (int part = 1; part < parts; part++) {
                            add(elem, row, row + part * each, n);
                        }
                    }
                    Pack.any(elem, new Mat(sums + from * step, step, elem.size()), c.from(from, 0), to - from, n);
                });
    }

    /** Adds n contiguous elements to n others. */
    public static void add(Elem elem, long to, long from, int n) {
        if (elem == Elem.FLOAT) {
            addFloats(to, from, n);
        } else {
            addDoubles(to, from, n);
        }
    }

    private static void addFloats(long to, long from, int n) {
        var species = FloatVector.SPECIES_PREFERRED;
        int j = 0;
        for (; j <= n - species.length(); j += species.length()) {
            long x = 4L * j;
            FloatVector.fromMemorySegment(species, Memory.ALL, to + x, LE)
                    .add(FloatVector.fromMemorySegment(species, Memory.ALL, from + x, LE))
                    .intoMemorySegment(Memory.ALL, to + x, LE);
        }
        for (; j < n; j++) {
            Memory.setFloat(to + 4L * j, Memory.getFloat(to + 4L * j) + Memory.getFloat(from + 4L * j));
        }
    }

    private static void addDoubles(long to, long from, int n) {
        var species = DoubleVector.SPECIES_PREFERRED;
        int j = 0;
        for (; j <= n - species.length(); j += species.length()) {
            long x = 8L * j;
            DoubleVector.fromMemorySegment(species, Memory.ALL, to + x, LE)
                    .add(DoubleVector.fromMemorySegment(species, Memory.ALL, from + x, LE))
                    .intoMemorySegment(Memory.ALL, to + x, LE);
        }
        for (; j < n; j++) {
            Memory.setDouble(to + 8L * j, Memory.getDouble(to + 8L * j) + Memory.getDouble(from + 8L * j));
        }
    }
}
