package fathom.cpu.memory;

import jdk.incubator.vector.VectorShape;

/**
 * Whether this JVM has the Vector API, and how wide its vectors are. A program on the class path has it only with
 * {@code --add-modules jdk.incubator.vector}; without, the scalar twins of all kernels run, which give the same bits.
 */
public final class VectorApi {
    /** Whether the module {@code jdk.incubator.vector} is there. */
    public static final boolean IS_PRESENT = isPresent();

    /** Bits of the preferred vector; where there is no Vector API, what sizes are laid out for. */
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

    /** {@return how many elements of so many bytes a preferred vector holds} */
    public static int lanes(int elementBytes) {
        return BITS / Byte.SIZE / elementBytes;
    }

    /** The only mention of the API here: linked when it is there. */
    private static final class Preferred {
        static int bits() {
            return VectorShape.preferredShape().vectorBitSize();
        }
    }
}
