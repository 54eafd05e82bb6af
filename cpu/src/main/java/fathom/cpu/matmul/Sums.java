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
     * Adds the later parts to the first: {@code part 0 += part 1 + part 2 + ...}, each element in that order.
     *
     * @param sums address of part 0, m x n elements without gaps
     * @param each bytes from one part to the next
     */
    public static void inOrder(Elem elem, long sums, long each, int parts, long m, int n) {
        long step = (long) n * elem.size();
        Parallel.forRange(m, Math.max(1, CHUNK / Math.max(1, (long) n * parts)), (from, to) -> {
            for (long i = from; i < to; i++) {
                for (int part = 1; part < parts; part++) {
                    add(elem, sums + i * step, sums + i * step + part * each, n);
                }
            }
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
        if (j < n) {
            var tail = species.indexInRange(j, n);
            long x = 4L * j;
            FloatVector.fromMemorySegment(species, Memory.ALL, to + x, LE, tail)
                    .add(FloatVector.fromMemorySegment(species, Memory.ALL, from + x, LE, tail))
                    .intoMemorySegment(Memory.ALL, to + x, LE, tail);
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
        if (j < n) {
            var tail = species.indexInRange(j, n);
            long x = 8L * j;
            DoubleVector.fromMemorySegment(species, Memory.ALL, to + x, LE, tail)
                    .add(DoubleVector.fromMemorySegment(species, Memory.ALL, from + x, LE, tail))
                    .intoMemorySegment(Memory.ALL, to + x, LE, tail);
        }
    }
}
