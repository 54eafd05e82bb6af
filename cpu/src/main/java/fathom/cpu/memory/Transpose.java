package fathom.cpu.memory;

/** Transposes matrices of four-byte elements, in blocks of two by two with two reads and two writes each. */
public final class Transpose {
    /** The size of an element. */
    public static final int ELEMENT_BYTES = Integer.BYTES;

    private static final long SIZE = ELEMENT_BYTES;

    /** Mask of the first of the two elements in a long. */
    private static final long LOW = 0xffff_ffffL;

    private Transpose() {}

    /**
     * Copies a matrix to its transpose.
     *
     * @param rows rows of the source, each of contiguous elements
     * @param columns columns of the source, the rows of the result
     * @param from address of the source
     * @param fromRow row stride of the source in bytes
     * @param to address of the result
     * @param toRow row stride of the result in bytes
     */
    public static void copy(long rows, long columns, long from, long fromRow, long to, long toRow) {
        long evenRows = rows & -2;
        long evenColumns = columns & -2;
        for (long r = 0; r < evenRows; r += 2) {
            twoRows((int) evenColumns, from + r * fromRow, fromRow, to + r * SIZE, toRow); // tiles are small
        }
        if (evenColumns < columns) {
            elements((int) evenRows, from + evenColumns * SIZE, fromRow, to + evenColumns * toRow, SIZE);
        }
        if (evenRows < rows) {
            elements((int) columns, from + evenRows * fromRow, SIZE, to + evenRows * SIZE, toRow);
        }
    }

    private static void twoRows(int columns, long from, long fromRow, long to, long toRow) {
        for (int c = 0; c < columns; c += 2) {
            long first = Memory.getLong(from + c * SIZE);
            long second = Memory.getLong(from + fromRow + c * SIZE);
            Memory.setLong(to + c * toRow, first & LOW | second << Integer.SIZE);
            Memory.setLong(to + (c + 1) * toRow, first >>> Integer.SIZE | second & ~LOW);
        }
    }

    private static void elements(int n, long from, long fromStep, long to, long toStep) {
        for (int i = 0; i < n; i++) {
            Memory.setInt(to + i * toStep, Memory.getInt(from + i * fromStep));
        }
    }
}
