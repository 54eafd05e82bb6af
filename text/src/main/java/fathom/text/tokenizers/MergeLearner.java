package fathom.text.tokenizers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Learns merges of the most frequent neighbours in counted words. After a merge only the words that had the pair are
 * counted again.
 */
final class MergeLearner {
    private final List<String> symbols = new ArrayList<>();
    private final Map<String, Integer> indices = new HashMap<>();
    private final List<int[]> words;
    private final long[] counts;
    private final boolean firstOccurrence;
    private final Map<Long, Long> frequencies = new HashMap<>();
    private final Map<Long, Set<Integer>> places = new HashMap<>();
    private final PriorityQueue<Candidate> queue;

    /** A pair, how often it occurs, and what decides among equally frequent ones. */
    private record Candidate(long pair, long count, long tie) {}

    /** Two symbols, and their concatenation. */
    record Merge(int left, int right, int merged, long count) {}

    /**
     * For words of symbols.
     *
     * @param firstOccurrence whether of equally frequent pairs the one that occurs first is merged; otherwise that of
     *     the smaller symbols
     */
    MergeLearner(List<String> alphabet, List<int[]> words, long[] counts, boolean firstOccurrence) {
        for (String symbol : alphabet) {
            indices.put(symbol, symbols.size());
            symbols.add(symbol);
        }
        this.words = new ArrayList<>(words);
        this.counts = counts;
        this.firstOccurrence = firstOccurrence;
        queue =
                new PriorityQueue<>(
                        Comparator.comparingLong(Candidate::count).reversed().thenComparingLong(Candidate::tie));
        for (int w = 0; w < words.size(); w++) {
            count(w, 1, null);
        }
        frequencies.forEach((pair, n) -> queue.add(new Candidate(pair, n, tie(pair))));
    }

    List<String> symbols() {
        return symbols;
    }

    List<int[]> words() {
        return words;
    }

    private void count(int word, int sign, @Nullable Set<Long> changed) {
        int[] s = words.get(word);
        for (int i = 0; i + 1 < s.length; i++) {
            long pair = PairTable.key(s[i], s[i + 1]);
            frequencies.merge(pair, sign * counts[word], Long::sum);
            if (sign > 0) {
                places.computeIfAbsent(pair, p -> new HashSet<>()).add(word);
            }
            if (changed != null) {
                changed.add(pair);
            }
        }
    }

    private long tie(long pair) {
        if (!firstOccurrence) {
            return pair;
        }
        long first = Long.MAX_VALUE;
        for (int word : places.getOrDefault(pair, Set.of())) {
            if (word >= first >>> 32) {
                continue;
            }
            int[] s = words.get(word);
            for (int i = 0; i + 1 < s.length; i++) {
                if (PairTable.key(s[i], s[i + 1]) == pair) {
                    first = (long) word << 32 | i;
                    break;
                }
            }
        }
        return first;
    }

    /**
     * {@return the next merge, or null if no pair occurs {@code minCount} times}
     *
     * @param prefixLength so many characters of the right symbol are not part of the concatenation
     * @param maxLength the maximum length of a concatenation
     */
    @Nullable Merge next(long minCount, int prefixLength, int maxLength) {
        while (true) {
            Candidate top = queue.poll();
            if (top == null) {
                return null;
            }
            long count = frequencies.getOrDefault(top.pair(), 0L);
            if (count < Math.max(1, minCount)) {
                if (count == top.count()) {
                    return null; // the most frequent one is too rare
                }
                continue;
            }
            long tie = tie(top.pair());
            if (count != top.count() || tie != top.tie()) {
                if (count <= top.count()) {
                    queue.add(new Candidate(top.pair(), count, tie));
                }
                continue;
            }
            int left = (int) (top.pair() >>> 32);
            int right = (int) top.pair();
            String text = symbols.get(left) + symbols.get(right).substring(prefixLength);
            if (text.length() > maxLength) {
                continue;
            }
            Integer known = indices.get(text);
            int merged = known == null ? symbols.size() : known;
            if (known == null) {
                indices.put(text, merged);
                symbols.add(text);
            }
            apply(top.pair(), merged);
            return new Merge(left, right, merged, count);
        }
    }

    private void apply(long pair, int merged) {
        var changed = new HashSet<Long>();
        Set<Integer> where = places.getOrDefault(pair, Set.of());
        places.remove(pair);
        for (int word : where) {
            int[] before = words.get(word);
            int[] after = merged(before, pair, merged);
            if (after.length == before.length) {
                continue;
            }
            count(word, -1, changed);
            words.set(word, after);
            count(word, 1, changed);
        }
        for (long each : changed) {
            long n = frequencies.getOrDefault(each, 0L);
            if (n > 0) {
                queue.add(new Candidate(each, n, tie(each)));
            } else {
                frequencies.remove(each);
                places.remove(each);
            }
        }
    }

    private static int[] merged(int[] word, long pair, int merged) {
        var result = new int[word.length];
        int n = 0;
        for (int i = 0; i < word.length; i++) {
            if (i + 1 < word.length && PairTable.key(word[i], word[i + 1]) == pair) {
                result[n++] = merged;
                i++;
            } else {
                result[n++] = word[i];
            }
        }
        return Arrays.copyOf(result, n);
    }
}
