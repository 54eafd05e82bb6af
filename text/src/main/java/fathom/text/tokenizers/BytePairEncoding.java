package fathom.text.tokenizers;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Byte-pair encoding as it is learned and applied step by step (Sennrich, Haddow and Birch, 2016). For tokenizers of
 * texts see {@link TokenizerTrainer}.
 *
 * {@snippet :
 * var counts = new LinkedHashMap<String, Integer>();
 * counts.put("fast_", 4); counts.put("faster_", 3); counts.put("tall_", 5); counts.put("taller_", 4);
 * var bpe = BytePairEncoding.learn(counts, 10);
 * bpe.merges();                          // [t a, ta l, tal l, ...]
 * bpe.segmentGreedily("tallest_", "[UNK]");      // [tall, e, s, t, _]
 * }
 *
 * @see <a href="https://d2l.ai/chapter_natural-language-processing-pretraining/subword-embedding.html">Dive into Deep
 *     Learning, Subword Embedding</a>
 */
public final class BytePairEncoding {
    private final List<Merge> merges = new ArrayList<>();
    private final List<String> symbols;
    private final Map<String, List<String>> words = new LinkedHashMap<>();
    private final Map<String, Integer> ranks = new HashMap<>();

    /**
     * Neighbours that become one symbol.
     *
     * @param left the first symbol
     * @param right the second symbol
     * @param count how often they were neighbours
     */
    public record Merge(String left, String right, long count) {
        @Override
        public String toString() {
            return left + " " + right;
        }
    }

    private BytePairEncoding(MergeLearner learner, List<String> texts, int most) {
        for (int i = 0; i < most; i++) {
            var merge = learner.next(1, 0, Integer.MAX_VALUE);
            if (merge == null) {
                break;
            }
            String left = learner.symbols().get(merge.left());
            String right = learner.symbols().get(merge.right());
            ranks.put(left + "\n" + right, merges.size());
            merges.add(new Merge(left, right, merge.count()));
        }
        symbols = List.copyOf(learner.symbols());
        for (int w = 0; w < texts.size(); w++) {
            var segments = new ArrayList<String>();
            for (int s : learner.words().get(w)) {
                segments.add(symbols.get(s));
            }
            words.put(texts.get(w), List.copyOf(segments));
        }
    }

    /** {@return merges of the characters of counted words, whose alphabet is the characters that occur} */
    public static BytePairEncoding learn(Map<String, Integer> words, int merges) {
        return learn(words, merges, List.of());
    }

    /**
     * {@return merges of the characters of counted words; of equally frequent pairs, the one that occurs first in the
     * order of the map}
     *
     * @param words words with a mark for their end, if merges are to know it, and how often they occur
     * @param merges the number of merges; fewer if every word is one symbol before
     * @param alphabet further symbols
     * @throws IllegalArgumentException if the number of merges, or of a word, is negative
     */
    public static BytePairEncoding learn(Map<String, Integer> words, int merges, List<String> alphabet) {
        if (merges < 0) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "BytePairEncoding: merges must not be negative, got %d", merges));
        }
        var all = new LinkedHashSet<>(alphabet);
        words.keySet().forEach(w -> w.codePoints().forEach(c -> all.add(Character.toString(c))));
        var symbols = List.copyOf(all);
        var index = new HashMap<String, Integer>();
        symbols.forEach(s -> index.put(s, index.size()));
        var split = new ArrayList<int[]>();
        var counts = new long[words.size()];
        words.forEach((word, count) -> {
            if (count < 0) {
                throw new IllegalArgumentException("BytePairEncoding: '%s' is counted %s times".formatted(word, count));
            }
            counts[split.size()] = count;
            split.add(word.codePoints().map(c -> index.get(Character.toString(c))).toArray());
        });
        return new BytePairEncoding(
                new MergeLearner(symbols, split, counts, true), List.copyOf(words.keySet()), merges);
    }

    /** {@return the merges in the order in which they were learned} */
    public List<Merge> merges() {
        return Collections.unmodifiableList(merges);
    }

    /** {@return the alphabet, followed by the symbols of the merges} */
    public List<String> symbols() {
        return symbols;
    }

    /** {@return the words that it was learned from, with their symbols} */
    public Map<String, List<String>> words() {
        return Collections.unmodifiableMap(words);
    }

    /** {@return the symbols of a word: its characters, merged in the order of learning} */
    public List<String> segment(String word) {
        var parts = new ArrayList<>(word.codePoints().mapToObj(Character::toString).toList());
        while (true) {
            int best = -1;
            int least = Integer.MAX_VALUE;
            for (int i = 0; i + 1 < parts.size(); i++) {
                Integer rank = ranks.get(parts.get(i) + "\n" + parts.get(i + 1));
                if (rank != null && rank < least) {
                    least = rank;
                    best = i;
                }
            }
            if (best < 0) {
                return List.copyOf(parts);
            }
            parts.set(best, parts.get(best) + parts.remove(best + 1));
        }
    }

    /**
     * {@return the symbols of a word: at each position the longest symbol, and what remains at the first character that
     * is no symbol as {@code unknown}}
     */
    public List<String> segmentGreedily(String word, String unknown) {
        var known = new LinkedHashSet<>(symbols);
        var parts = new ArrayList<String>();
        int from = 0;
        while (from < word.length()) {
            int end = word.length();
            while (end > from && !known.contains(word.substring(from, end))) {
                end--;
            }
            if (end == from) {
                parts.add(unknown);
                break;
            }
            parts.add(word.substring(from, end));
            from = end;
        }
        return parts;
    }
}
