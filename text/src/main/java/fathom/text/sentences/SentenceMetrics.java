package fathom.text.sentences;

import fathom.Autograd;
import fathom.Tensor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.IntStream;

/** How well vectors of sentences do. */
public final class SentenceMetrics {
    private SentenceMetrics() {}

    /**
     * {@return the share of questions whose answer is among the k nearest candidates}
     *
     * @param questions N vectors, {@code [N, D]}
     * @param candidates M vectors, of which the i-th is the answer of the i-th question and those from N on are of
     *     none: {@code [M, D]}
     * @param k how many candidates count
     * @throws IllegalArgumentException if there are fewer candidates than questions, or k is not from 1 to M
     */
    public static double recall(Tensor questions, Tensor candidates, int k) {
        long n = questions.size(0);
        long m = candidates.size(0);
        if (n < 1 || m < n || k < 1 || k > m) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "SentenceMetrics.recall: expected 1 question or more, a candidate for each, and k from 1 to %d, got %d questions, %d candidates and k=%d",
                            m,
                            n,
                            m,
                            k));
        }
        try (var off = Autograd.noGrad()) {
            long[] best = SentenceEncoder.similarity(questions, candidates).topk(k).indices().reshape(-1).toLongArray();
            long found = IntStream.range(0, best.length).filter(i -> best[i] == i / k).count();
            return (double) found / n;
        }
    }

    /**
     * {@return Spearman's rank correlation: the correlation of the ranks of values, where equal values share the mean
     * of their ranks; NaN if all values of a list are equal}
     *
     * @param a values, such as cosines
     * @param b as many values, such as given similarities
     * @throws IllegalArgumentException if the lists are not equally long, or are empty
     */
    public static double spearman(double[] a, double[] b) {
        if (a.length != b.length || a.length == 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "SentenceMetrics.spearman: expected as many values in both lists, got %d and %d",
                            a.length,
                            b.length));
        }
        double[] x = ranks(a);
        double[] y = ranks(b);
        double mean = (a.length - 1) / 2.0;
        double xy = 0;
        double xx = 0;
        double yy = 0;
        for (int i = 0; i < x.length; i++) {
            xy += (x[i] - mean) * (y[i] - mean);
            xx += (x[i] - mean) * (x[i] - mean);
            yy += (y[i] - mean) * (y[i] - mean);
        }
        return xy / Math.sqrt(xx * yy);
    }

    private static double[] ranks(double[] values) {
        int[] order =
                IntStream.range(0, values.length)
                        .boxed()
                        .sorted(Comparator.comparingDouble(i -> values[i]))
                        .mapToInt(i -> i)
                        .toArray();
        var ranks = new double[values.length];
        for (int begin = 0; begin < order.length; ) {
            int end = begin + 1;
            while (end < order.length && values[order[end]] == values[order[begin]]) {
                end++;
            }
            double rank = (begin + end - 1) / 2.0;
            Arrays.stream(order, begin, end).forEach(i -> ranks[i] = rank);
            begin = end;
        }
        return ranks;
    }
}
