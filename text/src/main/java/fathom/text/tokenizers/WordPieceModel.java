package fathom.text.tokenizers;

import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * WordPiece (Schuster and Nakajima, 2012; Devlin et al., 2019): the longest token that a word begins with, then the
 * longest one that the rest begins with, and so on; a word for which that fails is unknown as a whole.
 */
final class WordPieceModel implements Model {
    private final Map<String, Integer> vocabulary;
    private final @Nullable Integer unknown;
    private final String prefix;
    private final int maxCharacters;
    private final int longest;

    WordPieceModel(JsonNode node) {
        vocabulary = Vocabularies.map(node.path("vocab"));
        unknown = Model.unknown(node, vocabulary);
        prefix = Json.string(node, "continuing_subword_prefix", "##");
        maxCharacters = Json.integer(node, "max_input_chars_per_word", 100);
        longest = vocabulary.keySet().stream().mapToInt(String::length).max().orElse(0);
    }

    @Override
    public Map<String, Integer> vocabulary() {
        return vocabulary;
    }

    @Override
    public Pieces tokenize(String word) {
        int n = word.length();
        if (word.codePointCount(0, n) > maxCharacters) {
            return unknown(word);
        }
        var ids = new int[n];
        var ends = new int[n];
        int count = 0;
        for (int from = 0; from < n; ) {
            Integer found = null;
            int end = Math.min(n, from + longest);
            for (; end > from; end--) {
                String part = word.substring(from, end);
                found = vocabulary.get(from == 0 ? part : prefix + part);
                if (found != null) {
                    break;
                }
            }
            if (found == null) {
                return unknown(word);
            }
            ids[count] = found;
            ends[count++] = end;
            from = end;
        }
        var starts = new int[count];
        System.arraycopy(ends, 0, starts, 1, count - 1);
        return new Pieces(Arrays.copyOf(ids, count), starts, Arrays.copyOf(ends, count));
    }

    private Pieces unknown(String word) {
        if (unknown == null) {
            throw new IllegalArgumentException(
                    "WordPiece: there is no token for '%s', and no unk_token".formatted(word));
        }
        return Pieces.one(unknown, word.length());
    }
}
