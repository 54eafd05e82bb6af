package fathom.cpu.indexing;

import fathom.DType;
import fathom.cpu.codegen.Mem;
import fathom.primitive.Operand;

/** Binary search in sorted rows; where a row is searched often, within the bucket of a {@link GuideTable}. */
public final class Searching {
    /** Rows below are in the L1 cache and take few steps. */
    private static final long MIN_GUIDED_ROW = 32;

    /** Rows above, whose table would take megabytes of the heap, are searched without. */
    private static final long MAX_GUIDED_ROW = 1 << 18;

    private Searching() {}

    /**
     * Writes, for each value, how many numbers of its row are less, or less than or equal; NaN sorts after all numbers.
     */
    public static void searchSorted(Operand sorted, Operand values, Operand out, boolean right) {
        if (out.numel() == 0) {
            return;
        }
        int last = out.rank() - 1;
        DType type = values.dtype();
        boolean narrow = out.dtype() == DType.INT32;
        long m = sorted.shape()[last];
        long n = values.shape()[last];
        long row = Lines.step(sorted, last);
        long step = Lines.step(values, last);
        long to = Lines.step(out, last);
        new Lines(values.shape(), last, sorted, values, out)
                .forEachPart(
                        n,
                        (at, first, end) -> {
                            if (isGuided(type, m, end - first)) {
                                var table = new GuideTable(type, at[0], row, (int) m);
                                table.search(type, at[1], step, at[2], to, first, end, right, narrow);
                                return;
                            }
                            for (long i = first; i < end; i++) {
                                long value = at[1] + i * step;
                                long place =
                                        type.isFloating()
                                                ? place(type, at[0], row, m, Cells.getDouble(type, value), right)
                                                : place(type, at[0], row, m, Cells.getLong(type, value), right);
                                if (narrow) {
                                    Mem.i32(at[2] + i * to, (int) place);
                                } else {
                                    Mem.i64(at[2] + i * to, place);
                                }
                            }
                        });
    }

    /** Making a table reads the row once, and searches that by table save some ten steps each. */
    private static boolean isGuided(DType type, long m, long searches) {
        return type.isFloating() && m >= MIN_GUIDED_ROW && m <= MAX_GUIDED_ROW && searches >= m / 2;
    }

    private static long place(DType type, long row, long step, long m, double value, boolean right) {
        if (Double.isNaN(value)) {
            return m;
        }
        long low = 0;
        long high = m;
        while (low < high) {
            long middle = low + high >>> 1;
            double element = Cells.getDouble(type, row + middle * step);
            if (right ? element <= value : element < value) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static long place(DType type, long row, long step, long m, long value, boolean right) {
        long low = 0;
        long high = m;
        while (low < high) {
            long middle = low + high >>> 1;
            long element = Cells.getLong(type, row + middle * step);
            if (right ? element <= value : element < value) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
