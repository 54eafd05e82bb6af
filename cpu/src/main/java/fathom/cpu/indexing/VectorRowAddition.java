package fathom.cpu.indexing;

import fathom.cpu.memory.Memory;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The vector code of {@link RowAddition}. */
final class VectorRowAddition {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    private VectorRowAddition() {}

    /**
     * Adds {@code n} float32 elements, at least a vector. The last vector, which overlaps others unless they divide
     * {@code n}, is read before they are written.
     */
    static void add(long at, long addend, long n) {
        long bytes = 4L * FLOATS.length();
        long last = 4 * n - bytes;
        var end =
                FloatVector.fromMemorySegment(FLOATS, Memory.ALL, at + last, LE)
                        .add(FloatVector.fromMemorySegment(FLOATS, Memory.ALL, addend + last, LE));
        for (long j = 0; j < last; j += bytes) {
            FloatVector.fromMemorySegment(FLOATS, Memory.ALL, at + j, LE)
                    .add(FloatVector.fromMemorySegment(FLOATS, Memory.ALL, addend + j, LE))
                    .intoMemorySegment(Memory.ALL, at + j, LE);
        }
        end.intoMemorySegment(Memory.ALL, at + last, LE);
    }
}
