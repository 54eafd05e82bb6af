package fathom.dispatch;

import static fathom.memory.Native.ALL;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import fathom.DType;

/** Access to single elements of any type in native memory: for printing and for small transfers. */
public final class Elements {
    private Elements() {}

    public static double getDouble(DType dtype, long address) {
        return switch (dtype) {
            case FLOAT32 -> ALL.get(JAVA_FLOAT_UNALIGNED, address);
            case FLOAT64 -> ALL.get(JAVA_DOUBLE_UNALIGNED, address);
            case BFLOAT16 -> Float.intBitsToFloat(ALL.get(JAVA_SHORT_UNALIGNED, address) << 16);
            case FLOAT16 -> Float.float16ToFloat(ALL.get(JAVA_SHORT_UNALIGNED, address));
            default -> getLong(dtype, address);
        };
    }

    public static long getLong(DType dtype, long address) {
        return switch (dtype) {
            case INT64 -> ALL.get(JAVA_LONG_UNALIGNED, address);
            case INT32 -> ALL.get(JAVA_INT_UNALIGNED, address);
            case INT16 -> ALL.get(JAVA_SHORT_UNALIGNED, address);
            case INT8 -> ALL.get(JAVA_BYTE, address);
            case UINT8, BOOL -> ALL.get(JAVA_BYTE, address) & 0xFF;
            default -> (long) getDouble(dtype, address);
        };
    }

    public static void setDouble(DType dtype, long address, double value) {
        switch (dtype) {
            case FLOAT32 -> ALL.set(JAVA_FLOAT_UNALIGNED, address, (float) value);
            case FLOAT64 -> ALL.set(JAVA_DOUBLE_UNALIGNED, address, value);
            case BFLOAT16 -> ALL.set(JAVA_SHORT_UNALIGNED, address, toBfloat16((float) value));
            case FLOAT16 -> ALL.set(JAVA_SHORT_UNALIGNED, address, Float.floatToFloat16((float) value));
            case BOOL -> ALL.set(JAVA_BYTE, address, (byte) (value != 0 ? 1 : 0));
            default -> setLong(dtype, address, (long) value);
        }
    }

    public static void setLong(DType dtype, long address, long value) {
        switch (dtype) {
            case INT64 -> ALL.set(JAVA_LONG_UNALIGNED, address, value);
            case INT32 -> ALL.set(JAVA_INT_UNALIGNED, address, (int) value);
            case INT16 -> ALL.set(JAVA_SHORT_UNALIGNED, address, (short) value);
            case INT8, UINT8 -> ALL.set(JAVA_BYTE, address, (byte) value);
            case BOOL -> ALL.set(JAVA_BYTE, address, (byte) (value != 0 ? 1 : 0));
            default -> setDouble(dtype, address, value);
        }
    }

    /** Rounds to nearest, ties to even; NaN stays NaN. */
    public static short toBfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
    }
}
