package fathom.cpu.memory;

import jdk.incubator.vector.VectorShape;

/**
 * Presence of the Vector API, and the size of its vectors. A program on the class path has it only with {@code
 * --add-modules jdk.incubator.vector}; without it, the scalar code of all kernels runs, with the same bits as result.
 */
public final class VectorApi {
    /** Whether the module {@code jdk.incubator.vector} is present. */
    public static final boolean IS_PRESENT = isPresent();

    /** Bits of the preferred vector; without the Vector API, the size that layouts assume. */
    public static final int BITS = IS_PRESENT ? Preferred.bits() : 128;

    private VectorApi() {}

    private static boolean isPresent() {
        try {
            Class.forName("jdk.incubator.vector.VectorShape", false, VectorApi.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /** {@return the number of elements of {@code elementBytes} bytes in a preferred vector} */
    public static int lanes(int elementBytes) {
        return BITS / Byte.SIZE / elementBytes;
    }

    /** The only use of the API here, linked only if it is present. */
    private static final class Preferred {
        static int bits() {
            return VectorShape.preferredShape().vectorBitSize();
        }
    }
}
