package fathom.cpu.indexing;

import fathom.DType;
import fathom.cpu.codegen.Mem;

/** Access to single elements of any type, as a double or as a long. */
final class Cells {
    private Cells() {}

    /** {@return an element of a floating type} */
    static double getDouble(DType type, long address) {
        return switch (type) {
            case FLOAT32 -> Mem.f32(address);
            case FLOAT64 -> Mem.f64(address);
            case BFLOAT16 -> Float.intBitsToFloat(Mem.i16(address) << 16);
            case FLOAT16 -> Float.float16ToFloat(Mem.i16(address));
            default -> getLong(type, address);
        };
    }

    /** Writes an element of a floating type, rounded to nearest. */
    static void set(DType type, long address, double value) {
        switch (type) {
            case FLOAT32 -> Mem.f32(address, (float) value);
            case FLOAT64 -> Mem.f64(address, value);
            case BFLOAT16 -> Mem.i16(address, toBfloat16((float) value));
            case FLOAT16 -> Mem.i16(address, Float.floatToFloat16((float) value));
            default -> set(type, address, (long) value);
        }
    }

    private static int toBfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        return Float.isNaN(value) ? 0x7fc0 : bits + 0x7fff + (bits >>> 16 & 1) >>> 16;
    }

    /** {@return an integer or bool} */
    static long getLong(DType type, long address) {
        return switch (type) {
            case INT64 -> Mem.i64(address);
            case INT32 -> Mem.i32(address);
            case INT16 -> Mem.i16(address);
            case INT8 -> Mem.i8(address);
            case UINT8 -> Mem.u8(address);
            case BOOL -> Mem.bool(address);
            default -> throw new IllegalArgumentException("expected an integer type, got " + type);
        };
    }

    /** Writes an integer, wrapped to the width of the type, or a bool. */
    static void set(DType type, long address, long value) {
        switch (type) {
            case INT64 -> Mem.i64(address, value);
            case INT32 -> Mem.i32(address, (int) value);
            case INT16 -> Mem.i16(address, (int) value);
            case INT8, UINT8 -> Mem.i8(address, (int) value);
            case BOOL -> Mem.i8(address, value != 0 ? 1 : 0);
            default -> throw new IllegalArgumentException("expected an integer type, got " + type);
        }
    }

    /** Copies an element of 1, 2, 4 or 8 bytes. */
    static void copy(int size, long to, long from) {
        switch (size) {
            case 1 -> Mem.i8(to, Mem.i8(from));
            case 2 -> Mem.i16(to, Mem.i16(from));
            case 4 -> Mem.i32(to, Mem.i32(from));
            default -> Mem.i64(to, Mem.i64(from));
        }
    }

    /** {@return a number with the same order as the elements: NaN is the maximum, zeros of both signs are equal} */
    static long orderKey(DType type, long address) {
        if (!type.isFloating()) {
            return getLong(type, address);
        }
        double value = getDouble(type, address) + 0.0; // -0 becomes 0
        if (type == DType.FLOAT64) {
            long bits = Double.doubleToLongBits(value);
            return bits < 0 ? bits ^ Long.MAX_VALUE : bits;
        }
        int bits = Float.floatToIntBits((float) value);
        return bits < 0 ? bits ^ Integer.MAX_VALUE : bits;
    }
}
