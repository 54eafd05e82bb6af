package fathom.book.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PageParserTest {
    private static final String FRONT =
            """
            ---
            section: 2.10
            title: { zh: 标题, en: Title }
            can: { zh: 会, en: "read, write" }
            prints: ["tensor(1.)", "a: b"]
            seconds: 5
            checked: { epochs: 1, lr: 1e-3 }
            ---
            """;

    private static Page parse(String body) {
        return PageParser.parse("page.md", "chapter/name", FRONT + body);
    }

    @Test
    void aPageOfEachKindOfPart() {
        Page page =
                parse(
                        """

                        :::en
                        Text with ::: inside.

                        ```python
                        :::
                        ```
                        :::

                        :::zh
                        文字。
                        :::

                        ## first {zh="第一" en="The first"}

                        ```java
                        var x = 1;
                        x
                        ```

                        ```java  error
                        throw new Error();
                        ```
                        ### deeper {en="Deeper" zh="更深"}
                        <AxisSum shape="[5, 4]" values="A, b" />
                        ```java check
                        assert true;
                        ```
                        """);
        assertThat(page.front().section()).isEqualTo("2.10");
        assertThat(page.front().title()).isEqualTo(new Both<>("Title", "标题"));
        assertThat(page.front().can().en()).isEqualTo("read, write");
        assertThat(page.front().prints()).containsExactly("tensor(1.)", "a: b");
        assertThat(page.front().checked()).isEqualTo(Map.of("epochs", "1", "lr", "1e-3"));
        assertThat(page.parts()).hasSize(7);
        var prose = (Part.Prose) page.parts().getFirst();
        assertThat(prose.text().en().markdown()).isEqualTo("Text with ::: inside.\n\n```python\n:::\n```");
        assertThat(prose.text().zh()).isEqualTo(new Part.Text(19, "文字。"));
        assertThat(page.parts().get(1)).isEqualTo(new Part.Heading(22, 2, "first", new Both<>("The first", "第一")));
        assertThat(page.cells())
                .extracting(Part.Cell::number, Part.Cell::kind, Part.Cell::code)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(0, CellKind.PLAIN, "var x = 1;\nx"),
                        org.assertj.core.groups.Tuple.tuple(1, CellKind.ERROR, "throw new Error();"),
                        org.assertj.core.groups.Tuple.tuple(2, CellKind.CHECK, "assert true;"));
        var component = page.parts(Part.Component.class).findFirst().orElseThrow();
        assertThat(component.name()).isEqualTo("AxisSum");
        assertThat(component.attributes()).containsEntry("shape", "[5, 4]");
        assertThat(component.variables()).containsExactly("A", "b");
    }

    @Test
    void exercisesHaveHintsAndAnswers() {
        Page page =
                parse(
                        """
                        ## exercises {zh="练习" en="Exercises"}
                        :::en
                        1. What is `{1}` of $x^{2}$?
                           And more? {hint: a set {of} one} {answer: $\\frac{1}{2}$}
                        2. Why?
                        :::
                        :::zh
                        1. 是什么？{answer: 集合}
                        2. 为什么？
                        :::
                        """);
        var exercises = page.parts(Part.Exercises.class).findFirst().orElseThrow().exercises();
        assertThat(exercises.en()).hasSize(2);
        Part.Exercise first = exercises.en().getFirst();
        assertThat(first.question()).isEqualTo("What is `{1}` of $x^{2}$?\nAnd more?");
        assertThat(first.hint()).contains("a set {of} one");
        assertThat(first.answer()).contains("$\\frac{1}{2}$");
        assertThat(first.line()).isEqualTo(11);
        assertThat(exercises.en().get(1).hint()).isEmpty();
        assertThat(exercises.zh().getFirst().answer()).contains("集合");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "9 | loose text | neither: loose text",
                "9 | :::en~a~::: | a block of :::en without one of :::zh",
                "12 | :::zh~a~:::~:::zh~b~::: | without one of :::zh",
                "11 | :::en~a~:::zh~b~::: | still open",
                "9 | :::en~a | not closed",
                "9 | :::en~~:::~:::zh~b~::: | empty",
                "9 | # title {zh=1} | headings have level 2 or 3",
                "9 | ## a {en='A'} | a heading is written as|",
                "9 | ```java quick~x~``` | no cell of kind",
                "9 | ```java~x | not closed by a line of ```",
                "9 | ```java~~``` | the cell is empty",
                "9 | <AxisSum shape=1 /> | a component is one line",
                "9 | <AxisSum values=\"\"a+b\"\" /> | values names variables",
            })
    void mistakesAreNamedWithTheirLine(int line, String body, String message) {
        assertThatThrownBy(() -> parse(body.replace('~', '\n').replace("\"\"", "\"")))
                .isInstanceOf(PageException.class)
                .hasMessageStartingWith("page.md:")
                .satisfies(e -> assertThat(((PageException) e).line()).isBetween(9, line))
                .satisfies(e ->
                        assertThat(e.getMessage())
                                .matches(
                                        "(?s).*("
                                                + java.util.regex.Pattern.quote(message.replace("|", ""))
                                                + "|attributes are written|without one of).*"));
    }

    @Test
    void anchorsAreUnique() {
        assertThatThrownBy(() -> parse("## a {zh=\"一\" en=\"A\"}\n\n## a {zh=\"二\" en=\"B\"}\n"))
                .hasMessage("page.md:11: the anchor a is that of line 9 already");
    }

    @Test
    void exercisesCountInBothLanguages() {
        String body = "## exercises {zh=\"练\" en=\"E\"}\n:::en\n1. a\n2. b\n:::\n:::zh\n1. 一\n:::\n";
        assertThatThrownBy(() -> parse(body)).hasMessage("page.md:10: 2 exercises in English, 1 in Chinese");
        String unclosed = "## exercises {zh=\"练\" en=\"E\"}\n:::en\n1. a {answer: {b}\n:::\n:::zh\n1. 一\n:::\n";
        assertThatThrownBy(() -> parse(unclosed)).hasMessage("page.md:11: {answer: is not closed by }");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "section: 2.3 | section: two | 2: front matter: section: a number as 2.3",
                "seconds: 5 | seconds: soon | 5: front matter: seconds: a positive whole number",
                "seconds: 5 | second: 5 | front matter: there is no \"second\"",
                "can: { zh: 会, en: can } | can: { zh: 会 } | 4: front matter: can: both languages are wanted",
                "can: { zh: 会, en: can } | can: { zh: 会, en: read, write } | a text with a comma needs its quotes",
                "seconds: 5 | seconds: [ | front matter:",
                "seconds: 5 | prints: [] | front matter: seconds is missing",
            })
    void mistakesOfFrontMatter(String right, String wrong, String message) {
        String source =
                "---\nsection: 2.3\ntitle: { zh: 标题, en: Title }\ncan: { zh: 会, en: can }\nseconds: 5\n---\n:::en\na\n:::\n:::zh\n一\n:::\n";
        assertThat(PageParser.parse("page.md", "a/b", source).parts()).hasSize(1);
        assertThatThrownBy(() -> PageParser.parse("page.md", "a/b", source.replace(right, wrong)))
                .isInstanceOf(PageException.class)
                .hasMessageContaining(message.strip());
    }

    @Test
    void thereMustBeFrontMatterAndText() {
        assertThatThrownBy(() -> PageParser.parse("p.md", "a/b", ""))
                .hasMessageContaining("a page begins with front matter");
        assertThatThrownBy(() -> PageParser.parse("p.md", "a/b", "---\nsection: 1.1\n"))
                .hasMessageContaining("not closed");
        assertThatThrownBy(() -> parse("\n")).hasMessageContaining("the page has no text");
    }

    @Test
    void theDigestIsThatOfTheCells() {
        String prose = ":::en\na\n:::\n:::zh\n一\n:::\n";
        String cell = "```java\nvar a = 1;\n```\n";
        assertThat(parse(prose + cell).digest())
                .isEqualTo(parse(prose.replace("a\n", "b\n") + "\n" + cell).digest())
                .isNotEqualTo(parse(prose + cell.replace('1', '2')).digest())
                .isNotEqualTo(parse(prose + cell + "<X values=\"a\" />\n").digest());
    }
}
