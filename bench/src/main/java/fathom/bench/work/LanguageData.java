package fathom.bench.work;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** The operands of {@link LanguageWork}: made up, the same for all sides. */
public final class LanguageData {
    /** The number of lengths of translators' batches: 5 to 24 tokens, in a fixed mixed order. */
    public static final int LENGTHS = 20;

    /** Words of the Penn Treebank that occur ten times at least, as in the course. */
    public static final int VOCABULARY = 6719;

    /** Centre words of a batch of skip-gram. */
    public static final int WORDS_PER_BATCH = 512;

    /** Batches of a call of skip-gram. */
    public static final int BATCHES = 20;

    /** The largest distance of a context word; that of a centre word is drawn from 1 to it. */
    public static final int WINDOW = 5;

    /** Noise words of each context word. */
    public static final int NEGATIVES = 5;

    /** Context and noise words of a centre word at most; the rest is padding. */
    public static final int WIDTH = 2 * WINDOW * (1 + NEGATIVES);

    /** The relative frequency above which words are left out at random, as in the course. */
    private static final double THRESHOLD = 1e-4;

    private static final int SHORTEST = 5;
    private static final int STRIDE = 7; // has no divisor in common with LENGTHS
    private static final int FIRST_WORD = 4; // behind the reserved tokens
    private static final int PAD = 1;
    private static final int SENTENCE = 20;
    private static final double SMOOTHING = 0.75;

    private LanguageData() {}

    /**
     * A batch of pairs of sentences.
     *
     * @param batch the number of pairs N
     * @param length the number of tokens T of the longest source, and of the longest target
     * @param source {@code [N, T]}
     * @param sourceLengths the number of tokens of each source
     * @param target {@code [N, T + 1]}, from the token that begins it
     * @param targetLengths the number of tokens of each target to predict
     */
    public record Pairs(
            int batch, int length, long[] source, long[] sourceLengths, long[] target, long[] targetLengths) {}

    /** {@return a batch of each length} */
    public static List<Pairs> pairs(int batch) {
        var random = new SplittableRandom(0);
        var all = new ArrayList<Pairs>();
        for (int i = 0; i < LENGTHS; i++) {
            int length = SHORTEST + i * STRIDE % LENGTHS;
            long[] sourceLengths = lengths(batch, length, random);
            long[] targetLengths = lengths(batch, length, random);
            long[] source = sentences(length, sourceLengths, 0, Translator.SOURCE_WORDS, random);
            long[] target = sentences(length + 1, targetLengths, 1, Translator.TARGET_WORDS, random);
            all.add(new Pairs(batch, length, source, sourceLengths, target, targetLengths));
        }
        return all;
    }

    /** Lengths of at least half the longest, which occurs. */
    private static long[] lengths(int batch, int longest, SplittableRandom random) {
        var lengths = new long[batch];
        Arrays.setAll(lengths, i -> i == 0 ? longest : random.nextLong((longest + 1) / 2, longest + 1));
        return lengths;
    }

    private static long[] sentences(int width, long[] lengths, int begin, int vocabulary, SplittableRandom random) {
        var tokens = new long[lengths.length * width];
        Arrays.setAll(
                tokens, i -> i % width < begin + lengths[i / width] ? random.nextLong(FIRST_WORD, vocabulary) : PAD);
        return tokens;
    }

    /**
     * A batch of skip-gram: N centre words with M context and noise words each.
     *
     * @param centers {@code [N, 1]}
     * @param words {@code [N, M]}
     * @param mask {@code [N, M]}, 0 for padding
     * @param labels {@code [N, M]}, 1 for context words
     */
    public record Words(long[] centers, long[] words, float[] mask, float[] labels) {}

    /**
     * {@return a text of {@code count} words, as their frequencies leave it after subsampling: word i of a Zipf
     * distribution} Word 0 does not occur; -1 stands between sentences.
     */
    public static int[] corpus(int count) {
        var random = new SplittableRandom(1);
        double[] frequency = frequencies();
        var cumulative = new double[VOCABULARY];
        double sum = 0;
        for (int i = 1; i < VOCABULARY; i++) {
            // what subsampling leaves of it
            sum += frequency[i] * Math.min(1, Math.sqrt(THRESHOLD / frequency[i]));
            cumulative[i] = sum;
        }
        var text = new int[count];
        for (int i = 0; i < count; i++) {
            text[i] = i % SENTENCE == SENTENCE - 1 ? -1 : drawn(cumulative, random);
        }
        return text;
    }

    private static double[] frequencies() {
        var frequency = new double[VOCABULARY];
        double sum = 0;
        for (int i = 1; i < VOCABULARY; i++) {
            frequency[i] = 1.0 / i;
            sum += frequency[i];
        }
        for (int i = 1; i < VOCABULARY; i++) {
            frequency[i] /= sum;
        }
        return frequency;
    }

    /** {@return words as often as noise is drawn from them: by their frequencies to the power of 0.75} */
    public static int[] noiseTable(int size) {
        double[] weights = Arrays.stream(frequencies()).map(f -> Math.pow(f, SMOOTHING)).toArray();
        double sum = Arrays.stream(weights).sum();
        var table = new int[size];
        int word = 1;
        double upTo = weights[1];
        for (int i = 0; i < size; i++) {
            while (word < VOCABULARY - 1 && (i + 0.5) / size * sum > upTo) {
                upTo += weights[++word];
            }
            table[i] = word;
        }
        return table;
    }

    private static int drawn(double[] cumulative, SplittableRandom random) {
        int at = Arrays.binarySearch(cumulative, random.nextDouble() * cumulative[VOCABULARY - 1]);
        return Math.clamp(at < 0 ? -at - 1 : at + 1, 1, VOCABULARY - 1);
    }

    /** {@return batches for skip-gram} */
    public static List<Words> words() {
        var random = new SplittableRandom(2);
        int[] noise = noiseTable(1 << 20);
        int sentences = BATCHES * WORDS_PER_BATCH / (SENTENCE - 1) + 1;
        int[] text = corpus(sentences * SENTENCE);
        var all = new ArrayList<Words>();
        int at = 0;
        for (int b = 0; b < BATCHES; b++) {
            var batch =
                    new Words(
                            new long[WORDS_PER_BATCH],
                            new long[WORDS_PER_BATCH * WIDTH],
                            new float[WORDS_PER_BATCH * WIDTH],
                            new float[WORDS_PER_BATCH * WIDTH]);
            for (int row = 0; row < WORDS_PER_BATCH; row++) {
                at = text[at] < 0 ? at + 1 : at;
                batch.centers[row] = text[at];
                fill(batch, row, text, at, noise, random);
                at++;
            }
            all.add(batch);
        }
        return all;
    }

    private static void fill(Words batch, int row, int[] text, int at, int[] noise, SplittableRandom random) {
        int reach = 1 + random.nextInt(WINDOW);
        int start = at / SENTENCE * SENTENCE;
        int from = Math.max(start, at - reach);
        int to = Math.min(start + SENTENCE - 1, at + reach + 1);
        int next = row * WIDTH;
        for (int i = from; i < to; i++) {
            if (i != at) {
                batch.labels[next] = 1;
                batch.mask[next] = 1;
                batch.words[next++] = text[i];
            }
        }
        for (int i = NEGATIVES * (to - from - 1); i > 0; i--) {
            batch.mask[next] = 1;
            batch.words[next++] = noise[random.nextInt(noise.length)];
        }
    }
}
