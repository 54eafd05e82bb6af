package fathom.cpu.indexing;

import fathom.cpu.codegen.Mem;
import fathom.cpu.parallel.Parallel;
import java.util.Arrays;

/**
 * LSD radix sort of longs by their upper halves: stable and linear in their number. Long lines are split into a fixed
 * number of pieces, which count and move their elements in parallel; the prefix sums of all counts give the positions.
 */
final class RadixSort {
    /** Shorter lines are sorted by comparisons. */
    private static final int MIN_RADIX = 256;

    /** Minimum number of elements for digits of 11 instead of 8 bits. */
    private static final int MIN_WIDE_DIGITS = 1 << 14;

    /** Minimum number of elements for several pieces. */
    private static final int MIN_PARALLEL = 1 << 16;

    private static final int PIECES = 8;

    private RadixSort() {}

    /**
     * Sorts {@code n} longs.
     *
     * @param keys address of the longs
     * @param buffer address of a buffer of the same size
     * @return the address of the sorted longs, one of the two
     */
    static long sort(long keys, long buffer, int n) {
        if (n < MIN_RADIX) {
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
        int bits = n < MIN_WIDE_DIGITS ? 8 : 11;
        int pieces = n < MIN_PARALLEL ? 1 : PIECES;
        long from = keys;
        long to = buffer;
        for (int shift = 32; shift < 64; shift += bits) {
            int width = Math.min(bits, 64 - shift);
            int flip = shift + width == 64 ? 1 << width - 1 : 0; // the sign bit
            if (pass(from, to, n, pieces, shift, (1 << width) - 1, flip)) {
                long swap = from;
                from = to;
                to = swap;
            }
        }
        return from;
    }

    /** Orders all elements by one digit; {@return whether any had to move} */
    private static boolean pass(long from, long to, int n, int pieces, int shift, int mask, int flip) {
        int length = (n - 1) / pieces + 1;
        var counts = new int[pieces][mask + 1];
        Parallel.forRange(
                n,
                length,
                (first, end) ->
                        count(from + 8 * first, (int) (end - first), shift, mask, flip, counts[(int) first / length]));
        int position = 0;
        for (int digit = 0; digit <= mask; digit++) {
            int before = position;
            for (int[] count : counts) {
                int c = count[digit];
                count[digit] = position;
                position += c;
            }
            if (position - before == n) {
                return false; // all elements have the same digit
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

    private static void move(long from, long to, int n, int shift, int mask, int flip, int[] positions) {
        for (int i = 0; i < n; i++) {
            long element = Mem.i64(from + 8L * i);
            int position = positions[(int) (element >>> shift) & mask ^ flip]++;
            Mem.i64(to + 8L * position, element);
        }
    }
}
