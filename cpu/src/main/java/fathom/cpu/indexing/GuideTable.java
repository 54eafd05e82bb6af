package fathom.cpu.indexing;

import fathom.DType;
import fathom.cpu.codegen.Mem;
import java.util.Arrays;

/**
 * A sorted row, with as many buckets of equal width as it has elements, and the index at which each bucket starts (Chen
 * and Asau, 1974, "On generating random variates from an empirical distribution"). A value is searched within its
 * bucket only: in constant expected time for values that are distributed as the elements are, or that are uniform, as
 * those that select an index by cumulative weights; else in no more steps than a binary search of the row takes.
 */
final class GuideTable {
    /** The elements that are numbers; NaN, which sorts last, is left out. */
    private final double[] sorted;

    /** Index of the first element in a bucket or in a later one, per bucket, and the number of elements. */
    private final int[] starts;

    private final int all;
    private final double low;
    private final double bucketsPerUnit;

    /**
     * Reads a row.
     *
     * @param row the address of its first element
     * @param step the stride in bytes
     * @param m the number of elements, not 0
     */
    GuideTable(DType type, long row, long step, int m) {
        var elements = new double[m];
        int n = 0;
        for (int i = 0; i < m; i++) {
            double element = Cells.getDouble(type, row + i * step);
            if (!Double.isNaN(element)) {
                elements[n++] = element;
            }
        }
        sorted = n == m ? elements : Arrays.copyOf(elements, n);
        all = m;
        low = n == 0 ? 0 : sorted[0];
        double width = n == 0 ? 0 : sorted[n - 1] - low;
        double ratio = n / width;
        // one bucket for equal or infinite elements
        boolean several = width > 0 && width < Double.POSITIVE_INFINITY && ratio < Double.POSITIVE_INFINITY;
        bucketsPerUnit = several ? ratio : 0;
        starts = new int[several ? n + 2 : 2];
        int next = 0;
        for (int i = 0; i < n; i++) {
            int bucket = bucket(sorted[i]);
            while (next <= bucket) {
                starts[next++] = i;
            }
        }
        while (next < starts.length) {
            starts[next++] = n;
        }
    }

    /**
     * {@return the bucket of a value; it does not decrease with the value. Rows that are not sorted exceed the ends}
     */
    private int bucket(double value) {
        return bucketsPerUnit == 0 ? 0 : Math.clamp((int) ((value - low) * bucketsPerUnit), 0, starts.length - 2);
    }

    /** Writes the number of elements that are less, or less than or equal, for values from one index to another. */
    void search(
            DType type,
            long values,
            long step,
            long out,
            long to,
            long first,
            long end,
            boolean right,
            boolean narrow) {
        for (long i = first; i < end; i++) {
            int place = place(Cells.getDouble(type, values + i * step), right);
            if (narrow) {
                Mem.i32(out + i * to, place);
            } else {
                Mem.i64(out + i * to, place);
            }
        }
    }

    private int place(double value, boolean right) {
        int n = sorted.length;
        if (Double.isNaN(value)) {
            return all;
        }
        if (n == 0 || value < low) {
            return 0;
        }
        if (value > sorted[n - 1]) {
            return n;
        }
        int bucket = bucket(value);
        int from = starts[bucket];
        int until = starts[bucket + 1];
        while (from < until) {
            int middle = from + until >>> 1;
            double element = sorted[middle];
            if (right ? element <= value : element < value) {
                from = middle + 1;
            } else {
                until = middle;
            }
        }
        return from;
    }
}
