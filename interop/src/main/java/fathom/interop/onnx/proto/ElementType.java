package fathom.interop.onnx.proto;

import fathom.DType;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The element types of ONNX, and Fathom's for them. */
public enum ElementType {
    /** 32-bit floating point. */
    FLOAT(1, DType.FLOAT32),
    /** Unsigned 8-bit integers. */
    UINT8(2, DType.UINT8),
    /** Signed 8-bit integers. */
    INT8(3, DType.INT8),
    /** Unsigned 16-bit integers. */
    UINT16(4, null),
    /** Signed 16-bit integers. */
    INT16(5, DType.INT16),
    /** Signed 32-bit integers. */
    INT32(6, DType.INT32),
    /** Signed 64-bit integers. */
    INT64(7, DType.INT64),
    /** Strings. */
    STRING(8, null),
    /** Booleans. */
    BOOL(9, DType.BOOL),
    /** 16-bit floating point. */
    FLOAT16(10, DType.FLOAT16),
    /** 64-bit floating point. */
    DOUBLE(11, DType.FLOAT64),
    /** Unsigned 32-bit integers. */
    UINT32(12, null),
    /** Unsigned 64-bit integers. */
    UINT64(13, null),
    /** Complex numbers of 32-bit parts. */
    COMPLEX64(14, null),
    /** Complex numbers of 64-bit parts. */
    COMPLEX128(15, null),
    /** The upper half of a 32-bit floating-point number. */
    BFLOAT16(16, DType.BFLOAT16);

    private final int number;
    private final @Nullable DType dtype;

    ElementType(int number, @Nullable DType dtype) {
        this.number = number;
        this.dtype = dtype;
    }

    /** {@return the number in files} */
    public int number() {
        return number;
    }

    /** {@return Fathom's type; null if it has none} */
    public static @Nullable DType dtype(long number) {
        for (ElementType t : values()) {
            if (t.number == number) {
                return t.dtype;
            }
        }
        return null;
    }

    /** {@return the number in files of Fathom's type} */
    public static int number(DType dtype) {
        for (ElementType t : values()) {
            if (t.dtype == dtype) {
                return t.number;
            }
        }
        throw new IllegalArgumentException("ONNX has no type for " + dtype);
    }

    /** {@return ONNX's name for the type with this number} */
    public static String name(long number) {
        for (ElementType t : values()) {
            if (t.number == number) {
                return t.name().toLowerCase(Locale.ROOT);
            }
        }
        return "type " + number;
    }
}
