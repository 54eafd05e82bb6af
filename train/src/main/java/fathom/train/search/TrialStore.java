package fathom.train.search;

import fathom.FathomException;
import fathom.files.AtomicFiles;
import fathom.files.FolderLock;
import fathom.files.InputFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The results of a search on disk: {@code search.json} describes it, {@code trial-3/budget-10.json} has a result,
 * {@code results.csv} all of them. Several processes may share a folder: each locks the trial that it works on.
 */
final class TrialStore {
    private static final JsonMapper JSON = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final Path folder;

    /**
     * Opens the folder of a search.
     *
     * @param plan what is searched, and how
     * @throws FathomException if the folder has another search
     */
    TrialStore(Path folder, String plan) {
        this.folder = folder;
        Path description = folder.resolve("search.json");
        try {
            if (Files.exists(description)) {
                String before = read(description).path("plan").asString("");
                if (!before.equals(plan)) {
                    throw new FathomException(
                            "%s has results of another search: %s; this one is: %s. Choose another folder, or delete it"
                                    .formatted(folder, before, plan));
                }
            } else {
                write(description, Map.of("plan", plan));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path trial(int index) {
        return folder.resolve(String.format(Locale.ROOT, "trial-%d", index));
    }

    /** {@return the folder for a trial's checkpoints} */
    Path run(int index) {
        return trial(index).resolve("run");
    }

    /** {@return a lock on the trial; null if another process or thread works on it} */
    @Nullable FolderLock lock(int index) {
        try {
            return FolderLock.take(Files.createDirectories(trial(index)), "search");
        } catch (FolderLock.InUseException e) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path file(int index, int budget) {
        return trial(index).resolve(String.format(Locale.ROOT, "budget-%d.json", budget));
    }

    /** {@return the result of a trial; null if there is none yet} */
    @Nullable TrialResult result(int index, Map<String, Object> parameters, int budget) {
        Path file = file(index, budget);
        if (!Files.exists(file)) {
            return null;
        }
        try {
            JsonNode json = read(file);
            var scores = new LinkedHashMap<String, Double>();
            json.path("scores").properties().forEach(e -> scores.put(e.getKey(), number(file, e.getValue())));
            JsonNode failure = json.path("failure");
            return new TrialResult(
                    index,
                    parameters,
                    budget,
                    scores,
                    number(file, json.path("seconds")),
                    failure.isString() ? failure.stringValue() : null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void save(TrialResult result) {
        var json = new LinkedHashMap<String, Object>();
        json.put("parameters", result.parameters());
        json.put("scores", result.scores());
        json.put("seconds", result.seconds());
        if (result.failure() != null) {
            json.put("failure", result.failure());
        }
        try {
            write(file(result.index(), result.budget()), json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void saveTable(SearchResult results) {
        try {
            AtomicFiles.write(folder.resolve("results.csv"), results.csv().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, Map<String, Object> contents) throws IOException {
        AtomicFiles.write(file, (JSON.writeValueAsString(contents) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static JsonNode read(Path file) throws IOException {
        try {
            return JSON.readTree(InputFiles.text(file));
        } catch (JacksonException e) {
            throw new IOException("%s is damaged: %s".formatted(file, e.getOriginalMessage()), e);
        }
    }

    /** Reads a number; NaN and infinity, which JSON lacks, are written as text. */
    private static double number(Path file, JsonNode node) {
        if (node.isNumber()) {
            return node.doubleValue();
        }
        return switch (node.asString("")) {
            case "NaN" -> Double.NaN;
            case "Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> throw new FathomException("%s is damaged: %s is no number".formatted(file, node));
        };
    }
}
