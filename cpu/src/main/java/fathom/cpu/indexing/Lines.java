package fathom.cpu.indexing;

import fathom.cpu.parallel.Parallel;
import fathom.cpu.parallel.RangeBody;
import fathom.primitive.Operand;

/**
 * A loop over the lines of several operands along one dimension, that is over all indices of the other dimensions. The
 * operands may differ in the extent of that dimension only.
 */
public final class Lines {
    /** The work on one line. */
    @FunctionalInterface
    public interface Body {
        /**
         * @param at the address of the line's first element, per operand; valid during the call only
         */
        void run(long[] at);
    }

    /** Elements per part of a line. */
    private static final long CHUNK = 1 << 14;

    /** Lines are split into parts if there are fewer than this. */
    private static final long MIN_LINES = 16;

    private final long[] extents;
    private final long[][] strides;
    private final long[] addresses;
    private final long count;

    /**
     * @param shape the extents of the other dimensions; that of {@code dim} is ignored
     * @param dim the dimension of the lines; if negative, each element is a line
     * @param operands the operands
     */
    public Lines(long[] shape, int dim, Operand... operands) {
        int rank = shape.length;
        int others = dim < 0 || rank == 0 ? rank : rank - 1;
        extents = new long[others];
        strides = new long[operands.length][others];
        addresses = new long[operands.length];
        long lines = 1;
        for (int d = 0, i = 0; d < rank; d++) {
            if (d != dim) {
                extents[i] = shape[d];
                lines *= shape[d];
                for (int k = 0; k < operands.length; k++) {
                    strides[k][i] = operands[k].strides()[d] * operands[k].dtype().size();
                }
                i++;
            }
        }
        for (int k = 0; k < operands.length; k++) {
            addresses[k] = operands[k].address();
        }
        count = lines;
    }

    /** {@return the stride of a dimension in bytes; 0 for a 0-d operand} */
    public static long step(Operand o, int dim) {
        return o.rank() == 0 ? 0 : o.strides()[dim] * o.dtype().size();
    }

    /** {@return the extent of a dimension; 1 for a 0-d operand} */
    static long extent(Operand o, int dim) {
        return o.rank() == 0 ? 1 : o.shape()[dim];
    }

    /** Calls {@code body} for all lines in row-major order. */
    void forEach(Body body) {
        run(0, count, body);
    }

    /**
     * Calls {@code body} for all lines, on several threads.
     *
     * @param length the approximate number of elements per line
     */
    public void forEachParallel(long length, Body body) {
        Parallel.forRange(count, Math.max(1, 8192 / Math.max(1, length)), new Chunk(body));
    }

    /** The work on a part of a line. */
    @FunctionalInterface
    interface PartBody {
        /**
         * @param at the address of the line's first element, per operand; valid during the call only
         * @param from the first index of the part
         * @param to one past the last
         */
        void run(long[] at, long from, long to);
    }

    /** Calls {@code body} for disjoint parts of all lines, on several threads; long lines are split. */
    void forEachPart(long length, PartBody body) {
        if (length < 2 * CHUNK || count >= MIN_LINES) {
            forEachParallel(length, at -> body.run(at, 0, length));
        } else {
            forEach(at -> Parallel.forRange(length, CHUNK, (from, to) -> body.run(at, from, to)));
        }
    }

    /** The work on a range of lines; not a lambda, which would add a call to inline. */
    private final class Chunk implements RangeBody {
        private final Body body;

        Chunk(Body body) {
            this.body = body;
        }

        @Override
        public void run(long from, long to) {
            Lines.this.run(from, to, body);
        }
    }

    private void run(long from, long to, Body body) {
        if (from >= to) {
            return;
        }
        int rank = extents.length;
        var index = new long[rank];
        var at = addresses.clone();
        long inner = from;
        for (int d = rank - 1; d >= 0; d--) {
            index[d] = inner % extents[d];
            inner /= extents[d];
            for (int k = 0; k < at.length; k++) {
                at[k] += index[d] * strides[k][d];
            }
        }
        for (long line = from; line < to; line++) {
            body.run(at);
            for (int d = rank - 1; d >= 0; d--) {
                boolean carry = ++index[d] == extents[d];
                long steps = carry ? 1 - extents[d] : 1;
                for (int k = 0; k < at.length; k++) {
                    at[k] += steps * strides[k][d];
                }
                if (!carry) {
                    break;
                }
                index[d] = 0;
            }
        }
    }
}
