package fathom.text;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Counts of the n-grams of a corpus, the most frequent first.
 *
 * {@snippet :
 * var bigrams = NGrams.of(Tokens.WORDS.of(TimeMachine.text()), 2);
 * bigrams.mostCommon(3);                    // [of the: 308, ...]
 * Tensor counts = bigrams.frequencies();    // by rank: on logarithmic axes nearly a line, Zipf's law
 * }
 *
 * @see <a href="https://d2l.ai/chapter_recurrent-neural-networks/language-models-and-dataset.html">Dive into Deep
 *     Learning, Language Models and the Dataset</a>
 */
public final class NGrams {
    private final int n;
    private final List<Count> sorted;
    private final Map<List<String>, Long> counts;

    /**
     * An n-gram and how often it occurs.
     *
     * @param tokens its tokens
     * @param count the number of occurrences
     */
    public record Count(List<String> tokens, long count) {
        @Override
        public String toString() {
            return String.join(" ", tokens) + ": " + count;
        }
    }

    private NGrams(int n, Map<List<String>, Long> counts) {
        this.n = n;
        this.counts = counts;
        sorted =
                counts.entrySet().stream()
                        .map(e -> new Count(e.getKey(), e.getValue()))
                        .sorted(Comparator.comparingLong(Count::count).reversed())
                        .toList();
    }

    /**
     * {@return the n-grams of a corpus; equally frequent ones in the order of their first occurrence}
     *
     * @param n the number of tokens of an n-gram: 1 for words, 2 for bigrams
     * @throws IllegalArgumentException if n is below 1
     */
    public static NGrams of(List<String> tokens, int n) {
        return ofSentences(List.of(tokens), n);
    }

    /** {@return the n-grams of sentences; none extends over the end of a sentence} */
    public static NGrams ofSentences(Iterable<? extends List<String>> sentences, int n) {
        if (n < 1) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, "NGrams: n must be at least 1, got %d", n));
        }
        var counts = new LinkedHashMap<List<String>, Long>();
        for (List<String> sentence : sentences) {
            for (int i = 0; i + n <= sentence.size(); i++) {
                counts.merge(List.copyOf(sentence.subList(i, i + n)), 1L, Long::sum);
            }
        }
        return new NGrams(n, counts);
    }

    /** {@return the number of tokens of an n-gram} */
    public int n() {
        return n;
    }

    /** {@return the number of distinct n-grams} */
    public int size() {
        return sorted.size();
    }

    /** {@return the k most frequent n-grams} */
    public List<Count> mostCommon(int k) {
        return sorted.subList(0, Math.min(k, sorted.size()));
    }

    /** {@return how often an n-gram occurs} */
    public long count(String... tokens) {
        return counts.getOrDefault(List.of(tokens), 0L);
    }

    /** {@return the counts by rank, in descending order: float32 {@code [size]}} */
    public Tensor frequencies() {
        return Tensors.tensor(sorted.stream().mapToLong(Count::count).toArray()).to(DType.FLOAT32);
    }
}
