package fathom.cpu.codegen;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/**
 * The vector species that generated code refers to. Kernels of lanes up to 32 bits fill a vector with 32-bit lanes;
 * kernels with 64-bit lanes have as many lanes as fit of those, and use shorter vectors for narrower values.
 */
final class Lanes {
    static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    static final int COUNT_32 = FloatVector.SPECIES_PREFERRED.length();
    static final int COUNT_64 = LongVector.SPECIES_PREFERRED.length();

    static final VectorSpecies<Float> F32_32 = FloatVector.SPECIES_PREFERRED;
    static final VectorSpecies<Integer> I32_32 = species(int.class, COUNT_32 * 4);
    static final VectorSpecies<Short> S16_32 = species(short.class, COUNT_32 * 2);
    static final @Nullable VectorSpecies<Byte> B8_32 = species(byte.class, COUNT_32);

    static final VectorSpecies<Double> F64_64 = species(double.class, COUNT_64 * 8);
    static final VectorSpecies<Long> I64_64 = LongVector.SPECIES_PREFERRED;
    static final VectorSpecies<Float> F32_64 = species(float.class, COUNT_64 * 4);
    static final VectorSpecies<Integer> I32_64 = species(int.class, COUNT_64 * 4);
    static final @Nullable VectorSpecies<Short> S16_64 = species(short.class, COUNT_64 * 2);
    static final @Nullable VectorSpecies<Byte> B8_64 = species(byte.class, COUNT_64);

    /** The classes of vectors; see {@link VectorEmitter#pushVariable}. */
    static final Class<?> F32_32_TYPE = F32_32.vectorType();

    static final Class<?> I32_32_TYPE = I32_32.vectorType();
    static final Class<?> BOOL_32_TYPE = I32_32.maskType();
    static final Class<?> F64_64_TYPE = F64_64.vectorType();
    static final Class<?> I64_64_TYPE = I64_64.vectorType();
    static final Class<?> F32_64_TYPE = F32_64.vectorType();
    static final Class<?> I32_64_TYPE = I32_64.vectorType();
    static final Class<?> BOOL_64_TYPE = I64_64.maskType();

    private Lanes() {}

    /** {@return the species of vectors of {@code bytes} bytes, or null below the minimum vector size} */
    @SuppressWarnings("NullAway") // only the short ones can be null; isSupported checks
    private static <E> VectorSpecies<E> species(Class<E> lane, int bytes) {
        return bytes < 8 ? null : VectorSpecies.of(lane, VectorShape.forBitSize(bytes * 8));
    }

    /** {@return whether this machine's vectors are long enough for the narrowest species to exist} */
    static boolean isSupported(boolean wide, int narrowestBytes) {
        int bytes = (wide ? COUNT_64 : COUNT_32) * narrowestBytes;
        return bytes >= 8 && COUNT_64 > 1;
    }
}
