import fathom.book.Book;
import fathom.book.Contents;
import fathom.book.page.Language;
import fathom.book.page.Page;
import fathom.book.page.Part;
import fathom.book.run.OutputsFile;
import fathom.book.run.PageOutputs;
import fathom.book.run.Substitution;
import fathom.book.write.NotebookWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Pages of the book as notebooks for Jupyter: {@code BookNotebooks write BOOK FOLDER SECTION...} writes one of each, in
 * turns in English and in Chinese, with a training as short as a check's; {@code BookNotebooks check BOOK FOLDER
 * SECTION...} looks at the executed ones: every cell has run, those that must fail have failed and no others, and all
 * that the page says it prints is there.
 */
public final class BookNotebooks {
    private static int passed;
    private static int failed;

    public static void main(String[] args) throws IOException {
        if (args.length < 4) {
            throw new IllegalArgumentException("expected: write|check BOOK FOLDER SECTION...");
        }
        Book book = Book.open(Path.of(args[1]));
        Path folder = Path.of(args[2]);
        List<Contents.Section> sections = Arrays.stream(args).skip(3).map(book::find).toList();
        if (args[0].equals("write")) {
            for (int i = 0; i < sections.size(); i++) {
                write(book, sections.get(i), folder, Language.values()[i % 2]);
            }
            return;
        }
        for (Contents.Section section : sections) {
            check(book.page(section), folder.resolve(name(section)));
        }
        System.out.println(passed + " pages passed, " + failed + " failed");
        System.exit(failed == 0 && passed > 0 ? 0 : 1);
    }

    private static String name(Contents.Section section) {
        return section.path().replace('/', '.') + ".ipynb";
    }

    private static void write(Book book, Contents.Section section, Path folder, Language language) throws IOException {
        Page page = book.page(section);
        PageOutputs outputs =
                OutputsFile.read(book.outputs(section))
                        .orElseThrow(() -> new IOException("page " + section.number() + " has no outputs"));
        List<Part> parts = new ArrayList<>();
        for (Part part : page.parts()) {
            parts.add(
                    part instanceof Part.Cell c
                            ? new Part.Cell(
                                    c.line(),
                                    c.number(),
                                    c.kind(),
                                    Substitution.apply(c.code(), page.front().checked()))
                            : part);
        }
        var shortened = new Page(page.file(), page.path(), page.front(), parts);
        Files.createDirectories(folder);
        Files.writeString(folder.resolve(name(section)), NotebookWriter.write(shortened, outputs, language));
    }

    private static void check(Page page, Path file) throws IOException {
        List<String> problems = Files.exists(file) ? problems(page, file) : List.of("it was not executed");
        String title = page.front().section() + " " + page.path();
        if (problems.isEmpty()) {
            passed++;
            System.out.println("notebook: ok: " + title);
        } else {
            failed++;
            problems.forEach(p -> System.out.println("notebook: FAILED: " + title + ": " + p));
        }
    }

    private static List<String> problems(Page page, Path file) throws IOException {
        List<String> problems = new ArrayList<>();
        var printed = new StringBuilder();
        int number = 0;
        for (JsonNode cell : new JsonMapper().readTree(Files.readString(file)).path("cells")) {
            if (!cell.path("cell_type").asString().equals("code")) {
                continue;
            }
            number++;
            boolean fails = false;
            for (JsonNode output : cell.path("outputs")) {
                fails |= output.path("output_type").asString().equals("error");
                printed.append(text(output.path("text"))).append('\n');
                printed.append(text(output.path("data").path("text/plain"))).append('\n');
                printed.append(output.path("ename").asString("")).append(": ");
                printed.append(output.path("evalue").asString("")).append('\n');
            }
            boolean mustFail = text(cell.path("metadata").path("tags")).contains("raises-exception");
            if (cell.path("execution_count").isNull()) {
                problems.add("cell " + number + " has not run");
            } else if (fails != mustFail) {
                problems.add("cell " + number + (fails ? " fails" : " must fail, and does not") + ": " + cell);
            }
        }
        long expected = page.cells().stream().filter(c -> !c.kind().info().equals("java check")).count();
        if (number != expected) {
            problems.add("it has " + number + " cells, the page " + expected);
        }
        for (String print : page.front().prints()) {
            if (!normalized(printed.toString()).contains(normalized(print))) {
                problems.add("it does not print \"" + print + "\"");
            }
        }
        return problems;
    }

    private static String normalized(String text) {
        return text.replaceAll("[ \\t\\r]+\\n", "\n");
    }

    /** A text of a notebook may be in lines. */
    private static String text(JsonNode text) {
        if (!text.isArray()) {
            return text.asString("");
        }
        var all = new StringBuilder();
        text.forEach(line -> all.append(line.asString()));
        return all.toString();
    }
}
