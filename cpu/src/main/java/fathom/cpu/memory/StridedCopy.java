package fathom.cpu.memory;

import static fathom.cpu.memory.Memory.ALL;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** Copies blocks of elements of 1, 2, 4 or 8 bytes between strided and contiguous memory. */
public final class StridedCopy {
    private StridedCopy() {}

    /**
     * Copies a block between two layouts.
     *
     * @param size bytes per element
     * @param rank the number of dimensions of the block
     * @param extents its extents, outermost first
     * @param to the address of the first element written
     * @param toStrides strides in bytes
     * @param from the address of the first element read
     * @param fromStrides strides in bytes
     */
    public static void copy(
            int size, int rank, long[] extents, long to, long[] toStrides, long from, long[] fromStrides) {
        if (rank == 0) {
            rows(size, 1, 1, to, 0, 0, from, 0, 0);
        } else if (rank == 1) {
            rows(size, 1, extents[0], to, 0, toStrides[0], from, 0, fromStrides[0]);
        } else {
            level(0, size, rank, extents, to, toStrides, from, fromStrides);
        }
    }

    private static void level(
            int d, int size, int rank, long[] extents, long to, long[] toStrides, long from, long[] fromStrides) {
        if (d == rank - 2) {
            long rows = extents[d];
            long n = extents[d + 1];
            if (size == Integer.BYTES && fromStrides[d + 1] == size && toStrides[d] == size) {
                Transpose.copy(rows, n, from, fromStrides[d], to, toStrides[d + 1]);
                return;
            }
            if (size == Integer.BYTES && fromStrides[d] == size && toStrides[d + 1] == size) {
                Transpose.copy(n, rows, from, fromStrides[d + 1], to, toStrides[d]);
                return;
            }
            long rowSpan = Math.max(Math.abs(toStrides[d]), Math.abs(fromStrides[d]));
            long span = Math.max(Math.abs(toStrides[d + 1]), Math.abs(fromStrides[d + 1]));
            if (rowSpan < span
                    || n < 8 && rows > n) { // the loop with the smaller stride goes inside, unless it is very short
                rows(size, n, rows, to, toStrides[d + 1], toStrides[d], from, fromStrides[d + 1], fromStrides[d]);
            } else {
                rows(size, rows, n, to, toStrides[d], toStrides[d + 1], from, fromStrides[d], fromStrides[d + 1]);
            }
            return;
        }
        for (long i = 0; i < extents[d]; i++) {
            level(d + 1, size, rank, extents, to + i * toStrides[d], toStrides, from + i * fromStrides[d], fromStrides);
        }
    }

    private static void rows(
            int size, long rows, long n, long to, long toRow, long toStep, long from, long fromRow, long fromStep) {
        boolean dense = toStep == size && fromStep == size && n * size >= 64;
        for (long r = 0; r < rows; r++) {
            if (dense) {
                MemorySegment.copy(ALL, from, ALL, to, n * size);
            } else {
                row(size, (int) n, to, toStep, from, fromStep); // blocks are small
            }
            to += toRow;
            from += fromRow;
        }
    }

    private static void row(int size, int n, long to, long toStep, long from, long fromStep) {
        switch (size) {
            case 1 -> {
                for (int i = 0; i < n; i++) {
                    ALL.set(JAVA_BYTE, to + i * toStep, ALL.get(JAVA_BYTE, from + i * fromStep));
                }
            }
            case 2 -> {
                for (int i = 0; i < n; i++) {
                    ALL.set(JAVA_SHORT_UNALIGNED, to + i * toStep, ALL.get(JAVA_SHORT_UNALIGNED, from + i * fromStep));
                }
            }
            case 4 -> {
                for (int i = 0; i < n; i++) {
                    ALL.set(JAVA_INT_UNALIGNED, to + i * toStep, ALL.get(JAVA_INT_UNALIGNED, from + i * fromStep));
                }
            }
            default -> {
                for (int i = 0; i < n; i++) {
                    ALL.set(JAVA_LONG_UNALIGNED, to + i * toStep, ALL.get(JAVA_LONG_UNALIGNED, from + i * fromStep));
                }
            }
        }
    }
}
