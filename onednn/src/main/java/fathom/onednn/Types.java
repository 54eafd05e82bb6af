package fathom.onednn;

import fathom.DType;

/** The element types that this backend supports. */
final class Types {
    private Types() {}

    /** {@return oneDNN's constant for a type, or -1 if this backend does not support it} */
    static int of(DType type) {
        return switch (type) {
            case FLOAT32 -> Dnnl.F32;
            case BFLOAT16 -> Dnnl.BF16;
            default -> -1;
        };
    }
}
