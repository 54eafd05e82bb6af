package fathom.text.tokenizers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Learns the pieces of a unigram language model and their log probabilities (Kudo, "Subword Regularization", 2018,
 * section 3.2), as SentencePiece does: from many frequent substrings, by expectation maximisation, and by removing
 * again and again the quarter of the pieces whose loss lowers the likelihood of the words least.
 */
final class UnigramLearner {
    /** A piece and its log probability. */
    record Piece(String text, double score) {}

    private static final Comparator<Piece> BEST_FIRST =
            Comparator.comparingDouble(Piece::score).reversed().thenComparing(Piece::text);

    /** Characters are never removed. */
    private static final Comparator<Piece> CHARACTERS_FIRST =
            Comparator.comparing((Piece p) -> !isCharacter(p.text)).thenComparing(BEST_FIRST);

    private static final int MOST_SEEDS = 1_000_000;
    private static final int ITERATIONS = 2;
    private static final double KEPT = 0.75;

    /** More pieces than requested are kept until the end, which decides by their probabilities. */
    private static final double SURPLUS = 1.1;

    /** Pieces that are expected less often are removed. */
    private static final double LEAST_EXPECTED = 0.5;

    private final String[] words;
    private final long[] counts;
    private PieceTrie trie;

    /**
     * For words of the alphabet.
     *
     * @param words words with their counts; characters that the alphabet lacks divide them
     */
    UnigramLearner(Map<String, Long> words, Collection<String> alphabet, int maxLength, int minFrequency) {
        var known = new TreeMap<String, Long>();
        words.forEach((word, count) -> divided(word, alphabet).forEach(part -> known.merge(part, count, Long::sum)));
        this.words = known.keySet().toArray(String[]::new);
        counts = known.values().stream().mapToLong(n -> n).toArray();
        trie = new PieceTrie(seeds(alphabet, maxLength, minFrequency));
    }

    private static List<String> divided(String word, Collection<String> alphabet) {
        var parts = new ArrayList<String>();
        var part = new StringBuilder();
        word.codePoints()
                .mapToObj(Character::toString)
                .forEach(c -> {
                    if (alphabet.contains(c)) {
                        part.append(c);
                    } else if (!part.isEmpty()) {
                        parts.add(part.toString());
                        part.setLength(0);
                    }
                });
        if (!part.isEmpty()) {
            parts.add(part.toString());
        }
        return parts;
    }

    /** All characters, and the substrings that cover most of the text. */
    private List<Piece> seeds(Collection<String> alphabet, int maxLength, int minFrequency) {
        var frequencies = new HashMap<String, Long>();
        for (int w = 0; w < words.length; w++) {
            String word = words[w];
            for (int i = 0; i < word.length(); i += Character.charCount(word.codePointAt(i))) {
                int length = 0;
                for (int end = i; end < word.length() && length < maxLength; length++) {
                    end += Character.charCount(word.codePointAt(end));
                    frequencies.merge(word.substring(i, end), counts[w], Long::sum);
                }
            }
        }
        alphabet.forEach(c -> frequencies.putIfAbsent(c, 1L));
        List<Piece> seeds = new ArrayList<>();
        frequencies.forEach((text, n) -> {
            int length = text.codePointCount(0, text.length());
            if (length == 1 || n >= minFrequency) {
                seeds.add(new Piece(text, n * length));
            }
        });
        seeds.sort(CHARACTERS_FIRST);
        List<Piece> kept = seeds.subList(0, Math.min(seeds.size(), MOST_SEEDS + alphabet.size()));
        double sum = kept.stream().mapToDouble(Piece::score).sum();
        return kept.stream().map(p -> new Piece(p.text, Math.log(p.score / sum))).toList();
    }

    private static boolean isCharacter(String text) {
        return text.codePointCount(0, text.length()) == 1;
    }

    /** {@return at most {@code size} pieces, the most probable first; all characters are among them} */
    List<Piece> learn(int size) {
        int enough = (int) Math.round(size * SURPLUS);
        while (true) {
            for (int i = 0; i < ITERATIONS; i++) {
                maximise();
            }
            if (trie.size() <= enough) {
                break;
            }
            int before = trie.size();
            trie = new PieceTrie(pruned(Math.max(enough, (int) (before * KEPT))));
            if (trie.size() == before) {
                break;
            }
        }
        return trie.pieces().stream().sorted(CHARACTERS_FIRST).limit(size).sorted(BEST_FIRST).toList();
    }

    // ---- expectation maximisation -----------------------------------------------------------------------------------

    private void maximise() {
        double[] expected = expected();
        var kept = new ArrayList<Piece>();
        var frequencies = new ArrayList<Double>();
        double sum = 0;
        for (int p = 0; p < expected.length; p++) {
            String text = trie.text(p);
            if (expected[p] >= LEAST_EXPECTED || isCharacter(text)) {
                double frequency = Math.max(expected[p], LEAST_EXPECTED);
                kept.add(new Piece(text, 0));
                frequencies.add(frequency);
                sum += frequency;
            }
        }
        // a Bayesian estimate, which prefers few pieces
        double logSum = digamma(sum);
        for (int i = 0; i < kept.size(); i++) {
            kept.set(i, new Piece(kept.get(i).text, digamma(frequencies.get(i)) - logSum));
        }
        trie = new PieceTrie(kept);
    }

    /** How often each piece is expected over all segmentations of the words, by their probabilities. */
    private double[] expected() {
        var expected = new double[trie.size()];
        for (int w = 0; w < words.length; w++) {
            String word = words[w];
            int n = word.length();
            var before = new double[n + 1];
            var after = new double[n + 1];
            Arrays.fill(before, Double.NEGATIVE_INFINITY);
            Arrays.fill(after, Double.NEGATIVE_INFINITY);
            before[0] = 0;
            after[n] = 0;
            for (int i = 0; i < n; i++) {
                if (before[i] > Double.NEGATIVE_INFINITY) {
                    double here = before[i];
                    trie.match(word, i, (end, p) -> before[end] = logAdd(before[end], here + trie.score(p)));
                }
            }
            for (int i = n - 1; i >= 0; i--) {
                int at = i;
                trie.match(word, i, (end, p) -> after[at] = logAdd(after[at], after[end] + trie.score(p)));
            }
            double count = counts[w];
            for (int i = 0; i < n; i++) {
                if (before[i] > Double.NEGATIVE_INFINITY) {
                    double here = before[i] - before[n];
                    trie.match(word, i, (end, p) -> expected[p] += count * Math.exp(here + trie.score(p) + after[end]));
                }
            }
        }
        return expected;
    }

    private static double logAdd(double a, double b) {
        double most = Math.max(a, b);
        return most == Double.NEGATIVE_INFINITY ? most : most + Math.log1p(Math.exp(Math.min(a, b) - most));
    }

    /** The derivative of the logarithm of the gamma function (Abramowitz and Stegun, 6.3.5 and 6.3.18). */
    static double digamma(double x) {
        double shift = 0;
        double at = x;
        while (at < 7) {
            shift -= 1 / at;
            at++;
        }
        double inverse = 1 / (at * at);
        double series = inverse * (1.0 / 12 - inverse * (1.0 / 120 - inverse * (1.0 / 252 - inverse / 240)));
        return shift + Math.log(at) - 0.5 / at - series;
    }

    // ---- pruning ----------------------------------------------------------------------------------------------------

    private record Loss(int piece, double loss) {}

    /** {@return at most {@code size} pieces, but all characters: those without which the words are less probable} */
    private List<Piece> pruned(int size) {
        var frequency = new double[trie.size()];
        var occurs = new double[trie.size()];
        double all = 0;
        for (int w = 0; w < words.length; w++) {
            int[] best = trie.best(words[w], -1);
            for (int p : best) {
                frequency[p] += counts[w];
            }
            int[] distinct = Arrays.stream(best).distinct().toArray();
            for (int p : distinct) {
                occurs[p] += counts[w];
            }
            all += counts[w];
        }
        double sum = Arrays.stream(frequency).sum();
        var kept = new ArrayList<Piece>();
        var candidates = new ArrayList<Loss>();
        for (int p = 0; p < frequency.length; p++) {
            String text = trie.text(p);
            if (isCharacter(text)) {
                kept.add(new Piece(text, trie.score(p)));
                continue;
            }
            int[] instead = trie.best(text, p);
            double score = Arrays.stream(instead).mapToDouble(trie::score).sum();
            if (frequency[p] == 0 || score > trie.score(p)) {
                continue; // no word has it in its best segmentation
            }
            double with = Math.log(frequency[p]) - Math.log(sum);
            double logSum = Math.log(sum + frequency[p] * (instead.length - 1));
            double without = 0;
            for (int q : instead) {
                without += Math.log(frequency[q] + frequency[p]) - logSum;
            }
            candidates.add(new Loss(p, occurs[p] / all * (with - without)));
        }
        candidates.sort(Comparator.comparingDouble(Loss::loss).reversed().thenComparingInt(Loss::piece));
        candidates.stream()
                .limit(Math.max(0, size - kept.size()))
                .forEach(c -> kept.add(new Piece(trie.text(c.piece), trie.score(c.piece))));
        return kept;
    }
}
