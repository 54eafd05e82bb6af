package fathom.onednn;

import fathom.primitive.Operand;
import fathom.primitive.Primitive;
import java.util.Arrays;

/**
 * The cache key of a {@link Plan}: the primitive, and its operands' types, shapes and strides, but not their addresses.
 */
final class Signature {
    private final Primitive primitive;
    private final long[] layouts;
    private final int hash;

    Signature(Primitive primitive, Operand[] in, Operand[] out) {
        this.primitive = primitive;
        int length = 0;
        for (var operand : in) {
            length += 1 + 2 * operand.shape().length;
        }
        for (var operand : out) {
            length += 1 + 2 * operand.shape().length;
        }
        layouts = new long[length];
        int at = 0;
        for (var operand : in) {
            at = add(operand, at);
        }
        for (var operand : out) {
            at = add(operand, at);
        }
        hash = 31 * primitive.hashCode() + Arrays.hashCode(layouts);
    }

    private int add(Operand operand, int at) {
        int rank = operand.shape().length;
        layouts[at++] = ((long) rank << 8) | operand.dtype().ordinal();
        System.arraycopy(operand.shape(), 0, layouts, at, rank);
        System.arraycopy(operand.strides(), 0, layouts, at + rank, rank);
        return at + 2 * rank;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Signature s
                && s.hash == hash
                && s.primitive.equals(primitive)
                && Arrays.equals(s.layouts, layouts);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
