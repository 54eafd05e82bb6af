package fathom.interop.onnx.export;

import fathom.DType;
import org.jspecify.annotations.Nullable;

/** A value of one trace: an input, a parameter or buffer, a constant, or the result of an operation. */
final class TracedValue {
    final int id;
    final DType type;
    final long[] shape;

    /** Whether it is computed from neither inputs nor parameters or buffers. */
    final boolean isConstant;

    /** The name of the parameter or buffer; null for other values. */
    final @Nullable String state;

    /** The number of the input; -1 for other values. */
    final int input;

    /** The elements of a constant; null while unknown, and for values that are none. */
    byte @Nullable [] elements;

    /** Whether its memory was never written: a constant whose elements do not matter. */
    boolean isUninitialised;

    TracedValue(int id, DType type, long[] shape, boolean isConstant, @Nullable String state, int input) {
        this.id = id;
        this.type = type;
        this.shape = shape;
        this.isConstant = isConstant;
        this.state = state;
        this.input = input;
    }
}
