package fathom.cpu.smallchannels;

/**
 * Pairs of result columns that are computed with the same taps; a column with one tap fewer, at the edge of the source,
 * reads padding.
 *
 * @param column the first column of each pair
 * @param second the second column, or the first again for an unpaired column
 * @param source first source column of the first column; may be negative, in the padding
 * @param offset offset of the second column's source
 * @param tap first tap of both
 * @param count number of taps; 0 if the kernel covers padding only
 * @param before columns of padding that are read before the source
 * @param after columns of padding that are read after it
 */
record Pairs(
        int[] column, int[] second, long[] source, long[] offset, long[] tap, int[] count, long before, long after) {

    static Pairs of(Taps taps, long width) {
        int columns = taps.count().length;
        var column = new int[columns];
        var second = new int[columns];
        var source = new long[columns];
        var offset = new long[columns];
        var tap = new long[columns];
        var count = new int[columns];
        int pairs = 0;
        long before = 0;
        long after = 0;
        for (int a = 0; a < columns; a++, pairs++) {
            int b = a + 1 < columns && match(taps, a, a + 1) ? a + 1 : a;
            long first = Math.min(taps.tap()[a], taps.tap()[b]);
            long last = Math.max(lastTap(taps, a), lastTap(taps, b));
            column[pairs] = a;
            second[pairs] = b;
            source[pairs] = sourceAt(taps, a, first);
            offset[pairs] = sourceAt(taps, b, first) - source[pairs];
            tap[pairs] = first;
            count[pairs] = taps.count()[a] == 0 ? 0 : Math.toIntExact((last - first) / taps.tapStep() + 1);
            if (count[pairs] > 0) {
                long min = Math.min(source[pairs], source[pairs] + offset[pairs]);
                long max = Math.max(source[pairs], source[pairs] + offset[pairs]) + (count[pairs] - 1) * taps.step();
                before = Math.max(before, -min);
                after = Math.max(after, max - width + 1);
            }
            a = b;
        }
        return new Pairs(column, second, source, offset, tap, java.util.Arrays.copyOf(count, pairs), before, after);
    }

    /** Whether two columns have the same taps, except for at most one. */
    private static boolean match(Taps taps, int a, int b) {
        long max = Math.max(taps.count()[a], taps.count()[b]);
        if (taps.count()[a] == 0 || taps.count()[b] == 0 || (taps.tap()[b] - taps.tap()[a]) % taps.tapStep() != 0) {
            return false;
        }
        long first = Math.min(taps.tap()[a], taps.tap()[b]);
        return (Math.max(lastTap(taps, a), lastTap(taps, b)) - first) / taps.tapStep() <= max;
    }

    private static long lastTap(Taps taps, int column) {
        return taps.tap()[column] + (taps.count()[column] - 1) * taps.tapStep();
    }

    /** {@return the source of a column at a tap, possibly outside of the column's own taps} */
    private static long sourceAt(Taps taps, int column, long tap) {
        return taps.first()[column] - (taps.tap()[column] - tap) / taps.tapStep() * taps.step();
    }

    int size() {
        return count.length;
    }
}
