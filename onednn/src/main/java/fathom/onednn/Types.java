package fathom.onednn;

import fathom.DType;

/** Element types that oneDNN computes with here. */
final class Types {
    private Types() {}

    /** oneDNN's number of a type, or -1 if it is left to other backends. */
    static int of(DType type) {
        return switch (type) {
            case FLOAT32 -> Dnnl.F32;
            case BFLOAT16 -> Dnnl.BF16;
            default -> -1;
        };
    }
}
