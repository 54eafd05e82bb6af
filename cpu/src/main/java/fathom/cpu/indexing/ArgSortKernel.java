package fathom.cpu.indexing;

import fathom.DType;
import fathom.cpu.codegen.Mem;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.parallel.Scratch;
import fathom.primitive.Operand;
import java.lang.foreign.Arena;
import java.util.Arrays;

/** Argmax, argmin and argsort along a dimension. */
public final class ArgSortKernel {
    /** Elements per chunk of a parallel loop. */
    private static final int CHUNK = 1 << 15;

    /** Maximum length of a line that is sorted in scratch memory; longer ones use memory of their own. */
    private static final int MAX_KEPT = 1 << 21;

    /** A top-k selection replaces sorting if at most one element in so many is requested. */
    private static final int TOP_K_RATIO = 16;

    /** The bits of a key that hold the index. */
    private static final long INDEX_MASK = 0xffff_ffffL;

    private ArgSortKernel() {}

    /** Writes the index of the first maximum or minimum along a dimension, or of the first NaN. */
    public static void argReduce(Operand x, Operand out, int dim, boolean greatest) {
        if (out.numel() == 0) {
            return;
        }
        long n = Lines.extent(x, dim);
        if (n == 0) {
            throw new IllegalArgumentException(
                    (greatest ? "argmax" : "argmin") + ": expected elements along the dimension, got extent 0");
        }
        long step = Lines.step(x, dim);
        var type = x.dtype();
        new Lines(x.shape(), x.rank() == 0 ? -1 : dim, x, out)
                .forEachParallel(n, at -> Mem.i64(at[1], firstExtremum(type, n, at[0], step, greatest)));
    }

    private static long firstExtremum(DType type, long n, long address, long step, boolean greatest) {
        long best = 0;
        if (type.isFloating()) {
            double value = Cells.getDouble(type, address);
            for (long i = 1; i < n && !Double.isNaN(value); i++) {
                double v = Cells.getDouble(type, address + i * step);
                if (greatest ? !(v <= value) : !(v >= value)) {
                    value = v;
                    best = i;
                }
            }
            return best;
        }
        long value = Cells.getLong(type, address);
        for (long i = 1; i < n; i++) {
            long v = Cells.getLong(type, address + i * step);
            if (greatest ? v > value : v < value) {
                value = v;
                best = i;
            }
        }
        return best;
    }

    /** Writes the stable order of the elements along a dimension, or its first entries; NaN sorts as the maximum. */
    public static void argSort(Operand x, Operand out, int dim, boolean descending) {
        if (out.numel() == 0) {
            return;
        }
        int n = Math.toIntExact(Lines.extent(x, dim));
        int count = Math.toIntExact(Lines.extent(out, dim));
        long step = Lines.step(x, dim);
        long outStep = Lines.step(out, dim);
        var type = x.dtype();
        boolean few = count <= n / TOP_K_RATIO;
        boolean selects = SortKeys.fit(type) && few;
        new Lines(x.shape(), x.rank() == 0 ? -1 : dim, x, out)
                .forEachParallel(
                        n * 10L,
                        at -> {
                            long to = at[1];
                            if (selects) {
                                long[] first = TopK.of(type, at[0], step, n, count, descending);
                                for (int i = 0; i < count; i++) {
                                    Mem.i64(to + i * outStep, first[i] & INDEX_MASK);
                                }
                            } else if (SortKeys.fit(type)) {
                                narrow(type, at[0], step, n, descending, count, to, outStep);
                            } else {
                                int[] order =
                                        few
                                                ? TopK.ofWide(type, at[0], step, n, count, descending)
                                                : wide(type, at[0], step, n, descending);
                                for (int i = 0; i < count; i++) {
                                    Mem.i64(to + i * outStep, order[i]);
                                }
                            }
                        });
    }

    /** Sorts a line of elements of up to 32 bits. */
    private static void narrow(
            DType type, long address, long step, int n, boolean descending, int count, long to, long outStep) {
        try (var arena = Arena.ofConfined()) {
            boolean kept = n <= MAX_KEPT;
            long keys = kept ? Scratch.address(0, 8L * n) : arena.allocate(8L * n, 64).address();
            long buffer = kept ? Scratch.address(1, 8L * n) : arena.allocate(8L * n, 64).address();
            Parallel.forRange(
                    n,
                    CHUNK,
                    (first, end) ->
                            SortKeys.write(
                                    type,
                                    address,
                                    step,
                                    (int) first,
                                    (int) (end - first),
                                    descending,
                                    keys + 8 * first));
            long sorted = RadixSort.sort(keys, buffer, n);
            Parallel.forRange(
                    count,
                    CHUNK,
                    (first, end) -> {
                        for (long i = first; i < end; i++) {
                            Mem.i64(to + i * outStep, Mem.i64(sorted + 8 * i) & INDEX_MASK);
                        }
                    });
        }
    }

    /** {@return the order of a line of 64-bit elements, which are sorted as 32-bit numbers if their range allows} */
    private static int[] wide(DType type, long address, long step, int n, boolean descending) {
        var keys = new long[n];
        long min = Long.MAX_VALUE;
        long greatest = Long.MIN_VALUE;
        for (int i = 0; i < n; i++) {
            long key = Cells.orderKey(type, address + i * step);
            keys[i] = descending ? ~key : key;
            min = Math.min(min, keys[i]);
            greatest = Math.max(greatest, keys[i]);
        }
        if (greatest - min < 0 || greatest - min > 0xffff_ffffL) { // negative where the difference overflows
            return byDigits(keys);
        }
        var order = new int[n];
        try (var arena = Arena.ofConfined()) {
            long packed = arena.allocate(8L * n, 64).address();
            long buffer = arena.allocate(8L * n, 64).address();
            for (int i = 0; i < n; i++) {
                Mem.i64(packed + 8L * i, (keys[i] - min + Integer.MIN_VALUE) << 32 | i);
            }
            long sorted = RadixSort.sort(packed, buffer, n);
            for (int i = 0; i < n; i++) {
                order[i] = (int) Mem.i64(sorted + 8L * i);
            }
        }
        return order;
    }

    /** LSD radix sort of 64-bit keys with their indices. */
    static int[] byDigits(long[] keys) {
        int n = keys.length;
        var order = new int[n];
        Arrays.setAll(order, i -> i);
        var next = new int[n];
        for (int shift = 0; shift < 64; shift += 8) {
            long flip = shift == 56 ? 0x80 : 0; // the sign bit
            var starts = new int[257];
            for (long key : keys) {
                starts[(int) ((key >>> shift & 0xff) ^ flip) + 1]++;
            }
            for (int digit = 0; digit < 256; digit++) {
                starts[digit + 1] += starts[digit];
            }
            for (int firstExtremum : order) {
                int digit = (int) ((keys[firstExtremum] >>> shift & 0xff) ^ flip);
                next[starts[digit]++] = firstExtremum;
            }
            var swap = order;
            order = next;
            next = swap;
        }
        return order;
    }
}
