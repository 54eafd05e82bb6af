package fathom.composition;

import fathom.Tensors;
import java.util.Locale;

/** Combinations of indices, for {@link Tensors#combinations}. */
public final class Selections {
    private Selections() {}

    /** {@return all ascending combinations of r of the indices 0 to n - 1, concatenated in lexicographic order} */
    public static long[] of(int n, int r, boolean withReplacement) {
        if (r > n && !withReplacement) {
            return new long[0];
        }
        var all = new long[length(n, r, withReplacement)];
        var next = new long[r];
        for (int i = 0; i < r; i++) {
            next[i] = withReplacement ? 0 : i;
        }
        for (int at = 0; at < all.length; at += r) {
            System.arraycopy(next, 0, all, at, r);
            int i = r - 1;
            while (i >= 0 && next[i] == (withReplacement ? n - 1 : n - r + i)) {
                i--;
            }
            if (i >= 0) {
                next[i]++;
                for (int k = i + 1; k < r; k++) {
                    next[k] = withReplacement ? next[i] : next[k - 1] + 1;
                }
            }
        }
        return all;
    }

    private static int length(int n, int r, boolean withReplacement) {
        try {
            return Math.multiplyExact(count(withReplacement ? n + r - 1L : n, r), r);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT, "combinations: those of %d from %d have more than 2^31 - 1 elements", r, n),
                    e);
        }
    }

    /** Binomial coefficient. */
    private static int count(long n, int r) {
        long count = 1;
        for (int i = 1; i <= Math.min(r, n - r); i++) {
            count = Math.multiplyExact(count, n - i + 1) / i;
        }
        return Math.toIntExact(count);
    }
}
