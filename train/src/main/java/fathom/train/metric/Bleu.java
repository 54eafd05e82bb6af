package fathom.train.metric;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * BLEU of translations, over a corpus: the geometric mean of the n-gram precisions, times a penalty for brevity.
 *
 * {@snippet :
 * var bleu = new Bleu();
 * for (var pair : pairs) {
 *     bleu.add(translate(pair.source()), List.of(pair.target()));   // tokens
 * }
 * IO.println(bleu.value());
 * }
 *
 * <p>N-grams and lengths are counted over the whole corpus, not averaged over sentences; of several references the one
 * whose length is closest counts for brevity, the shorter of two equally close ones.
 *
 * @see <a href="https://aclanthology.org/P02-1040">Papineni et al., 2002</a>
 */
public final class Bleu {
    private static final String NAME = "bleu";

    private final int order;
    private final boolean isSmoothed;
    private final long[] matches;
    private final long[] totals;
    private long candidateLength;
    private long referenceLength;

    /** BLEU with n-grams of one to four tokens. */
    public Bleu() {
        this(4, false);
    }

    /**
     * BLEU with n-grams of other lengths, or smoothed.
     *
     * @param order the length of the longest n-grams
     * @param smooth whether to add one to the matches and totals of n-grams of two tokens and more (Lin and Och, 2004),
     *     so that a short text without long matches does not have 0
     * @throws IllegalArgumentException if the order is less than 1
     */
    public Bleu(int order, boolean smooth) {
        if (order < 1) {
            throw new IllegalArgumentException("bleu: expected n-grams of at least 1 token, got " + order);
        }
        this.order = order;
        this.isSmoothed = smooth;
        this.matches = new long[order];
        this.totals = new long[order];
    }

    /**
     * Adds a translation.
     *
     * @param candidate its tokens
     * @param references the tokens of one or more correct translations
     * @throws IllegalArgumentException if there is no reference
     */
    public void add(List<String> candidate, List<List<String>> references) {
        if (references.isEmpty()) {
            throw new IllegalArgumentException("bleu: a candidate needs at least one reference");
        }
        for (int n = 1; n <= order; n++) {
            Map<List<String>, Integer> most = new HashMap<>();
            for (List<String> reference : references) {
                ngrams(reference, n).forEach((ngram, count) -> most.merge(ngram, count, Math::max));
            }
            for (var e : ngrams(candidate, n).entrySet()) {
                matches[n - 1] += Math.min(e.getValue(), most.getOrDefault(e.getKey(), 0));
                totals[n - 1] += e.getValue();
            }
        }
        candidateLength += candidate.size();
        referenceLength += closest(candidate.size(), references);
    }

    private static int closest(int length, List<List<String>> references) {
        int best = references.getFirst().size();
        for (List<String> reference : references) {
            int distance = Math.abs(reference.size() - length) - Math.abs(best - length);
            if (distance < 0 || distance == 0 && reference.size() < best) {
                best = reference.size();
            }
        }
        return best;
    }

    private static Map<List<String>, Integer> ngrams(List<String> tokens, int n) {
        var counts = new HashMap<List<String>, Integer>();
        for (int i = 0; i + n <= tokens.size(); i++) {
            counts.merge(List.copyOf(tokens.subList(i, i + n)), 1, Integer::sum);
        }
        return counts;
    }

    /** {@return the BLEU of all translations so far, from 0 to 1; NaN before the first} */
    public double value() {
        if (candidateLength == 0) {
            return referenceLength == 0 ? Double.NaN : 0;
        }
        double log = 0;
        for (int n = 0; n < order; n++) {
            int more = isSmoothed && n > 0 ? 1 : 0;
            if (matches[n] + more == 0) {
                return 0;
            }
            log += Math.log((double) (matches[n] + more) / (totals[n] + more)) / order;
        }
        return Math.exp(log + Math.min(0, 1 - (double) referenceLength / candidateLength));
    }

    /** {@return the counts, for checkpoints} */
    public double[] state() {
        var state = new double[2 * order + 2];
        for (int n = 0; n < order; n++) {
            state[n] = matches[n];
            state[order + n] = totals[n];
        }
        state[2 * order] = candidateLength;
        state[2 * order + 1] = referenceLength;
        return state;
    }

    /**
     * Replaces the counts by a {@link #state}.
     *
     * @throws IllegalArgumentException if it is of another order, or not a state of counts
     */
    public void restore(double[] state) {
        long[] counts = counts(state);
        System.arraycopy(counts, 0, matches, 0, order);
        System.arraycopy(counts, order, totals, 0, order);
        candidateLength = counts[2 * order];
        referenceLength = counts[2 * order + 1];
    }

    /**
     * Adds the translations of another corpus, given by its {@link #state}.
     *
     * @throws IllegalArgumentException if it is of another order, or not a state of counts
     */
    public void merge(double[] state) {
        long[] added = counts(state);
        double[] sum = state();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += added[i];
        }
        restore(sum);
    }

    private long[] counts(double[] state) {
        return States.counts(NAME, state, 2L * order + 2);
    }

    /**
     * {@return the course's BLEU of one sentence: the product of the precisions p_n to the power of 1 / 2^n, times a
     * penalty for brevity} Long n-grams, which are harder to match, weigh as much as there.
     *
     * @param prediction tokens separated by blanks
     * @param label tokens separated by blanks
     * @param order the length of the longest n-grams; those longer than the prediction are left out
     * @throws IllegalArgumentException if the order is less than 1
     * @see <a href="https://d2l.ai/chapter_recurrent-modern/seq2seq.html">Dive into Deep Learning, Sequence to Sequence
     *     Learning</a>
     */
    public static double ofSentence(String prediction, String label, int order) {
        if (order < 1) {
            throw new IllegalArgumentException("bleu: expected n-grams of at least 1 token, got " + order);
        }
        List<String> predicted = tokens(prediction);
        List<String> actual = tokens(label);
        if (predicted.isEmpty()) {
            return actual.isEmpty() ? 1 : 0;
        }
        double score = Math.exp(Math.min(0, 1 - (double) actual.size() / predicted.size()));
        for (int n = 1; n <= Math.min(order, predicted.size()); n++) {
            var one = new Bleu(n, false);
            one.add(predicted, List.of(actual));
            score *= Math.pow((double) one.matches[n - 1] / one.totals[n - 1], Math.pow(0.5, n));
        }
        return score;
    }

    private static List<String> tokens(String text) {
        String stripped = text.strip();
        return stripped.isEmpty() ? List.of() : List.of(stripped.split("\\s+"));
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "bleu %.3f", value());
    }
}
