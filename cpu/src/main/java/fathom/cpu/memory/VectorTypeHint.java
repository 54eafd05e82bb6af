package fathom.cpu.memory;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;

/**
 * Casts that tell the JIT compiler the class of a loop-carried vector. Its declared type has several implementations;
 * unless the profile is conclusive, the compiler boxes each such vector, which is ten times slower. In compiled code
 * the casts are free.
 *
 * <p>No cast is needed where a vector that was just loaded can be the receiver ({@code read.add(sum)}).
 */
public final class VectorTypeHint {
    private static final Class<?> FLOATS = FloatVector.SPECIES_PREFERRED.vectorType();
    private static final Class<?> DOUBLES = DoubleVector.SPECIES_PREFERRED.vectorType();
    private static final Class<?> INTS = IntVector.SPECIES_PREFERRED.vectorType();
    private static final Class<?> LONGS = LongVector.SPECIES_PREFERRED.vectorType();

    private VectorTypeHint() {}

    /** {@return the vector, which must be of the preferred species} */
    public static FloatVector floats(FloatVector v) {
        return (FloatVector) FLOATS.cast(v);
    }

    /** {@return the vector, which must be of the preferred species} */
    public static DoubleVector doubles(DoubleVector v) {
        return (DoubleVector) DOUBLES.cast(v);
    }

    /** {@return the vector, which must be of the preferred species} */
    public static IntVector ints(IntVector v) {
        return (IntVector) INTS.cast(v);
    }

    /** {@return the vector, which must be of the preferred species} */
    public static LongVector longs(LongVector v) {
        return (LongVector) LONGS.cast(v);
    }
}
