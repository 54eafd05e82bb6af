package fathom.cpu.memory;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;

/**
 * Tells the compiler of which class a vector is that goes round a loop and whose methods are called there. By its
 * declared type it could be any of several; unless the compiler has seen often enough which one it is, it makes an
 * object of each such vector, which is ten times slower. The casts cost nothing once they are compiled.
 *
 * <p>Where a vector that was just read can be the receiver ({@code read.add(sum)}), no cast is needed.
 */
public final class VectorTypeHint {
    private static final Class<?> FLOATS = FloatVector.SPECIES_PREFERRED.vectorType();
    private static final Class<?> DOUBLES = DoubleVector.SPECIES_PREFERRED.vectorType();
    private static final Class<?> INTS = IntVector.SPECIES_PREFERRED.vectorType();
    private static final Class<?> LONGS = LongVector.SPECIES_PREFERRED.vectorType();

    private VectorTypeHint() {}

    /** {@return a vector of the preferred species} */
    public static FloatVector floats(FloatVector v) {
        return (FloatVector) FLOATS.cast(v);
    }

    /** {@return a vector of the preferred species} */
    public static DoubleVector doubles(DoubleVector v) {
        return (DoubleVector) DOUBLES.cast(v);
    }

    /** {@return a vector of the preferred species} */
    public static IntVector ints(IntVector v) {
        return (IntVector) INTS.cast(v);
    }

    /** {@return a vector of the preferred species} */
    public static LongVector longs(LongVector v) {
        return (LongVector) LONGS.cast(v);
    }
}
