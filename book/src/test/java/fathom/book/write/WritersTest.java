package fathom.book.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.book.Book;
import fathom.book.page.Language;
import fathom.book.page.Page;
import fathom.book.page.PageParser;
import fathom.book.run.CellOutput;
import fathom.book.run.CellResult;
import fathom.book.run.Failure;
import fathom.book.run.OutputsFile;
import fathom.book.run.PageOutputs;
import fathom.book.run.ShownValues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Pages as Markdown, notebooks and programs, from outputs that are given. */
class WritersTest {
    private static final String SOURCE =
            """
            ---
            section: 2.3
            title: { zh: 线性代数, en: Linear Algebra }
            can: { zh: 求和, en: sum }
            seconds: 5
            checked: { epochs: 1 }
            ---

            :::en
            See [norms](#norms) and [2.1](ndarray.md#start). With $x_i$, too.
            :::
            :::zh
            见[范数](#norms)与 [2.1](ndarray.md#start)。
            :::

            ## norms {zh="范数" en="Norms"}

            ```java
            int epochs = 10;
            import java.util.zip.CRC32;
            int twice(int n) {
                return 2 * n;
            }
            var A = ones(2, 2);
            A
            ```
            ```java error
            A.div(ones(3))
            ```
            ```java error
            int n = "text";
            ```
            <AxisSum shape="[2, 2]" values="A" />
            ```java check
            assert A.numel() == 4;
            ```

            ## exercises {zh="练习" en="Exercises"}

            :::en
            1. Why? {hint: `{{ x }}`} {answer: so}
            :::
            :::zh
            1. 为什么？
            :::
            """;

    private static final Page PAGE = PageParser.parse("a.md", "preliminaries/linear-algebra", SOURCE);

    private static final PageOutputs OUTPUTS =
            new PageOutputs(
                    PAGE.digest(),
                    new PageOutputs.Made("full", "2026-01-31", "a machine", "25", 1.5),
                    List.of(
                            new CellResult(
                                    List.of(
                                            new CellOutput.Printed("a < b\n\n  c {{ d }}\n"),
                                            new CellOutput.Value("<pre>x\n\ny</pre><td>  z</td>", "x\n\ny"),
                                            new CellOutput.Figure(
                                                    "<svg xmlns=\"s\" width=\"460\" height=\"320\"><text x=\"1\">sin(t)</text><text>1.0</text></svg>",
                                                    "<svg dark/>",
                                                    "",
                                                    "dots")),
                                    Optional.empty(),
                                    3),
                            new CellResult(
                                    List.of(),
                                    Optional.of(new Failure(Failure.Kind.THROWN, "IllegalArgumentException: no: [2]")),
                                    1),
                            new CellResult(
                                    List.of(), Optional.of(new Failure(Failure.Kind.COMPILE, "error: types")), 1),
                            new CellResult(List.of(), Optional.empty(), 1)),
                    Map.of("0.A", new ShownValues(List.of(2L, 2L), List.of(1., 0.1f + 0.0, 1., 1.))));

    @Test
    void outputsAreTheSameWhenTheyAreReadAgain(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("a/b.json");
        assertThat(OutputsFile.read(file)).isEmpty();
        OutputsFile.write(OUTPUTS, file);
        assertThat(OutputsFile.read(file)).contains(OUTPUTS);
        Files.writeString(file, "[1,");
        assertThatThrownBy(() -> OutputsFile.read(file)).isInstanceOf(IOException.class).hasMessageContaining("b.json");
    }

    @Test
    void markdownForTheSite() throws IOException {
        String en =
                PageMarkdown.write(PAGE, OUTPUTS, Language.EN, (cell, output, figure) -> "/f/" + cell + "-" + output);
        assertThat(en)
                .startsWith("---\ntitle: \"2.3 Linear Algebra\"\n")
                .contains("\n# 2.3 Linear Algebra\n", "\n## Norms {#norms}\n", "[2.1](ndarray.md#start)")
                .contains("<span class=\"formula\">$x_i$,</span> too")
                .contains(
                        "<BookCell :number=\"0\" kind=\"plain\" :settings='{\"epochs\":\"10\"}'>\n\n```java\nint epochs = 10;")
                .contains("<div class=\"outputs\" v-pre><pre class=\"printed\">a &lt; b&#10;&#10;  c {{ d }}</pre>")
                .contains("<pre>x&#10;&#10;y</pre><td>&nbsp;&nbsp;z</td>")
                .contains(
                        "<img class=\"figure light\" src=\"/f/0-2-light.svg\" alt=\"sin(t)\" width=\"460\" height=\"320\"")
                .contains("<pre class=\"failure\">IllegalArgumentException: no: [2]</pre>")
                .contains("<AxisSum shape=\"[2, 2]\" :values='{\"A\":{")
                .contains("0.1,")
                .contains("<details><summary>Hint</summary>\n\n   `{{ x }}`\n\n   </details>")
                .doesNotContain("assert A.numel", "范数");
        // nothing of an output may end the block of HTML
        en.lines().filter(l -> l.startsWith("<div class=\"outputs\"")).forEach(l -> assertThat(l).endsWith("</div>"));
        String zh = PageMarkdown.write(PAGE, OUTPUTS, Language.ZH, (cell, output, figure) -> "/f");
        assertThat(zh).contains("# 2.3 线性代数", "## 范数 {#norms}", "见[范数](#norms)").doesNotContain("See [norms]");
    }

    @Test
    void notebooks() {
        JsonNode notebook = new JsonMapper().readTree(NotebookWriter.write(PAGE, OUTPUTS, Language.ZH));
        assertThat(notebook.path("nbformat").asInt()).isEqualTo(4);
        assertThat(notebook.path("metadata").path("kernelspec").path("name").asString()).isEqualTo("fathom");
        List<JsonNode> code =
                notebook.path("cells")
                        .valueStream()
                        .filter(c -> c.path("cell_type").asString().equals("code"))
                        .toList();
        assertThat(code).hasSize(3);
        assertThat(code.getFirst().path("outputs").valueStream().map(o -> o.path("output_type").asString()))
                .containsExactly("stream", "display_data", "display_data");
        JsonNode error = code.get(1).path("outputs").path(0);
        assertThat(error.path("ename").asString()).isEqualTo("IllegalArgumentException");
        assertThat(error.path("evalue").asString()).isEqualTo("no: [2]");
        assertThat(code.get(1).path("metadata").path("tags").path(0).asString()).isEqualTo("raises-exception");
        assertThat(notebook.toString())
                .contains("线性代数", "[2.1](ndarray.ipynb#start)", "[范数](#norms)", "<a id=\\\"norms\\\"></a>")
                .doesNotContain("assert A.numel");
    }

    @Test
    void programs() throws IOException {
        String program = ProgramWriter.write(PAGE, OUTPUTS);
        assertThat(ProgramWriter.name(PAGE)).isEqualTo("Chapter2_3_LinearAlgebra");
        assertThat(program)
                .contains(
                        "import java.util.zip.CRC32;\n",
                        "\nint twice(int n) {\n",
                        "    // Norms\n    int epochs = 10;\n")
                .contains("    IO.println(A);\n", "    try {\n        A.div(ones(3));\n    } catch")
                .contains("    // refused by the compiler:\n    // int n = \"text\";\n")
                .contains("    {\n        assert A.numel() == 4;\n    }\n");
        assertThat(ProgramWriter.compile(PAGE, OUTPUTS)).isEmpty();
        Page twice = PageParser.parse("a.md", "a/b", SOURCE.replace("A.div(ones(3))", "var A = 3;"));
        assertThat(ProgramWriter.compile(twice, OUTPUTS).orElseThrow()).contains("already defined");
        Page counting =
                PageParser.parse(
                        "a.md", "a/b", SOURCE.replace("var A = ones", "static int count;\ncount++;\nvar A = ones"));
        assertThat(ProgramWriter.write(counting, OUTPUTS)).contains("\nstatic int count;\n", "    count++;\n");
        assertThat(ProgramWriter.compile(counting, OUTPUTS)).as("a static variable of a notebook is a field").isEmpty();
    }

    @Test
    void theSiteAndItsContents(@TempDir Path folder) throws IOException {
        Path pages = Files.createDirectories(folder.resolve("book/pages/preliminaries"));
        Files.writeString(pages.resolve("linear-algebra.md"), SOURCE);
        Files.writeString(
                folder.resolve("book/contents.yaml"),
                """
                chapters:
                  - number: 2
                    name: preliminaries
                    title: { zh: 预备知识, en: Preliminaries }
                    sections:
                      - { number: "2.1", name: ndarray, title: { zh: 数据操作, en: Data Manipulation } }
                      - { number: "2.3", name: linear-algebra, title: { zh: 线性代数, en: Linear Algebra } }
                """);
        Book book = Book.open(folder.resolve("book"));
        Path site = folder.resolve("site");
        Map<String, PageOutputs> outputs = Map.of("preliminaries/linear-algebra", OUTPUTS);
        SiteWriter.write(book, outputs, site);
        SiteWriter.write(book, outputs, site);
        assertThat(site.resolve("preliminaries/linear-algebra.md")).exists();
        assertThat(site.resolve("zh/preliminaries/linear-algebra.md")).content().contains("线性代数");
        assertThat(site.resolve("public/figures/preliminaries/linear-algebra-0-2-dark.svg")).hasContent("<svg dark/>");
        assertThat(site.resolve("public/notebooks/zh/preliminaries/linear-algebra.ipynb")).exists();
        assertThat(site.resolve("public/programs/preliminaries/Chapter2_3_LinearAlgebra.java")).exists();
        assertThat(site.resolve("index.md"))
                .content()
                .contains("- [2.3 Linear Algebra](./preliminaries/linear-algebra.md)")
                .contains("- <span class=\"unwritten\">2.1 Data Manipulation</span>");
        assertThat(new JsonMapper().readTree(Files.readString(site.resolve("contents.json"))).toString())
                .contains("\"written\":true", "\"written\":false");
        assertThat(FiguresMarkdown.write(book).lines().toList())
                .hasSize(4)
                .contains("| 2.1 Data Manipulation | not written | |")
                .anyMatch(line -> line.startsWith("| 2.3 Linear Algebra | "));
        assertThatThrownBy(() -> SiteWriter.write(book, outputs, pages)).hasMessageContaining("name an empty folder");
        assertThat(pages.resolve("linear-algebra.md")).exists();
    }
}
