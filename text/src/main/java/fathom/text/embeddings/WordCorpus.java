package fathom.text.embeddings;

import fathom.text.Vocabulary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * Sentences by the indices of their words, for training word embeddings. Unknown words are left out.
 *
 * {@snippet :
 * var corpus = WordCorpus.of(Ptb.load().train(), 10).subsampled(1e-4, 0);
 * }
 *
 * @see <a href="https://d2l.ai/chapter_natural-language-processing-pretraining/word-embedding-dataset.html">Dive into
 *     Deep Learning, The Dataset for Pretraining Word Embeddings</a>
 */
public final class WordCorpus {
    private static final int SHOWN = 5;

    private final Vocabulary vocabulary;
    private final List<int[]> sentences;
    private final long[] counts;

    private WordCorpus(Vocabulary vocabulary, List<int[]> sentences, long[] counts) {
        this.vocabulary = vocabulary;
        this.sentences = sentences;
        this.counts = counts;
    }

    /** {@return the corpus of sentences, with the words that occur at least {@code minFreq} times} */
    public static WordCorpus of(List<List<String>> sentences, int minFreq) {
        return of(sentences, Vocabulary.ofSentences(sentences, o -> o.minFreq(minFreq)));
    }

    /** {@return the corpus of sentences, with the words of a vocabulary} */
    public static WordCorpus of(List<List<String>> sentences, Vocabulary vocabulary) {
        var all = new ArrayList<int[]>(sentences.size());
        var counts = new long[vocabulary.size()];
        for (List<String> sentence : sentences) {
            int[] indices = sentence.stream().mapToInt(vocabulary::index).filter(i -> i > 0).toArray();
            for (int i : indices) {
                counts[i]++;
            }
            all.add(indices);
        }
        return new WordCorpus(vocabulary, all, counts);
    }

    /**
     * {@return the corpus with frequent words left out at random: a word w stays with probability {@code sqrt(t /
     * f(w))}, where f is its relative frequency (Mikolov et al., 2013)}
     *
     * @param threshold t, 1e-4 in the course
     * @param seed the seed of random numbers
     */
    public WordCorpus subsampled(double threshold, long seed) {
        var random = new SplittableRandom(seed);
        double total = Arrays.stream(counts).sum();
        var keep = new double[counts.length];
        for (int i = 0; i < keep.length; i++) {
            keep[i] = counts[i] == 0 ? 0 : Math.sqrt(threshold * total / counts[i]);
        }
        var all = new ArrayList<int[]>(sentences.size());
        for (int[] sentence : sentences) {
            all.add(Arrays.stream(sentence).filter(i -> random.nextDouble() < keep[i]).toArray());
        }
        return new WordCorpus(vocabulary, all, counts);
    }

    /** {@return the vocabulary; index 0 is unknown and does not occur} */
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    /** {@return the sentences as indices of words} */
    public List<int[]> sentences() {
        return sentences;
    }

    /** {@return how often each word occurs in the corpus before subsampling, by index} */
    public long[] counts() {
        return counts.clone();
    }

    /** {@return how often a word occurs in the sentences that are left} */
    public long count(String word) {
        int index = vocabulary.index(word);
        return sentences.stream().mapToLong(s -> Arrays.stream(s).filter(i -> i == index && i > 0).count()).sum();
    }

    /** Throws unless a word of the vocabulary occurs in the corpus. */
    void checkKnown(String op) {
        if (Arrays.stream(counts).allMatch(c -> c == 0)) {
            List<String> known = vocabulary.tokens();
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: no word of the corpus's %,d sentence%s is in its vocabulary of %,d (%s); make the corpus with the vocabulary of these sentences, or with a lower minFreq",
                            op,
                            sentences.size(),
                            sentences.size() == 1 ? "" : "s",
                            known.size(),
                            known.stream().limit(SHOWN).collect(Collectors.joining(", "))
                                    + (known.size() > SHOWN ? ", ..." : "")));
        }
    }

    /** {@return the weights that noise words are drawn with: counts to the power of 0.75 (Mikolov et al., 2013)} */
    public double[] noiseWeights() {
        return Arrays.stream(counts).mapToDouble(c -> Math.pow(c, 0.75)).toArray();
    }

    @Override
    public String toString() {
        return "WordCorpus(%s sentences, %s words)".formatted(sentences.size(), vocabulary.size());
    }
}
