package fathom.cpu.indexing;

import fathom.cpu.codegen.Mem;
import fathom.cpu.parallel.Parallel;
import java.util.Arrays;

/**
 * Sorts longs by their upper halves, digit by digit from the least: stable, in time proportional to their number. Long
 * lines are cut into a fixed number of pieces that count and move their elements on several threads, to places that
 * follow from all counts.
 */
final class RadixSort {
    /** Shorter lines are sorted by comparing. */
    private static final int SHORT = 256;

    /** From so many elements on digits are of 11 bits, else of 8. */
    private static final int LONG = 1 << 14;

    /** From so many elements on there are several pieces. */
    private static final int PARALLEL = 1 << 16;

    private static final int PIECES = 8;

    private RadixSort() {}

    /**
     * Sorts.
     *
     * @param keys the address of the longs
     * @param spare the address of as much memory again
     * @return the address of the sorted ones: one of the two
     */
    static long sort(long keys, long spare, int n) {
        if (n < SHORT) {
            var all = new long[n];
            for (int i = 0; i < n; i++) {
                all[i] = Mem.i64(keys + 8L * i);
            }
            Arrays.sort(all);
            for (int i = 0; i < n; i++) {
                Mem.i64(keys + 8L * i, all[i]);
            }
            return keys;
        }
        int bits = n < LONG ? 8 : 11;
        int pieces = n < PARALLEL ? 1 : PIECES;
        long from = keys;
        long to = spare;
        for (int shift = 32; shift < 64; shift += bits) {
            int width = Math.min(bits, 64 - shift);
            int flip = shift + width == 64 ? 1 << width - 1 : 0; // the sign
            if (pass(from, to, n, pieces, shift, (1 << width) - 1, flip)) {
                long swap = from;
                from = to;
                to = swap;
            }
        }
        return from;
    }

    /** Moves all elements to the order of one digit; {@return whether there was anything to move} */
    private static boolean pass(long from, long to, int n, int pieces, int shift, int mask, int flip) {
        int length = (n - 1) / pieces + 1;
        var counts = new int[pieces][mask + 1];
        Parallel.forRange(
                n,
                length,
                (first, end) ->
                        count(from + 8 * first, (int) (end - first), shift, mask, flip, counts[(int) first / length]));
        int place = 0;
        for (int digit = 0; digit <= mask; digit++) {
            int before = place;
            for (int[] count : counts) {
                int c = count[digit];
                count[digit] = place;
                place += c;
            }
            if (place - before == n) {
                return false; // all have this digit
            }
        }
        Parallel.forRange(
                n,
                length,
                (first, end) ->
                        move(
                                from + 8 * first,
                                to,
                                (int) (end - first),
                                shift,
                                mask,
                                flip,
                                counts[(int) first / length]));
        return true;
    }

    private static void count(long from, int n, int shift, int mask, int flip, int[] counts) {
        for (int i = 0; i < n; i++) {
            counts[(int) (Mem.i64(from + 8L * i) >>> shift) & mask ^ flip]++;
        }
    }

    private static void move(long from, long to, int n, int shift, int mask, int flip, int[] places) {
        for (int i = 0; i < n; i++) {
            long element = Mem.i64(from + 8L * i);
            int place = places[(int) (element >>> shift) & mask ^ flip]++;
            Mem.i64(to + 8L * place, element);
        }
    }
}
