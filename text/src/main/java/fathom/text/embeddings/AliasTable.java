package fathom.text.embeddings;

import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * Draws from a discrete distribution in constant time (Walker, 1977; Vose, "A Linear Algorithm for Generating Random
 * Numbers with a Given Distribution", 1991).
 *
 * {@snippet :
 * var table = new AliasTable(new double[] {1, 2, 7});
 * int i = table.sample(random);      // 2 with probability 0.7
 * }
 */
public final class AliasTable {
    private final double[] probability; // of i itself, where column i is drawn
    private final int[] alias;

    /**
     * A table of weights, which need not sum to 1.
     *
     * @throws IllegalArgumentException if there are none, one is negative or not finite, or all are zero
     */
    public AliasTable(double[] weights) {
        int n = weights.length;
        double sum = 0;
        for (double w : weights) {
            if (!(w >= 0) || Double.isInfinite(w)) {
                throw new IllegalArgumentException("AliasTable: weights must be finite and not negative, got " + w);
            }
            sum += w;
        }
        if (!(sum > 0) || Double.isInfinite(sum)) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "AliasTable: the sum of %,d weights is %s", n, sum));
        }
        probability = new double[n];
        alias = new int[n];
        var small = new int[n];
        var large = new int[n];
        int smalls = 0;
        int larges = 0;
        for (int i = 0; i < n; i++) {
            probability[i] = weights[i] * n / sum;
            alias[i] = i;
            if (probability[i] < 1) {
                small[smalls++] = i;
            } else {
                large[larges++] = i;
            }
        }
        while (smalls > 0 && larges > 0) {
            int less = small[--smalls];
            int more = large[larges - 1];
            alias[less] = more;
            probability[more] -= 1 - probability[less];
            if (probability[more] < 1) {
                larges--;
                small[smalls++] = more;
            }
        }
        // what is left has probability 1 but for rounding; a weight of 0 keeps its alias, unless rounding left it over
        while (larges > 0) {
            probability[large[--larges]] = 1;
        }
        int largest = 0;
        for (int i = 1; i < n; i++) {
            largest = weights[i] > weights[largest] ? i : largest;
        }
        while (smalls > 0) {
            int i = small[--smalls];
            if (weights[i] == 0) {
                alias[i] = largest;
            } else {
                probability[i] = 1;
            }
        }
    }

    /** {@return the number of weights} */
    public int size() {
        return alias.length;
    }

    /** {@return an index, drawn with the probability of its weight} */
    public int sample(RandomGenerator random) {
        double u = random.nextDouble() * alias.length;
        int i = (int) u;
        return u - i < probability[i] ? i : alias[i];
    }

    /** {@return indices, drawn independently} */
    public long[] sample(RandomGenerator random, int count) {
        var drawn = new long[count];
        for (int i = 0; i < count; i++) {
            drawn[i] = sample(random);
        }
        return drawn;
    }
}
