package fathom.testkit;

import fathom.DType;
import fathom.primitive.Operand;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Element access for operands of any type: reads and writes single elements, with the type's rounding or wrap-around.
 */
final class Cells {
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private Cells() {}

    /** {@return element {@code offset} of an operand of any type, as a double} */
    static double getDouble(Operand o, long offset) {
        long at = o.address() + offset * o.dtype().size();
        return switch (o.dtype()) {
            case FLOAT32 -> ALL.get(ValueLayout.JAVA_FLOAT_UNALIGNED, at);
            case FLOAT64 -> ALL.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, at);
            case BFLOAT16 -> NarrowRounding.fromBfloat16(ALL.get(ValueLayout.JAVA_SHORT_UNALIGNED, at));
            case FLOAT16 -> Float.float16ToFloat(ALL.get(ValueLayout.JAVA_SHORT_UNALIGNED, at));
            default -> getLong(o, offset);
        };
    }

    /** {@return element {@code offset} of an integer operand (uint8 as 0 to 255) or a bool one (0 or 1)} */
    static long getLong(Operand o, long offset) {
        long at = o.address() + offset * o.dtype().size();
        return switch (o.dtype()) {
            case INT64 -> ALL.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
            case INT32 -> ALL.get(ValueLayout.JAVA_INT_UNALIGNED, at);
            case INT16 -> ALL.get(ValueLayout.JAVA_SHORT_UNALIGNED, at);
            case INT8 -> ALL.get(ValueLayout.JAVA_BYTE, at);
            case UINT8 -> ALL.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
            case BOOL -> ALL.get(ValueLayout.JAVA_BYTE, at) != 0 ? 1 : 0;
            default -> throw new IllegalArgumentException(o.dtype() + " holds no integers");
        };
    }

    /** Writes a number to a floating operand, rounded to its type. */
    static void set(Operand o, long offset, double value) {
        long at = o.address() + offset * o.dtype().size();
        switch (o.dtype()) {
            case FLOAT32 -> ALL.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, (float) value);
            case FLOAT64 -> ALL.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, at, value);
            case BFLOAT16 -> ALL.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, NarrowRounding.toBfloat16((float) value));
            case FLOAT16 -> ALL.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, Float.floatToFloat16((float) value));
            default -> throw new IllegalArgumentException(o.dtype() + " is not a floating type");
        }
    }

    /** Writes a number to an integer operand, keeping its low bits, or to a bool one. */
    static void set(Operand o, long offset, long value) {
        long at = o.address() + offset * o.dtype().size();
        switch (o.dtype()) {
            case INT64 -> ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, at, value);
            case INT32 -> ALL.set(ValueLayout.JAVA_INT_UNALIGNED, at, (int) value);
            case INT16 -> ALL.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, (short) value);
            case INT8, UINT8 -> ALL.set(ValueLayout.JAVA_BYTE, at, (byte) value);
            case BOOL -> ALL.set(ValueLayout.JAVA_BYTE, at, (byte) (value != 0 ? 1 : 0));
            default -> throw new IllegalArgumentException(o.dtype() + " is not an integer type");
        }
    }

    /** Copies one element between operands of one type. */
    static void copy(Operand from, long fromOffset, Operand to, long toOffset) {
        if (from.dtype().isFloating()) {
            set(to, toOffset, getDouble(from, fromOffset));
        } else {
            set(to, toOffset, getLong(from, fromOffset));
        }
    }

    /** {@return a number's low bits as a value of an integer type; for bool, whether it is nonzero} */
    static long wrap(DType type, long value) {
        return switch (type) {
            case INT32 -> (int) value;
            case INT16 -> (short) value;
            case INT8 -> (byte) value;
            case UINT8 -> value & 0xFF;
            case BOOL -> value != 0 ? 1 : 0;
            default -> value;
        };
    }
}
