package fathom.cpu.codegen;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/** Access to single elements by absolute address. */
public final class Mem {
    /** A segment of all memory from address 0: as fast as an array, without liveness checks. */
    public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    // not the methods of MemorySegment, which add a call to inline: see NotInlined
    private static final VarHandle BYTE = JAVA_BYTE.varHandle();
    private static final VarHandle SHORT = JAVA_SHORT_UNALIGNED.varHandle();
    private static final VarHandle INT = JAVA_INT_UNALIGNED.varHandle();
    private static final VarHandle LONG = JAVA_LONG_UNALIGNED.varHandle();
    private static final VarHandle FLOAT = JAVA_FLOAT_UNALIGNED.varHandle();
    private static final VarHandle DOUBLE = JAVA_DOUBLE_UNALIGNED.varHandle();

    private Mem() {}

    /** {@return the float at an address} */
    public static float f32(long address) {
        return (float) FLOAT.get(ALL, address);
    }

    /** {@return the double at an address} */
    public static double f64(long address) {
        return (double) DOUBLE.get(ALL, address);
    }

    /** {@return the byte at an address} */
    public static byte i8(long address) {
        return (byte) BYTE.get(ALL, address);
    }

    /** {@return the unsigned byte at an address} */
    public static int u8(long address) {
        return (byte) BYTE.get(ALL, address) & 0xff;
    }

    /** {@return whether the byte at an address is not zero, as 0 or 1} */
    public static int bool(long address) {
        return (byte) BYTE.get(ALL, address) != 0 ? 1 : 0;
    }

    /** {@return the short at an address} */
    public static short i16(long address) {
        return (short) SHORT.get(ALL, address);
    }

    /** {@return the int at an address} */
    public static int i32(long address) {
        return (int) INT.get(ALL, address);
    }

    /** {@return the long at an address} */
    public static long i64(long address) {
        return (long) LONG.get(ALL, address);
    }

    /** Writes a float. */
    public static void f32(long address, float value) {
        FLOAT.set(ALL, address, value);
    }

    /** Writes a double. */
    public static void f64(long address, double value) {
        DOUBLE.set(ALL, address, value);
    }

    /** Writes the low byte. */
    public static void i8(long address, int value) {
        BYTE.set(ALL, address, (byte) value);
    }

    /** Writes the low 16 bits. */
    public static void i16(long address, int value) {
        SHORT.set(ALL, address, (short) value);
    }

    /** Writes an int. */
    public static void i32(long address, int value) {
        INT.set(ALL, address, value);
    }

    /** Writes a long. */
    public static void i64(long address, long value) {
        LONG.set(ALL, address, value);
    }

    /**
     * Copies the first elements of an array of numbers from or to memory. It is deliberately a single method, too large
     * for C2 to inline: inlining several copies tripled the compilation time of its callers.
     *
     * @param read whether to copy from memory
     */
    public static void copy(long address, Object array, int n, boolean read) {
        if (read && array instanceof float[] a) {
            MemorySegment.copy(ALL, JAVA_FLOAT_UNALIGNED, address, a, 0, n);
        } else if (read && array instanceof double[] a) {
            MemorySegment.copy(ALL, JAVA_DOUBLE_UNALIGNED, address, a, 0, n);
        } else if (read && array instanceof long[] a) {
            MemorySegment.copy(ALL, JAVA_LONG_UNALIGNED, address, a, 0, n);
        } else if (read && array instanceof int[] a) {
            MemorySegment.copy(ALL, JAVA_INT_UNALIGNED, address, a, 0, n);
        } else if (read && array instanceof short[] a) {
            MemorySegment.copy(ALL, JAVA_SHORT_UNALIGNED, address, a, 0, n);
        } else if (read && array instanceof byte[] a) {
            MemorySegment.copy(ALL, JAVA_BYTE, address, a, 0, n);
        } else if (array instanceof float[] a) {
            MemorySegment.copy(a, 0, ALL, JAVA_FLOAT_UNALIGNED, address, n);
        } else if (array instanceof double[] a) {
            MemorySegment.copy(a, 0, ALL, JAVA_DOUBLE_UNALIGNED, address, n);
        } else if (array instanceof long[] a) {
            MemorySegment.copy(a, 0, ALL, JAVA_LONG_UNALIGNED, address, n);
        } else if (array instanceof int[] a) {
            MemorySegment.copy(a, 0, ALL, JAVA_INT_UNALIGNED, address, n);
        } else if (array instanceof short[] a) {
            MemorySegment.copy(a, 0, ALL, JAVA_SHORT_UNALIGNED, address, n);
        } else if (array instanceof byte[] a) {
            MemorySegment.copy(a, 0, ALL, JAVA_BYTE, address, n);
        } else {
            throw new IllegalArgumentException("expected an array of numbers, got " + array.getClass());
        }
    }
}
