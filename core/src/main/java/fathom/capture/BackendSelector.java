package fathom.capture;

import fathom.primitive.Backend;
import fathom.primitive.Computed;
import fathom.primitive.Operand;

/** Selects the backend for a primitive and its operands. */
@FunctionalInterface
public interface BackendSelector {
    /** {@return the backend} */
    Backend choose(Computed primitive, Operand[] in, Operand[] out);
}
