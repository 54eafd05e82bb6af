package fathom.cpu.pool;

import fathom.cpu.memory.Half;
import fathom.cpu.memory.Memory;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Conversions of contiguous bfloat16, the upper halves of floats. The last vector overlaps the one before. */
final class Bfloat16Vectors {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;

    /** A species with as many lanes as a float vector. */
    private static final VectorSpecies<Short> SHORTS =
            VectorSpecies.of(short.class, VectorShape.forBitSize(FLOATS.vectorBitSize() / 2));

    private static final int LANES = FLOATS.length();
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    private Bfloat16Vectors() {}

    /** Widens bfloat16 to floats. */
    static void widen(long from, long floats, int length) {
        if (length < LANES) {
            for (int i = 0; i < length; i++) {
                Memory.setInt(floats + 4L * i, Memory.getShort(from + 2L * i) << 16);
            }
            return;
        }
        for (int next = 0; next < length; next += LANES) {
            int i = Math.min(next, length - LANES);
            var halves = ShortVector.fromMemorySegment(SHORTS, Memory.ALL, from + 2L * i, LE);
            ((IntVector) halves.convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0))
                    .lanewise(VectorOperators.LSHL, 16)
                    .intoMemorySegment(Memory.ALL, floats + 4L * i, LE);
        }
    }

    /** Rounds floats to the nearest bfloat16, ties to even. */
    static void round(long floats, long to, int length) {
        if (length < LANES) {
            for (int i = 0; i < length; i++) {
                Memory.setShort(to + 2L * i, Half.toBfloat16(Memory.getFloat(floats + 4L * i)));
            }
            return;
        }
        for (int next = 0; next < length; next += LANES) {
            int i = Math.min(next, length - LANES);
            var value = FloatVector.fromMemorySegment(FLOATS, Memory.ALL, floats + 4L * i, LE);
            var bits = value.reinterpretAsInts();
            bits.add(0x7FFF)
                    .add(bits.lanewise(VectorOperators.LSHR, 16).and(1))
                    .lanewise(VectorOperators.LSHR, 16)
                    .blend(0x7FC0, value.compare(VectorOperators.NE, value).cast(INTS))
                    .convertShape(VectorOperators.I2S, SHORTS, 0)
                    .intoMemorySegment(Memory.ALL, to + 2L * i, LE);
        }
    }
}
