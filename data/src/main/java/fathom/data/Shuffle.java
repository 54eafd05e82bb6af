package fathom.data;

import java.util.Locale;
import java.util.random.RandomGenerator;

/** Random permutations. */
final class Shuffle {
    private Shuffle() {}

    /** {@return 0, ..., n - 1 in random order} */
    static long[] permutation(long n, RandomGenerator random) {
        var order = new long[length(n)];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        shuffle(order, random);
        return order;
    }

    /** Shuffles an array in place (Fisher and Yates, 1938). */
    static void shuffle(long[] numbers, RandomGenerator random) {
        for (int i = numbers.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            long swap = numbers[i];
            numbers[i] = numbers[j];
            numbers[j] = swap;
        }
    }

    static int length(long n) {
        if (n > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "a permutation of %d examples is too long; at most 2^31 - 9 are supported",
                            n));
        }
        return (int) n;
    }
}
