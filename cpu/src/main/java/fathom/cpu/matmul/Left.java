package fathom.cpu.matmul;

import fathom.cpu.memory.Memory;
import fathom.cpu.parallel.Scratch;

/**
 * The block of the left factor that a thread works on: a copy in a Java array with rows (or columns) a constant apart,
 * so that the micro-kernel's addresses are constants and its bounds checks leave the loop.
 */
public final class Left {
    /**
     * Elements from one row of the copy (or column, if it is by columns) to the next: a line more than {@link #LENGTH}.
     */
    public static final int PITCH = Elem.DEPTH + 16;

    /** Most elements in a row of the copy, and most rows of it. */
    public static final int LENGTH = Elem.DEPTH;

    private final Elem elem;
    private final Object array;

    Left(Elem elem) {
        this.elem = elem;
        this.array = elem == Elem.FLOAT ? new float[LENGTH * PITCH] : new double[LENGTH * PITCH];
    }

    /** The calling thread's block for an element type, part of its {@link Scratch}. */
    public static Left mine(Elem elem) {
        if (Scratch.kept(elem.ordinal()) instanceof Left mine) {
            return mine;
        }
        var made = new Left(elem);
        Scratch.keep(elem.ordinal(), made);
        return made;
    }

    /** The elements: a {@code float[]} or {@code double[]}. */
    Object array() {
        return array;
    }

    /**
     * Copies a block of A, by rows if its rows are contiguous, by columns if its columns are, otherwise by rows.
     *
     * @return whether the copy lies by rows
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
     * Copies lines of contiguous elements. What follows a line, up to a vector's end, may be overwritten.
     *
     * @param from the first line's address
     * @param fromStep bytes from one line to the next
     * @param to index of the first line's copy
     * @param toStep indices from one copy to the next
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

    /** Copies n elements that are {@code step} bytes apart. */
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
