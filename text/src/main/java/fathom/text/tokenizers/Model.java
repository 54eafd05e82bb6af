package fathom.text.tokenizers;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Splits a word into tokens of a vocabulary. */
interface Model {
    /** {@return the tokens of a word, which is not empty} */
    Pieces tokenize(String word);

    /** {@return all tokens with their ids} */
    Map<String, Integer> vocabulary();

    /**
     * The tokens of a word.
     *
     * @param ids their ids
     * @param starts where they begin in the word
     * @param ends where they end
     */
    record Pieces(int[] ids, int[] starts, int[] ends) {
        static final Pieces NONE = new Pieces(new int[0], new int[0], new int[0]);

        static Pieces one(int id, int length) {
            return new Pieces(new int[] {id}, new int[] {0}, new int[] {length});
        }
    }

    /** {@return the model of a tokenizer.json} */
    static Model of(JsonNode node) {
        String type = Json.has(node, "type") ? Json.type(node) : guess(node);
        return switch (type) {
            case "WordPiece" -> new WordPieceModel(node);
            case "BPE" -> new BpeModel(node);
            case "Unigram" -> new UnigramModel(node);
            case "WordLevel" -> new WordLevelModel(node);
            default -> throw Json.unsupported("model", node, "WordPiece, BPE, Unigram, WordLevel");
        };
    }

    private static String guess(JsonNode node) {
        // files of old versions do not name the model
        return node.has("merges") ? "BPE" : node.path("vocab").isArray() ? "Unigram" : "WordPiece";
    }

    /** {@return the id of the token for unknown tokens, or null if there is none} */
    static @Nullable Integer unknown(JsonNode node, Map<String, Integer> vocabulary) {
        String token = Json.string(node, "unk_token", "");
        if (token.isEmpty()) {
            return null;
        }
        Integer id = vocabulary.get(token);
        if (id == null) {
            throw new IllegalArgumentException(
                    "%s: the vocabulary does not have the unk_token '%s'".formatted(Json.type(node), token));
        }
        return id;
    }
}
