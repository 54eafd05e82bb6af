package fathom.cpu.memory;

/** Turns matrices of four-byte elements, two by two of them with two reads and two writes. */
public final class Transpose {
    private static final long SIZE = Integer.BYTES;

    /** The first of the two elements in a long. */
    private static final long LOW = 0xffff_ffffL;

    private Transpose() {}

    /**
     * Copies rows to columns.
     *
     * @param rows how many there are to be read, each of contiguous elements
     * @param columns elements of each, which become rows of contiguous elements
     * @param from address of the first row that is read
     * @param fromRow bytes from one to the next
     * @param to address of the first row that is written
     * @param toRow bytes from one to the next
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
