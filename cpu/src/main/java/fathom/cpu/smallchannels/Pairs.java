package fathom.cpu.smallchannels;

/**
 * The columns of a result two by two, so that both can be computed with the same taps: where one of them has a tap
 * fewer at the edge of the source, it reads from padding.
 *
 * @param column the first column of each pair
 * @param second the other one; the first once more where a column is alone
 * @param source for the first column, the first source column; may be negative, in the padding
 * @param apart how much further the other's is
 * @param tap the first tap of both
 * @param count number of taps; none where the kernel falls on padding only
 * @param before columns of padding that are read before the source's first
 * @param after columns of padding that are read after its last
 */
record Pairs(
        int[] column, int[] second, long[] source, long[] apart, long[] tap, int[] count, long before, long after) {

    static Pairs of(Taps taps, long width) {
        int columns = taps.count().length;
        var column = new int[columns];
        var second = new int[columns];
        var source = new long[columns];
        var apart = new long[columns];
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
            apart[pairs] = sourceAt(taps, b, first) - source[pairs];
            tap[pairs] = first;
            count[pairs] = taps.count()[a] == 0 ? 0 : Math.toIntExact((last - first) / taps.tapStep() + 1);
            if (count[pairs] > 0) {
                long least = Math.min(source[pairs], source[pairs] + apart[pairs]);
                long most = Math.max(source[pairs], source[pairs] + apart[pairs]) + (count[pairs] - 1) * taps.step();
                before = Math.max(before, -least);
                after = Math.max(after, most - width + 1);
            }
            a = b;
        }
        return new Pairs(column, second, source, apart, tap, java.util.Arrays.copyOf(count, pairs), before, after);
    }

    /** Whether two columns meet the same taps, but for one at most. */
    private static boolean match(Taps taps, int a, int b) {
        long most = Math.max(taps.count()[a], taps.count()[b]);
        if (taps.count()[a] == 0 || taps.count()[b] == 0 || (taps.tap()[b] - taps.tap()[a]) % taps.tapStep() != 0) {
            return false;
        }
        long first = Math.min(taps.tap()[a], taps.tap()[b]);
        return (Math.max(lastTap(taps, a), lastTap(taps, b)) - first) / taps.tapStep() <= most;
    }

    private static long lastTap(Taps taps, int column) {
        return taps.tap()[column] + (taps.count()[column] - 1) * taps.tapStep();
    }

    /** The source of a column at a tap, be it beyond the column's own. */
    private static long sourceAt(Taps taps, int column, long tap) {
        return taps.first()[column] - (taps.tap()[column] - tap) / taps.tapStep() * taps.step();
    }

    int size() {
        return count.length;
    }
}
