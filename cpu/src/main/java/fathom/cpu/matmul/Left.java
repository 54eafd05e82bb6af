package fathom.cpu.matmul;

import fathom.cpu.memory.Memory;
import fathom.cpu.parallel.Scratch;

/**
 * A thread's packed block of the left operand: a Java array with a constant row (or column) stride, which makes the
 * micro-kernel's offsets constant and lets the compiler hoist its bounds checks.
 */
public final class Left {
    /** Stride of the packed rows (or columns, if packed by columns) in elements: {@link #LENGTH} plus a cache line. */
    public static final int PITCH = Elem.DEPTH + 16;

    /** Maximum length of a packed row, and maximum number of rows. */
    public static final int LENGTH = Elem.DEPTH;

    private final Elem elem;
    private final Object array;

    Left(Elem elem) {
        this.elem = elem;
        this.array = elem == Elem.FLOAT ? new float[LENGTH * PITCH] : new double[LENGTH * PITCH];
    }

    /** {@return the calling thread's block for an element type, part of its {@link Scratch}} */
    public static Left mine(Elem elem) {
        if (Scratch.kept(elem.ordinal()) instanceof Left mine) {
            return mine;
        }
        var made = new Left(elem);
        Scratch.keep(elem.ordinal(), made);
        return made;
    }

    /** {@return the packed elements, a {@code float[]} or {@code double[]}} */
    Object array() {
        return array;
    }

    /**
     * Packs a block of A: by columns if its columns are contiguous and its rows are not, otherwise by rows.
     *
     * @return whether it is packed by rows
     */
    boolean fill(Mat a, int rows, int depth) {
        int size = elem.size();
        if (a.columnStep() == size) {
            lines(a.address(), a.rowStep(), 0, PITCH, depth, rows);
        } else if (a.rowStep() == size) {
            lines(a.address(), a.columnStep(), 0, PITCH, rows, depth);
            return false;
        } else {
            for (int i = 0; i < rows; i++) {
                scattered(a.at(i, 0), a.columnStep(), i * PITCH, depth);
            }
        }
        return true;
    }

    /**
     * Copies lines of contiguous elements. The elements after a line, up to the end of a vector, may be overwritten.
     *
     * @param from the first line's address
     * @param fromStep line stride in bytes
     * @param to index of the first line's copy
     * @param toStep line stride of the copies in elements
     * @param n elements in a line
     * @param count number of lines
     */
    public void lines(long from, long fromStep, int to, int toStep, int n, int count) {
        Lines.toArray(from, fromStep, array, to, toStep, n, count);
    }

    /** Sets n elements to zero. */
    public void zero(int to, int n) {
        if (array instanceof float[] floats) {
            for (int i = to; i < to + n; i++) {
                floats[i] = 0;
            }
        } else {
            var doubles = (double[]) array;
            for (int i = to; i < to + n; i++) {
                doubles[i] = 0;
            }
        }
    }

    /** Copies n elements with a stride of {@code step} bytes. */
    public void scattered(long from, long step, int to, int n) {
        if (array instanceof float[] floats) {
            for (int i = 0; i < n; i++) {
                floats[to + i] = Memory.getFloat(from + i * step);
            }
        } else {
            var doubles = (double[]) array;
            for (int i = 0; i < n; i++) {
                doubles[to + i] = Memory.getDouble(from + i * step);
            }
        }
    }
}
