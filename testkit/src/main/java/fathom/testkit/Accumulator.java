package fathom.testkit;

import fathom.DType;
import fathom.primitive.Operand;

/** An accumulator: in double for floating types, in wrapping 64-bit integers for the others. */
final class Accumulator {
    private final boolean floating;
    private double real;
    private long whole;

    Accumulator(DType type) {
        floating = type.isFloating();
    }

    void reset() {
        real = 0;
        whole = 0;
    }

    void add(Operand a, long offset) {
        if (floating) {
            real += Cells.getDouble(a, offset);
        } else {
            whole += Cells.getLong(a, offset);
        }
    }

    void addProduct(Operand a, long aOffset, Operand b, long bOffset) {
        if (floating) {
            real += Cells.getDouble(a, aOffset) * Cells.getDouble(b, bOffset);
        } else {
            whole += Cells.getLong(a, aOffset) * Cells.getLong(b, bOffset);
        }
    }

    void store(Operand out, long offset) {
        if (floating) {
            Cells.set(out, offset, real);
        } else {
            Cells.set(out, offset, whole);
        }
    }
}
