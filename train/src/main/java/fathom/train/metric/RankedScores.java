package fathom.train.metric;

import java.util.Arrays;

/**
 * The scores of positive and of negative examples, in descending order. Equal scores form a group: a threshold has all
 * of them above it or none.
 */
final class RankedScores {
    private final double[] positive;
    private final double[] negative;

    /**
     * Scores and truths.
     *
     * @param positive without NaN
     * @param negative without NaN
     */
    RankedScores(double[] positive, double[] negative) {
        this.positive = sorted(positive);
        this.negative = sorted(negative);
    }

    /** Ascending; -0 and 0 are equal as scores, but not in the order of sorting. */
    private static double[] sorted(double[] values) {
        double[] sorted = values.clone();
        for (int i = 0; i < sorted.length; i++) {
            sorted[i] += 0.0;
        }
        Arrays.sort(sorted);
        return sorted;
    }

    int positives() {
        return positive.length;
    }

    /** Receives the groups of equal scores, from the highest. */
    @FunctionalInterface
    private interface Groups {
        /**
         * Receives a group.
         *
         * @param hits the number of positives so far, with this group
         * @param misses the number of negatives so far, with this group
         */
        void group(int hits, int misses);
    }

    private void forEach(Groups groups) {
        int p = positive.length - 1;
        int n = negative.length - 1;
        while (p >= 0 || n >= 0) {
            double score =
                    Math.max(
                            p < 0 ? Double.NEGATIVE_INFINITY : positive[p],
                            n < 0 ? Double.NEGATIVE_INFINITY : negative[n]);
            while (p >= 0 && positive[p] == score) {
                p--;
            }
            while (n >= 0 && negative[n] == score) {
                n--;
            }
            groups.group(positive.length - 1 - p, negative.length - 1 - n);
        }
    }

    /**
     * {@return the area under the ROC curve: the probability that a positive example has a higher score than a negative
     * one, ties counting half; NaN without examples of both kinds}
     */
    double rocAuc() {
        var state = new double[3]; // twice the number of ordered pairs, and the counts before the group
        forEach((hits, misses) -> {
            state[0] += (state[1] + hits) * (misses - state[2]);
            state[1] = hits;
            state[2] = misses;
        });
        return state[0] / 2 / ((double) positive.length * negative.length);
    }

    /**
     * {@return the average precision: the sum over the thresholds of precision times the increase of recall; NaN
     * without positive examples}
     */
    double averagePrecision() {
        var state = new double[2];
        forEach((hits, misses) -> {
            state[0] += (hits - state[1]) * ((double) hits / (hits + misses));
            state[1] = hits;
        });
        return state[0] / positive.length;
    }
}
