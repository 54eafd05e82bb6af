package fathom.text.tokenizers;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The normalizer and the pre-tokenizer of a tokenizer.json, without its model. */
final class Splitter {
    private final @Nullable Normalizer normalizer;
    private final @Nullable PreTokenizer preTokenizer;

    private Splitter(@Nullable Normalizer normalizer, @Nullable PreTokenizer preTokenizer) {
        this.normalizer = normalizer;
        this.preTokenizer = preTokenizer;
    }

    static Splitter of(String json) {
        JsonNode root = JsonMapper.shared().readTree(json);
        return new Splitter(
                Json.optional(root, "normalizer", Normalizers::of),
                Json.optional(root, "pre_tokenizer", PreTokenizers::of));
    }

    /** {@return words that begin with ▁ for a space} */
    static Splitter sentencePiece() {
        JsonNode node = JsonMapper.shared().createObjectNode().put("type", "Metaspace");
        return new Splitter(null, PreTokenizers.of(node));
    }

    void split(String text, List<AlignedText> words) {
        AlignedText t = AlignedText.of(text, 0);
        if (normalizer != null) {
            t = normalizer.normalize(t);
        }
        if (preTokenizer == null) {
            words.add(t);
        } else {
            preTokenizer.split(t, words);
        }
    }
}
