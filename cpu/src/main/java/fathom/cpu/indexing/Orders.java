package fathom.cpu.indexing;

import fathom.DType;
import fathom.cpu.codegen.Mem;
import fathom.primitive.Operand;
import java.util.Arrays;

/** Orders along a dimension: the place of the greatest or least element, and the sorted order. */
public final class Orders {
    /** From so many elements on, sorting is spread over threads. */
    private static final int LARGE = 1 << 16;

    private Orders() {}

    /** The index of the first greatest or least element along a dimension; of the first NaN if there is one. */
    public static void argReduce(Operand x, Operand out, int dim, boolean greatest) {
        if (out.numel() == 0) {
            return;
        }
        long n = Lines.extent(x, dim);
        if (n == 0) {
            throw new IllegalArgumentException(
                    (greatest ? "argmax" : "argmin") + ": there is no element along a dimension of extent 0");
        }
        long step = Lines.step(x, dim);
        var type = x.dtype();
        new Lines(x.shape(), x.rank() == 0 ? -1 : dim, x, out)
                .forEachParallel(n, at -> Mem.i64(at[1], place(type, n, at[0], step, greatest)));
    }

    private static long place(DType type, long n, long address, long step, boolean greatest) {
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

    /** The stable order of the elements along a dimension; NaN counts as the greatest. */
    public static void argSort(Operand x, Operand out, int dim, boolean descending) {
        if (out.numel() == 0) {
            return;
        }
        int n = Math.toIntExact(Lines.extent(x, dim));
        long step = Lines.step(x, dim);
        long outStep = Lines.step(out, dim);
        var type = x.dtype();
        new Lines(x.shape(), x.rank() == 0 ? -1 : dim, x, out)
                .forEachParallel(
                        n * 10L,
                        at -> {
                            var keys = new long[n];
                            for (int i = 0; i < n; i++) {
                                long key = Cells.orderKey(type, at[0] + i * step);
                                keys[i] = descending ? ~key : key;
                            }
                            int[] order = sorted(keys);
                            for (int i = 0; i < n; i++) {
                                Mem.i64(at[1] + i * outStep, order[i]);
                            }
                        });
    }

    /** {@return the stable order of keys: by sorting key and place in one number if both fit, else by digits} */
    private static int[] sorted(long[] keys) {
        int n = keys.length;
        long least = Arrays.stream(keys).min().orElse(0);
        long greatest = Arrays.stream(keys).max().orElse(0);
        var order = new int[n];
        if (greatest - least < 0 || greatest - least > 0xffff_ffffL) { // negative where the difference overflows
            return byDigits(keys);
        }
        for (int i = 0; i < n; i++) {
            keys[i] = (keys[i] - least + Integer.MIN_VALUE) << 32 | i;
        }
        if (n < LARGE) {
            Arrays.sort(keys);
        } else {
            Arrays.parallelSort(keys);
        }
        for (int i = 0; i < n; i++) {
            order[i] = (int) keys[i];
        }
        return order;
    }

    /** Radix sort, least digit first, of 64-bit keys with their places. */
    private static int[] byDigits(long[] keys) {
        int n = keys.length;
        var order = new int[n];
        Arrays.setAll(order, i -> i);
        var next = new int[n];
        for (int shift = 0; shift < 64; shift += 8) {
            long flip = shift == 56 ? 0x80 : 0; // the sign
            var starts = new int[257];
            for (long key : keys) {
                starts[(int) ((key >>> shift & 0xff) ^ flip) + 1]++;
            }
            for (int digit = 0; digit < 256; digit++) {
                starts[digit + 1] += starts[digit];
            }
            for (int place : order) {
                int digit = (int) ((keys[place] >>> shift & 0xff) ^ flip);
                next[starts[digit]++] = place;
            }
            var swap = order;
            order = next;
            next = swap;
        }
        return order;
    }
}
