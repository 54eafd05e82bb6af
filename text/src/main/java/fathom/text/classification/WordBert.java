package fathom.text.classification;

import fathom.text.Vocabulary;
import fathom.text.bert.BertForPreTraining;
import fathom.text.bert.CourseBert;
import fathom.text.bert.SentencePair;
import fathom.text.tokenizers.Tokenizer;
import fathom.train.recipe.RecipeException;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TrainedRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A BERT of words, with the special tokens of {@link SentencePair}: one that the course provides, or a run of {@code
 * fathom train bert}.
 *
 * @param model the model
 * @param tokenizer a tokenizer of words
 */
record WordBert(BertForPreTraining model, Tokenizer tokenizer) {
    private static final List<String> COURSES = List.of("bert.small", "bert.base");

    /**
     * {@return the model of a name or of a run's folder; null if it is neither}
     *
     * @throws RecipeException if it is not available or damaged
     */
    static @Nullable WordBert find(String weights) {
        try {
            if (COURSES.contains(weights) && !Files.exists(Path.of(weights))) {
                CourseBert course = CourseBert.load(weights);
                return new WordBert(course.model(), tokenizer(course.vocabulary()));
            }
            Path folder = Path.of(weights);
            return Files.isRegularFile(folder.resolve("model.safetensors"))
                            && Files.isRegularFile(folder.resolve("metrics.csv"))
                    ? ofRun(TrainedRun.open(folder))
                    : null;
        } catch (IOException | UncheckedIOException e) {
            throw new RecipeException(BertClassificationRecipe.WEIGHTS, String.valueOf(e.getMessage()));
        }
    }

    private static WordBert ofRun(TrainedRun run) throws IOException {
        RecipeTask task = run.task(o -> {});
        if (run.network(task, false) instanceof BertForPreTraining model
                && run.settings().get("vocabulary") instanceof List<?> words) {
            model.train();
            return new WordBert(model, tokenizer(Vocabulary.ofTokens(words.stream().map(String::valueOf).toList())));
        }
        throw new RecipeException(
                BertClassificationRecipe.WEIGHTS,
                "%s is a run of %s, not of bert".formatted(run.folder(), run.recipe().name()));
    }

    /** {@return a tokenizer that splits at white space, and puts special tokens around texts} */
    static Tokenizer tokenizer(Vocabulary vocabulary) {
        var indices = new LinkedHashMap<String, Integer>();
        vocabulary.tokens().forEach(t -> indices.put(t, indices.size()));
        List<String> special =
                List.of(Vocabulary.UNKNOWN, SentencePair.PAD, SentencePair.MASK, SentencePair.CLS, SentencePair.SEP);
        Map<String, Object> ofTemplate = new LinkedHashMap<>();
        for (String token : List.of(SentencePair.CLS, SentencePair.SEP)) {
            ofTemplate.put(
                    token, Map.of("id", token, "ids", List.of(vocabulary.index(token)), "tokens", List.of(token)));
        }
        List<Object> single = List.of(token(SentencePair.CLS, 0), text("A", 0), token(SentencePair.SEP, 0));
        List<Object> pair =
                List.of(
                        token(SentencePair.CLS, 0),
                        text("A", 0),
                        token(SentencePair.SEP, 0),
                        text("B", 1),
                        token(SentencePair.SEP, 1));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("version", "1.0");
        json.put("added_tokens", special.stream().map(t -> added(t, vocabulary.index(t))).toList());
        json.put("normalizer", Map.of("type", "Lowercase"));
        json.put("pre_tokenizer", Map.of("type", "WhitespaceSplit"));
        json.put(
                "post_processor",
                Map.of(
                        "type", "TemplateProcessing",
                        "single", single,
                        "pair", pair,
                        "special_tokens", ofTemplate));
        json.put("model", Map.of("type", "WordLevel", "vocab", indices, "unk_token", Vocabulary.UNKNOWN));
        return Tokenizer.parse(JsonMapper.shared().writeValueAsString(json));
    }

    private static Map<String, Object> added(String token, int id) {
        return Map.of(
                "id", id,
                "content", token,
                "special", true,
                "single_word", false,
                "lstrip", false,
                "rstrip", false,
                "normalized", false);
    }

    private static Map<String, Object> token(String token, int type) {
        return Map.of("SpecialToken", Map.of("id", token, "type_id", type));
    }

    private static Map<String, Object> text(String name, int type) {
        return Map.of("Sequence", Map.of("id", name, "type_id", type));
    }
}
