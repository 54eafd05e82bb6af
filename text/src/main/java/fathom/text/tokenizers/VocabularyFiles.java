package fathom.text.tokenizers;

import fathom.files.InputFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Describes, as a tokenizer.json, the older files: vocab.txt of BERT; vocab.json and merges.txt of GPT-2. */
final class VocabularyFiles {
    private VocabularyFiles() {}

    static String toJson(Path folder) throws IOException {
        Path words = folder.resolve("vocab.txt");
        Path vocab = folder.resolve("vocab.json");
        Path merges = folder.resolve("merges.txt");
        if (Files.exists(words)) {
            var map = new LinkedHashMap<String, Integer>();
            InputFiles.text(words).lines().forEach(token -> map.put(token, map.size()));
            JsonNode config = config(folder.resolve("tokenizer_config.json"));
            boolean lower = Json.flag(config, "do_lower_case", true);
            return Templates.bert(map, lower, List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"));
        }
        if (Files.exists(vocab) && Files.exists(merges)) {
            Map<String, Integer> map = Vocabularies.map(json(vocab));
            List<String> pairs =
                    InputFiles.text(merges).lines().filter(l -> !l.startsWith("#version") && !l.isBlank()).toList();
            return Templates.byteLevel(
                    TokenizerKind.GPT2,
                    map,
                    pairs,
                    map.containsKey("<|endoftext|>") ? List.of("<|endoftext|>") : List.of());
        }
        throw new NoSuchFileException(
                folder.toString(), null, "there is no tokenizer.json, no vocab.txt, and no vocab.json with merges.txt");
    }

    private static JsonNode config(Path file) throws IOException {
        return Files.exists(file) ? json(file) : JsonMapper.shared().createObjectNode();
    }

    private static JsonNode json(Path file) throws IOException {
        try {
            return JsonMapper.shared().readTree(InputFiles.text(file));
        } catch (JacksonException e) {
            throw new IOException(file + ": not JSON: " + e.getOriginalMessage(), e);
        }
    }
}
