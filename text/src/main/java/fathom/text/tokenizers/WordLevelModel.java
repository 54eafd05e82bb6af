package fathom.text.tokenizers;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Words are tokens; others are unknown. */
final class WordLevelModel implements Model {
    private final Map<String, Integer> vocabulary;
    private final @Nullable Integer unknown;

    WordLevelModel(JsonNode node) {
        vocabulary = Vocabularies.map(node.path("vocab"));
        unknown = Model.unknown(node, vocabulary);
    }

    @Override
    public Map<String, Integer> vocabulary() {
        return vocabulary;
    }

    @Override
    public Pieces tokenize(String word) {
        Integer id = vocabulary.getOrDefault(word, unknown);
        return id == null ? Pieces.NONE : Pieces.one(id, word.length());
    }
}
