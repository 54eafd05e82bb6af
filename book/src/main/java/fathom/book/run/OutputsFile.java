package fathom.book.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Outputs of pages in files, which are committed: a page is shown as it ran, without being run again. Paths of the
 * machine that ran it are hidden ({@link MachinePaths}).
 */
public final class OutputsFile {
    private static final JsonMapper JSON = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private static final MachinePaths PATHS = MachinePaths.ofThisMachine();

    private OutputsFile() {}

    /**
     * Writes outputs.
     *
     * @throws IOException if the file cannot be written
     */
    public static void write(PageOutputs outputs, Path file) throws IOException {
        var root = new LinkedHashMap<String, Object>();
        root.put("digest", outputs.digest());
        var made = new LinkedHashMap<String, Object>();
        made.put("speed", outputs.made().speed());
        made.put("date", outputs.made().date());
        made.put("machine", outputs.made().machine());
        made.put("java", outputs.made().java());
        made.put("seconds", outputs.made().seconds());
        root.put("made", made);
        root.put("cells", outputs.cells().stream().map(OutputsFile::json).toList());
        var values = new TreeMap<String, Object>();
        outputs.values().forEach((k, v) -> values.put(k, Map.of("shape", v.shape(), "data", v.data())));
        root.put("values", values);
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, JSON.writeValueAsString(root) + "\n");
    }

    private static Map<String, Object> json(CellResult cell) {
        var json = new LinkedHashMap<String, Object>();
        List<Object> outputs = new ArrayList<>();
        for (CellOutput output : cell.outputs()) {
            var o = new LinkedHashMap<String, Object>();
            switch (output) {
                case CellOutput.Printed p -> o.put("printed", PATHS.hidden(p.text()));
                case CellOutput.Noted n -> o.put("noted", PATHS.hidden(n.text()));
                case CellOutput.Value v -> {
                    o.put("html", PATHS.hidden(v.html()));
                    o.put("text", PATHS.hidden(v.text()));
                }
                case CellOutput.Figure f -> {
                    o.put("light", f.light());
                    o.put("dark", f.dark());
                    o.put("html", PATHS.hidden(f.html()));
                    o.put("text", PATHS.hidden(f.text()));
                }
            }
            outputs.add(o);
        }
        json.put("outputs", outputs);
        cell.failure()
                .ifPresent(f ->
                        json.put(
                                "failure",
                                Map.of(
                                        "kind",
                                        f.kind().name().toLowerCase(Locale.ROOT),
                                        "message",
                                        PATHS.hidden(f.message()))));
        json.put("millis", cell.millis());
        return json;
    }

    /**
     * {@return the outputs in a file; nothing if there is no such file}
     *
     * @throws IOException if it holds something else
     */
    public static Optional<PageOutputs> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            JsonNode root = JSON.readTree(Files.readString(file));
            JsonNode made = root.path("made");
            var values = new LinkedHashMap<String, ShownValues>();
            root.path("values")
                    .properties()
                    .forEach(e ->
                            values.put(
                                    e.getKey(),
                                    new ShownValues(
                                            e.getValue().path("shape").valueStream().map(JsonNode::asLong).toList(),
                                            e.getValue().path("data").valueStream().map(JsonNode::asDouble).toList())));
            return Optional.of(
                    new PageOutputs(
                            root.path("digest").asString(),
                            new PageOutputs.Made(
                                    made.path("speed").asString(),
                                    made.path("date").asString(),
                                    made.path("machine").asString(),
                                    made.path("java").asString(),
                                    made.path("seconds").asDouble()),
                            root.path("cells").valueStream().map(OutputsFile::cell).toList(),
                            values));
        } catch (JacksonException | IllegalArgumentException e) {
            throw new IOException("%s: these are no outputs of a page: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static CellResult cell(JsonNode json) {
        JsonNode failure = json.path("failure");
        return new CellResult(
                json.path("outputs").valueStream().map(OutputsFile::output).toList(),
                failure.isMissingNode()
                        ? Optional.empty()
                        : Optional.of(
                                new Failure(
                                        Failure.Kind.valueOf(failure.path("kind").asString().toUpperCase(Locale.ROOT)),
                                        failure.path("message").asString())),
                json.path("millis").asLong());
    }

    private static CellOutput output(JsonNode o) {
        if (o.has("printed")) {
            return new CellOutput.Printed(o.path("printed").asString());
        }
        if (o.has("noted")) {
            return new CellOutput.Noted(o.path("noted").asString());
        }
        String html = o.path("html").asString("");
        String text = o.path("text").asString("");
        return o.has("light")
                ? new CellOutput.Figure(o.path("light").asString(), o.path("dark").asString(), html, text)
                : new CellOutput.Value(html, text);
    }
}
