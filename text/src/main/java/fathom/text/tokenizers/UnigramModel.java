package fathom.text.tokenizers;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A unigram language model of subwords (Kudo, 2018): of all segmentations of a word, the one whose tokens' scores, log
 * probabilities, have the largest sum.
 */
final class UnigramModel implements Model {
    private static final double UNKNOWN_PENALTY = 10;

    private final Map<String, Integer> vocabulary = new LinkedHashMap<>();
    private final double[] scores;
    private final @Nullable Integer unknown;
    private final boolean byteFallback;
    private final double unknownScore;
    private final int longest;
    private final int[] bytes = new int[256];

    UnigramModel(JsonNode node) {
        JsonNode vocab = node.path("vocab");
        scores = new double[vocab.size()];
        int maxLength = 1;
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < scores.length; i++) {
            JsonNode entry = vocab.get(i);
            if (!entry.isArray() || entry.size() != 2 || !entry.get(1).isNumber()) {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "Unigram: entry %,d is not a token and its score: %s", i, entry));
            }
            String token = entry.get(0).asString();
            vocabulary.put(token, i);
            scores[i] = entry.get(1).asDouble();
            least = Math.min(least, scores[i]);
            maxLength = Math.max(maxLength, token.length());
        }
        longest = maxLength;
        unknown = Json.has(node, "unk_id") ? Json.integer(node, "unk_id") : null;
        byteFallback = Json.flag(node, "byte_fallback", false);
        unknownScore = least - UNKNOWN_PENALTY;
        for (int b = 0; b < 256; b++) {
            bytes[b] = vocabulary.getOrDefault(String.format(Locale.ROOT, "<0x%02X>", b), -1);
        }
    }

    @Override
    public Map<String, Integer> vocabulary() {
        return vocabulary;
    }

    @Override
    public Pieces tokenize(String word) {
        int n = word.length();
        var best = new double[n + 1];
        var from = new int[n + 1];
        var token = new int[n + 1];
        Arrays.fill(best, Double.NEGATIVE_INFINITY);
        best[0] = 0;
        for (int i = 0; i < n; ) {
            int one = Character.charCount(word.codePointAt(i));
            boolean hasOne = false;
            for (int end = i + one; end <= Math.min(n, i + longest); end++) {
                Integer id = vocabulary.get(word.substring(i, end));
                if (id != null) {
                    double score = best[i] + scores[id];
                    if (score > best[end]) {
                        best[end] = score;
                        from[end] = i;
                        token[end] = id;
                    }
                    hasOne |= end == i + one;
                }
            }
            if (!hasOne) {
                double score = best[i] + unknownScore;
                if (score > best[i + one]) {
                    best[i + one] = score;
                    from[i + one] = i;
                    token[i + one] = -1;
                }
            }
            i += one;
        }
        return pieces(word, from, token);
    }

    private Pieces pieces(String word, int[] from, int[] token) {
        int n = word.length();
        // from the end to the beginning; neighbouring unknown characters are one token
        var reversed = new Reversed(n);
        for (int end = n; end > 0; ) {
            int begin = from[end];
            if (token[end] >= 0) {
                reversed.add(token[end], begin, end);
            } else {
                while (begin > 0 && token[begin] < 0) {
                    begin = from[begin];
                }
                addUnknown(word, begin, end, reversed);
            }
            end = begin;
        }
        return reversed.pieces();
    }

    private void addUnknown(String word, int begin, int end, Reversed to) {
        // several unknown characters may be a token that did not have the best score
        Integer id = vocabulary.get(word.substring(begin, end));
        if (id != null) {
            to.add(id, begin, end);
            return;
        }
        byte[] utf8 = word.substring(begin, end).getBytes(StandardCharsets.UTF_8);
        boolean has = byteFallback;
        for (byte b : utf8) {
            has &= bytes[b & 0xFF] >= 0;
        }
        if (has) {
            for (int i = utf8.length - 1; i >= 0; i--) {
                to.add(bytes[utf8[i] & 0xFF], begin, end);
            }
        } else if (unknown != null) {
            to.add(unknown, begin, end);
        } else {
            throw new IllegalArgumentException(
                    "Unigram: there is no token for '%s', and no unk_id".formatted(word.substring(begin, end)));
        }
    }

    /** Tokens, from the last one to the first. */
    private static final class Reversed {
        private int[] ids;
        private int[] starts;
        private int[] ends;
        private int count;

        Reversed(int capacity) {
            ids = new int[capacity];
            starts = new int[capacity];
            ends = new int[capacity];
        }

        void add(int id, int start, int end) {
            if (count == ids.length) {
                ids = Arrays.copyOf(ids, 2 * count + 4);
                starts = Arrays.copyOf(starts, ids.length);
                ends = Arrays.copyOf(ends, ids.length);
            }
            ids[count] = id;
            starts[count] = start;
            ends[count++] = end;
        }

        Pieces pieces() {
            var pieces = new Pieces(new int[count], new int[count], new int[count]);
            for (int i = 0; i < count; i++) {
                int to = count - 1 - i;
                pieces.ids()[to] = ids[i];
                pieces.starts()[to] = starts[i];
                pieces.ends()[to] = ends[i];
            }
            return pieces;
        }
    }
}
