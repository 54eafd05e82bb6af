package fathom.cpu.matmul;

import fathom.cpu.memory.Memory;
import fathom.cpu.parallel.Scratch;
import fathom.primitive.Operand;

/** Packs blocks of matrices in the layout that micro-kernels read. Elements have 4 or 8 bytes. */
public final class Pack {
    private Pack() {}

    /** Copies a matrix of any strides, element by element. */
    public static void any(Elem elem, Mat from, Mat to, long rows, int columns) {
        for (long i = 0; i < rows; i++) {
            long source = from.at(i, 0);
            long target = to.at(i, 0);
            if (elem == Elem.FLOAT) {
                for (int j = 0; j < columns; j++) {
                    Memory.setInt(target + j * to.columnStep(), Memory.getInt(source + j * from.columnStep()));
                }
            } else {
                for (int j = 0; j < columns; j++) {
                    Memory.setLong(target + j * to.columnStep(), Memory.getLong(source + j * from.columnStep()));
                }
            }
        }
    }

    /** {@return the address of a vector's contiguous elements: in place, or copied to a scratch slot} */
    public static long dense(Elem elem, Operand vector, int slot) {
        int n = Math.toIntExact(vector.shape()[0]);
        long step = vector.strides()[0] * elem.size();
        if (step == elem.size()) {
            return vector.address();
        }
        long row = Scratch.address(slot, (long) n * elem.size());
        any(elem, new Mat(vector.address(), 0, step), new Mat(row, 0, elem.size()), 1, n);
        return row;
    }

    /** Fills the columns {@code from} to {@code to} of rows with zeros. */
    static void zeroColumns(Elem elem, long address, long step, long rows, int from, int to) {
        for (long i = 0; i < rows && from < to; i++) {
            for (int j = from; j < to; j++) {
                if (elem == Elem.FLOAT) {
                    Memory.setInt(address + i * step + (long) j * Float.BYTES, 0);
                } else {
                    Memory.setLong(address + i * step + (long) j * Double.BYTES, 0);
                }
            }
        }
    }

    /**
     * Copies the transpose of rows of contiguous elements: {@code to(p, j) = from(j, p)}.
     *
     * @param from address of element (0, 0); rows are contiguous
     * @param fromStep row stride in bytes
     * @param to address of the copy
     * @param toStep row stride of the copy in bytes
     * @param depth rows of the copy
     * @param columns columns of the copy
     */
    static void transposed(Elem elem, long from, long fromStep, long to, long toStep, int depth, int columns) {
        int j = 0;
        for (; j + 4 <= columns; j += 4) {
            if (elem == Elem.FLOAT) {
                fourFloatColumns(from + j * fromStep, fromStep, to + 4L * j, toStep, depth);
            } else {
                fourDoubleColumns(from + j * fromStep, fromStep, to + 8L * j, toStep, depth);
            }
        }
        for (; j < columns; j++) {
            long size = elem.size();
            any(elem, new Mat(from + j * fromStep, size, 0), new Mat(to + j * size, toStep, 0), depth, 1);
        }
    }

    private static void fourFloatColumns(long from, long fromStep, long to, long toStep, int depth) {
        long from1 = from + fromStep;
        long from2 = from1 + fromStep;
        long from3 = from2 + fromStep;
        for (int p = 0; p < depth; p++) {
            long x = 4L * p;
            long target = to + p * toStep;
            Memory.setInt(target, Memory.getInt(from + x));
            Memory.setInt(target + 4, Memory.getInt(from1 + x));
            Memory.setInt(target + 8, Memory.getInt(from2 + x));
            Memory.setInt(target + 12, Memory.getInt(from3 + x));
        }
    }

    private static void fourDoubleColumns(long from, long fromStep, long to, long toStep, int depth) {
        long from1 = from + fromStep;
        long from2 = from1 + fromStep;
        long from3 = from2 + fromStep;
        for (int p = 0; p < depth; p++) {
            long x = 8L * p;
            long target = to + p * toStep;
            Memory.setLong(target, Memory.getLong(from + x));
            Memory.setLong(target + 8, Memory.getLong(from1 + x));
            Memory.setLong(target + 16, Memory.getLong(from2 + x));
            Memory.setLong(target + 24, Memory.getLong(from3 + x));
        }
    }
}
