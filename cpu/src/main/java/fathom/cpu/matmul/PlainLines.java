package fathom.cpu.matmul;

import fathom.cpu.memory.Memory;

/** The scalar loops of {@link Lines}. */
final class PlainLines {
    private PlainLines() {}

    static void toArray(long from, long fromStep, float[] array, int to, int toStep, int n, int count) {
        for (int line = 0; line < count; line++) {
            for (int i = 0; i < n; i++) {
                array[to + i] = Memory.getFloat(from + 4L * i);
            }
            from += fromStep;
            to += toStep;
        }
    }

    static void toArray(long from, long fromStep, double[] array, int to, int toStep, int n, int count) {
        for (int line = 0; line < count; line++) {
            for (int i = 0; i < n; i++) {
                array[to + i] = Memory.getDouble(from + 8L * i);
            }
            from += fromStep;
            to += toStep;
        }
    }

    static void copy(Elem elem, long from, long fromStep, long to, long toStep, int n, int count) {
        Pack.any(elem, new Mat(from, fromStep, elem.size()), new Mat(to, toStep, elem.size()), count, n);
    }

    static void addFloats(long to, long from, int n) {
        for (int j = 0; j < n; j++) {
            Memory.setFloat(to + 4L * j, Memory.getFloat(to + 4L * j) + Memory.getFloat(from + 4L * j));
        }
    }

    static void addDoubles(long to, long from, int n) {
        for (int j = 0; j < n; j++) {
            Memory.setDouble(to + 8L * j, Memory.getDouble(to + 8L * j) + Memory.getDouble(from + 8L * j));
        }
    }
}
