package fathom.cuda.indexing;

import fathom.DType;
import fathom.cuda.code.ElementType;
import fathom.primitive.indexing.ScatterReduce.Mode;

/** How values that meet at one element are combined. */
final class Combining {
    private Combining() {}

    /** {@return an expression for the combination of two values in registers} */
    static String of(Mode mode, DType type, String a, String b) {
        if (mode == Mode.SET) {
            return b;
        }
        if (type == DType.BOOL) {
            return mode == Mode.ADD || mode == Mode.MAX ? a + " | " + b : a + " & " + b;
        }
        boolean isReal = type.isFloating();
        return switch (mode) {
            case ADD -> isReal ? a + " + " + b : "wrap_add(" + a + ", " + b + ")";
            case PROD -> isReal ? a + " * " + b : "wrap_mul(" + a + ", " + b + ")";
            case MAX -> isReal ? "f_max(" + a + ", " + b + ")" : "(" + a + " > " + b + " ? " + a + " : " + b + ")";
            default -> isReal ? "f_min(" + a + ", " + b + ")" : "(" + a + " < " + b + " ? " + a + " : " + b + ")";
        };
    }

    /** {@return the type of partial results in memory} */
    static String partial(DType type) {
        return type == DType.BOOL ? "unsigned char" : ElementType.computed(type);
    }

    /** {@return the size of a partial result} */
    static int partialBytes(DType type) {
        return switch (type) {
            case BOOL -> 1;
            case FLOAT32, BFLOAT16, FLOAT16 -> 4;
            default -> 8;
        };
    }
}
