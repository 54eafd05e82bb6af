package fathom.cpu.codegen;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** All of memory, and single elements of it by absolute address. */
public final class Mem {
    /** Memory from address 0 on: as fast as an array, with no check of liveness. */
    public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private Mem() {}

    /** {@return the float at an address} */
    public static float f32(long address) {
        return ALL.get(JAVA_FLOAT_UNALIGNED, address);
    }

    /** {@return the double at an address} */
    public static double f64(long address) {
        return ALL.get(JAVA_DOUBLE_UNALIGNED, address);
    }

    /** {@return the byte at an address} */
    public static byte i8(long address) {
        return ALL.get(JAVA_BYTE, address);
    }

    /** {@return the unsigned byte at an address} */
    public static int u8(long address) {
        return ALL.get(JAVA_BYTE, address) & 0xff;
    }

    /** {@return whether the byte at an address is not zero, as 0 or 1} */
    public static int bool(long address) {
        return ALL.get(JAVA_BYTE, address) != 0 ? 1 : 0;
    }

    /** {@return the short at an address} */
    public static short i16(long address) {
        return ALL.get(JAVA_SHORT_UNALIGNED, address);
    }

    /** {@return the int at an address} */
    public static int i32(long address) {
        return ALL.get(JAVA_INT_UNALIGNED, address);
    }

    /** {@return the long at an address} */
    public static long i64(long address) {
        return ALL.get(JAVA_LONG_UNALIGNED, address);
    }

    /** Writes a float. */
    public static void f32(long address, float value) {
        ALL.set(JAVA_FLOAT_UNALIGNED, address, value);
    }

    /** Writes a double. */
    public static void f64(long address, double value) {
        ALL.set(JAVA_DOUBLE_UNALIGNED, address, value);
    }

    /** Writes the low byte. */
    public static void i8(long address, int value) {
        ALL.set(JAVA_BYTE, address, (byte) value);
    }

    /** Writes the low 16 bits. */
    public static void i16(long address, int value) {
        ALL.set(JAVA_SHORT_UNALIGNED, address, (short) value);
    }

    /** Writes an int. */
    public static void i32(long address, int value) {
        ALL.set(JAVA_INT_UNALIGNED, address, value);
    }

    /** Writes a long. */
    public static void i64(long address, long value) {
        ALL.set(JAVA_LONG_UNALIGNED, address, value);
    }
}
