package fathom.cpu.codegen;

import fathom.DType;

/** The types in which machine code computes. */
enum Lane {
    F32,
    F64,
    I32,
    I64,
    /** A boolean: an int 0 or 1 in scalar code, a mask in vector code. */
    BOOL;

    boolean isFloating() {
        return this == F32 || this == F64;
    }

    boolean is64() {
        return this == F64 || this == I64;
    }

    /** {@return the lane in which values of a tensor type are computed} */
    static Lane of(DType type) {
        return switch (type) {
            case FLOAT32, BFLOAT16, FLOAT16 -> F32;
            case FLOAT64 -> F64;
            case INT64 -> I64;
            case INT32, INT16, INT8, UINT8 -> I32;
            case BOOL -> BOOL;
        };
    }
}
