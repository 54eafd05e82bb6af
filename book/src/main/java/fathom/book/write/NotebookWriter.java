package fathom.book.write;

import fathom.book.page.CellKind;
import fathom.book.page.Language;
import fathom.book.page.Page;
import fathom.book.page.Part;
import fathom.book.run.CellOutput;
import fathom.book.run.CellResult;
import fathom.book.run.PageOutputs;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes a page as a notebook in one language, with its outputs, for the kernel that {@code ./fathom notebook}
 * installs.
 */
public final class NotebookWriter {
    private static final JsonMapper JSON = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final Language language;
    private final List<Object> cells = new ArrayList<>();
    private int executed;

    private NotebookWriter(Language language) {
        this.language = language;
    }

    /** {@return the notebook's text} */
    public static String write(Page page, PageOutputs outputs, Language language) {
        return new NotebookWriter(language).notebook(page, outputs);
    }

    private String say(String en, String zh) {
        return language == Language.EN ? en : zh;
    }

    private String notebook(Page page, PageOutputs outputs) {
        markdown(
                "# %s %s\n\n**%s** %s"
                        .formatted(
                                page.front().section(),
                                page.front().title().in(language),
                                say("After this page you can:", "学完本节，你可以："),
                                page.front().can().in(language)));
        for (Part part : page.parts()) {
            switch (part) {
                case Part.Heading h ->
                        markdown(
                                "<a id=\"%s\"></a>\n\n%s %s"
                                        .formatted(h.anchor(), "#".repeat(h.level()), h.title().in(language)));
                case Part.Prose prose -> markdown(links(prose.text().in(language).markdown()));
                case Part.Cell cell when cell.kind() != CellKind.CHECK ->
                        code(cell, outputs.cells().get(cell.number()));
                case Part.Cell cell -> {
                    // asserts what the answers claim; readers find out themselves
                }
                case Part.Component component ->
                        markdown(say("*A picture to move stands here in the book.*", "*书中此处有一幅可以操作的图。*"));
                case Part.Exercises e -> exercises(e.exercises().in(language));
            }
        }
        var metadata = new LinkedHashMap<String, Object>();
        metadata.put("kernelspec", Map.of("name", "fathom", "display_name", "Fathom (Java)", "language", "java"));
        metadata.put("language_info", Map.of("name", "java", "file_extension", ".java", "mimetype", "text/x-java"));
        var root = new LinkedHashMap<String, Object>();
        root.put("cells", cells);
        root.put("metadata", metadata);
        root.put("nbformat", 4);
        root.put("nbformat_minor", 5);
        return JSON.writeValueAsString(root) + "\n";
    }

    /** {@return the text, with links to notebooks in place of pages} */
    private static String links(String markdown) {
        return markdown.replaceAll("(]\\([^)\\s#:]*)\\.md(#[^)]*)?\\)", "$1.ipynb$2)");
    }

    private void markdown(String text) {
        var cell = new LinkedHashMap<String, Object>();
        cell.put("cell_type", "markdown");
        cell.put("id", "cell-" + cells.size());
        cell.put("metadata", Map.of());
        cell.put("source", lines(text));
        cells.add(cell);
    }

    private void exercises(List<Part.Exercise> exercises) {
        var text = new StringBuilder();
        int number = 1;
        for (Part.Exercise exercise : exercises) {
            text.append(number++).append(". ").append(exercise.question().replace("\n", "\n   ")).append("\n\n");
            exercise.hint().ifPresent(h -> details(text, say("Hint", "提示"), h));
            exercise.answer().ifPresent(a -> details(text, say("Answer", "答案"), a));
        }
        markdown(links(text.toString().strip()));
    }

    private static void details(StringBuilder text, String summary, String markdown) {
        text.append(
                "   <details><summary>%s</summary>\n\n   %s\n\n   </details>\n\n"
                        .formatted(summary, markdown.replace("\n", "\n   ")));
    }

    private void code(Part.Cell source, CellResult result) {
        List<Object> outputs = new ArrayList<>();
        executed++;
        for (CellOutput output : result.outputs()) {
            switch (output) {
                case CellOutput.Printed p -> outputs.add(stream("stdout", p.text()));
                case CellOutput.Noted n -> outputs.add(stream("stderr", n.text()));
                case CellOutput.Value v ->
                        outputs.add(display(Map.of("text/html", lines(v.html()), "text/plain", lines(v.text()))));
                case CellOutput.Figure f ->
                        outputs.add(
                                display(
                                        Map.of(
                                                "text/html",
                                                lines("<div>%s</div>%s".formatted(f.light(), f.html())),
                                                "text/plain",
                                                lines(f.text()))));
            }
        }
        result.failure()
                .ifPresent(f -> {
                    int colon = f.message().indexOf(": ");
                    var error = new LinkedHashMap<String, Object>();
                    error.put("output_type", "error");
                    error.put("ename", colon < 0 ? f.message() : f.message().substring(0, colon));
                    error.put("evalue", colon < 0 ? "" : f.message().substring(colon + 2));
                    error.put("traceback", List.of(f.message()));
                    outputs.add(error);
                });
        var cell = new LinkedHashMap<String, Object>();
        cell.put("cell_type", "code");
        cell.put("id", "cell-" + cells.size());
        cell.put("execution_count", executed);
        // an execution of the whole notebook goes on after such a cell
        cell.put("metadata", source.kind() == CellKind.ERROR ? Map.of("tags", List.of("raises-exception")) : Map.of());
        cell.put("source", lines(source.code()));
        cell.put("outputs", outputs);
        cells.add(cell);
    }

    private static Map<String, Object> stream(String name, String text) {
        var stream = new LinkedHashMap<String, Object>();
        stream.put("output_type", "stream");
        stream.put("name", name);
        stream.put("text", lines(text));
        return stream;
    }

    private static Map<String, Object> display(Map<String, Object> data) {
        var display = new LinkedHashMap<String, Object>();
        display.put("output_type", "display_data");
        display.put("data", new java.util.TreeMap<>(data));
        display.put("metadata", Map.of());
        return display;
    }

    /** Texts of notebooks are lists of lines. */
    private static List<String> lines(String text) {
        List<String> lines = new ArrayList<>();
        int start = 0;
        while (start < text.length()) {
            int end = text.indexOf('\n', start);
            end = end < 0 ? text.length() : end + 1;
            lines.add(text.substring(start, end));
            start = end;
        }
        return lines;
    }
}
