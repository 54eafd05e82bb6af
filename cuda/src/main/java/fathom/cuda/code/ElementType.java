package fathom.cuda.code;

import fathom.DType;

/** How values of an element type are written in CUDA C: in memory, and in registers. */
public final class ElementType {
    private ElementType() {}

    /** {@return the type in memory: {@code float}, {@code bf16}} */
    public static String stored(DType type) {
        return switch (type) {
            case FLOAT32 -> "float";
            case FLOAT64 -> "double";
            case BFLOAT16 -> "bf16";
            case FLOAT16 -> "f16";
            case INT64 -> "i64";
            case INT32 -> "int";
            case INT16 -> "short";
            case INT8 -> "signed char";
            case UINT8, BOOL -> "unsigned char";
        };
    }

    /** {@return the type in registers: {@code float} also for narrow floating types, {@code i64} for integers} */
    public static String computed(DType type) {
        return switch (type) {
            case FLOAT64 -> "double";
            case FLOAT32, BFLOAT16, FLOAT16 -> "float";
            case BOOL -> "bool";
            default -> "i64";
        };
    }

    /** {@return an expression for the value in registers of an element in memory} */
    public static String load(DType type, String element) {
        return switch (type) {
            case BFLOAT16, FLOAT16 -> "widen(" + element + ")";
            case BOOL -> "(" + element + " != 0)";
            case FLOAT32, FLOAT64 -> element;
            default -> "(i64) " + element;
        };
    }

    /** {@return an expression for the element in memory of a value in registers} */
    public static String store(DType type, String value) {
        return switch (type) {
            case BFLOAT16 -> "to_bf16(" + value + ")";
            case FLOAT16 -> "to_f16(" + value + ")";
            default -> "(" + stored(type) + ") (" + value + ")";
        };
    }
}
