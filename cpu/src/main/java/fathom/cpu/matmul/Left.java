package fathom.cpu.matmul;

import fathom.cpu.memory.Memory;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

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

    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
    private static final ThreadLocal<Left[]> MINE = ThreadLocal.withInitial(() -> new Left[Elem.values().length]);

    private final Elem elem;
    private final Object array;

    Left(Elem elem) {
        this.elem = elem;
        this.array = elem == Elem.FLOAT ? new float[LENGTH * PITCH] : new double[LENGTH * PITCH];
    }

    /** The calling thread's block for an element type. */
    public static Left mine(Elem elem) {
        var all = MINE.get();
        var mine = all[elem.ordinal()];
        if (mine == null) {
            mine = new Left(elem);
            all[elem.ordinal()] = mine;
        }
        return mine;
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
        if (a.columnStep() != size && a.rowStep() == size) {
            for (int p = 0; p < depth; p++) {
                line(a.at(0, p), p * PITCH, rows);
            }
            return false;
        }
        for (int i = 0; i < rows; i++) {
            if (a.columnStep() == size) {
                line(a.at(i, 0), i * PITCH, depth);
            } else {
                scattered(a.at(i, 0), a.columnStep(), i * PITCH, depth);
            }
        }
        return true;
    }

    /** Copies n contiguous elements from an address to an index. */
    public void line(long from, int to, int n) {
        if (array instanceof float[] floats) {
            floatLine(from, floats, to, n);
        } else {
            doubleLine(from, (double[]) array, to, n);
        }
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

    private static void floatLine(long from, float[] array, int to, int n) {
        var species = FloatVector.SPECIES_PREFERRED;
        int i = 0;
        for (; i <= n - species.length(); i += species.length()) {
            FloatVector.fromMemorySegment(species, Memory.ALL, from + 4L * i, LE).intoArray(array, to + i);
        }
        if (i < n) {
            var tail = species.indexInRange(i, n);
            FloatVector.fromMemorySegment(species, Memory.ALL, from + 4L * i, LE, tail).intoArray(array, to + i, tail);
        }
    }

    private static void doubleLine(long from, double[] array, int to, int n) {
        var species = DoubleVector.SPECIES_PREFERRED;
        int i = 0;
        for (; i <= n - species.length(); i += species.length()) {
            DoubleVector.fromMemorySegment(species, Memory.ALL, from + 8L * i, LE).intoArray(array, to + i);
        }
        if (i < n) {
            var tail = species.indexInRange(i, n);
            DoubleVector.fromMemorySegment(species, Memory.ALL, from + 8L * i, LE, tail).intoArray(array, to + i, tail);
        }
    }
}
