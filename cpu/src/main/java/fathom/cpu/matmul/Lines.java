package fathom.cpu.matmul;

import fathom.cpu.warmup.WarmUp;
import java.lang.foreign.Arena;

/**
 * Copies and adds lines of contiguous elements, in vector code, or in scalar loops until the vector code is compiled.
 * Steps are strides, in bytes for addresses and in elements for arrays.
 */
public final class Lines {
    /** Elements after which the vector code is warmed up. */
    private static final long WARM_UP_THRESHOLD = 30_000;

    private static final int WARM_UP_CALLS = 80;

    /** Upper bound, in nanoseconds, of a warm-up round once the code is compiled. */
    private static final long COMPILED_NANOS = 800;

    private static final WarmUp FLOATS = new WarmUp(WARM_UP_THRESHOLD, () -> exercise(Elem.FLOAT));
    private static final WarmUp DOUBLES = new WarmUp(WARM_UP_THRESHOLD, () -> exercise(Elem.DOUBLE));

    private Lines() {}

    /**
     * Copies lines into an array. The elements after a line, up to the end of a vector, may be overwritten, so adjacent
     * lines must be copied in ascending order.
     *
     * @param from address of the first line
     * @param array a {@code float[]} or {@code double[]}
     * @param to index of the first line's copy
     * @param n elements in a line
     * @param count number of lines
     */
    static void toArray(long from, long fromStep, Object array, int to, int toStep, int n, int count) {
        if (array instanceof float[] floats) {
            if (FLOATS.isDone((long) n * count)) {
                VectorLines.toArray(from, fromStep, floats, to, toStep, n, count);
            } else {
                PlainLines.toArray(from, fromStep, floats, to, toStep, n, count);
            }
        } else {
            var doubles = (double[]) array;
            if (DOUBLES.isDone((long) n * count)) {
                VectorLines.toArray(from, fromStep, doubles, to, toStep, n, count);
            } else {
                PlainLines.toArray(from, fromStep, doubles, to, toStep, n, count);
            }
        }
    }

    /** Copies lines of n elements, each zero-padded to {@code padded} elements, a multiple of a vector. */
    static void copyPadded(Elem elem, long from, long fromStep, long to, long toStep, int n, int padded, int count) {
        if (warmUp(elem).isDone((long) n * count)) {
            VectorLines.copyPadded(from, fromStep, to, toStep, n * elem.size(), count);
        } else {
            PlainLines.copy(elem, from, fromStep, to, toStep, n, count);
            Pack.zeroColumns(elem, to, toStep, count, n, padded);
        }
    }

    /** Copies lines of n elements. */
    public static void copy(Elem elem, long from, long fromStep, long to, long toStep, int n, int count) {
        if (warmUp(elem).isDone((long) n * count)) {
            VectorLines.copy(from, fromStep, to, toStep, n * elem.size(), count);
        } else {
            PlainLines.copy(elem, from, fromStep, to, toStep, n, count);
        }
    }

    /** Adds n contiguous elements to n others. */
    public static void add(Elem elem, long to, long from, int n) {
        boolean ready = warmUp(elem).isDone(n);
        if (elem == Elem.FLOAT) {
            if (ready) {
                VectorLines.addFloats(to, from, n);
            } else {
                PlainLines.addFloats(to, from, n);
            }
        } else if (ready) {
            VectorLines.addDoubles(to, from, n);
        } else {
            PlainLines.addDoubles(to, from, n);
        }
    }

    private static WarmUp warmUp(Elem elem) {
        return elem == Elem.FLOAT ? FLOATS : DOUBLES;
    }

    /**
     * Runs all vector code until it is compiled, on lines shorter and longer than a vector. The compiler counts calls,
     * so most calls have a single short line.
     */
    private static boolean exercise(Elem elem) {
        int n = elem.tileColumns() + 3;
        long step = (n + (long) elem.lanes()) * elem.size();
        try (var arena = Arena.ofConfined()) {
            long from = arena.allocate(2 * step, 64).address();
            long to = arena.allocate(2 * step, 64).address();
            int capacity = 2 * n + elem.lanes();
            var array = elem == Elem.FLOAT ? new float[capacity] : new double[capacity];
            return WarmUp.untilFast(
                    COMPILED_NANOS * WARM_UP_CALLS,
                    () -> {
                        for (int i = 0; i < WARM_UP_CALLS; i += 8) {
                            exercise(elem, from, to, step, array, n, 2);
                            exercise(elem, from, to, step, array, elem.tileColumns(), 1);
                            for (int j = 2; j < 8; j++) {
                                exercise(elem, from, to, step, array, 3, 1);
                            }
                        }
                    });
        }
    }

    private static void exercise(Elem elem, long from, long to, long step, Object array, int n, int count) {
        int size = elem.size();
        VectorLines.copy(from, step, to, step, n * size, count);
        VectorLines.copyPadded(from, step, to, step, n * size, count);
        if (array instanceof float[] floats) {
            VectorLines.toArray(from, step, floats, 0, n, n, count);
            VectorLines.addFloats(to, from, n);
        } else {
            VectorLines.toArray(from, step, (double[]) array, 0, n, n, count);
            VectorLines.addDoubles(to, from, n);
        }
    }
}
