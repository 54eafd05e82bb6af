package fathom.book.check;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.book.Book;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong with pages is found, with file and line; without running them. */
class BookCheckTest {
    @TempDir Path folder;

    @BeforeEach
    void contents() throws IOException {
        Files.createDirectories(folder.resolve("pages/one"));
        Files.writeString(
                folder.resolve("contents.yaml"),
                """
                chapters:
                  - number: 1
                    name: one
                    title: { zh: 一, en: One }
                    sections:
                      - { number: "1.1", name: a, title: { zh: 甲, en: A } }
                      - { number: "1.2", name: b, title: { zh: 乙, en: B } }
                      - { number: "1.10", name: c, title: { zh: 丙, en: C } }
                """);
        page("b", "1.2", "Text.", "文字。");
    }

    private void page(String name, String section, String en, String zh) throws IOException {
        Files.writeString(
                folder.resolve("pages/one/" + name + ".md"),
                "---\nsection: %s\ntitle: { zh: 甲, en: A }\ncan: { zh: 会, en: can }\nseconds: 1\n---\n## top {zh=\"上\" en=\"Top\"}\n:::en\n%s\n:::\n:::zh\n%s\n:::\n"
                        .formatted(section, en, zh));
    }

    private List<String> problems(String en, String zh) throws IOException {
        page("a", "1.1", en, zh);
        Book book = Book.open(folder);
        return BookCheck.of(book, List.of(book.find("1.1")), false, line -> {}).problems().stream()
                .map(Problem::toString)
                .filter(p -> !p.contains("its outputs are not committed"))
                .toList();
    }

    @Test
    void goodPagesHaveNoProblems() throws IOException {
        assertThat(
                        problems(
                                "See [b](b.md#top), [here](#top), [a paper](https://example.org/x). $x_{i}$, costs \\$5, `$` and\n\n$$\\left( \\begin{matrix} 1 \\end{matrix} \\right)$$\n\n```\n$ ls\n```",
                                "见 [b](b.md#top)，代码 `f(x, y)，` 与公式 $f(x, y)$。文字（说明）：A, B 和 C。"))
                .isEmpty();
    }

    @Test
    void formulasClose() throws IOException {
        assertThat(problems("a\n\n$x + y", "一"))
                .singleElement()
                .asString()
                .startsWith("pages/one/a.md:11: a formula begins");
        assertThat(problems("$x_{i$ and", "一")).singleElement().asString().contains("a { is not closed");
        assertThat(problems("$x}$", "一")).singleElement().asString().contains("a } without its {");
        assertThat(problems("$$\\left( x$$", "一")).singleElement().asString().contains("come in pairs");
        assertThat(problems("$$\\begin{a}x$$", "一")).singleElement().asString().contains("\\begin{a} is not closed");
        assertThat(problems("$$\\begin{a}x\\end{b}$$", "一"))
                .singleElement()
                .asString()
                .contains("\\end{b} closes nothing");
    }

    @Test
    void linksLand() throws IOException {
        assertThat(problems("a\n[x](c.md)", "[y](b.md#nothing)"))
                .containsExactly(
                        "pages/one/a.md:10: the link to c.md: its page is not written yet",
                        "pages/one/a.md:13: the link to b.md#nothing: that page has no such heading");
        assertThat(problems("[x](d.md)", "一")).singleElement().asString().contains("no such section");
        assertThat(problems("[x](b)", "一")).singleElement().asString().contains("named by their files");
        assertThat(problems("[x](#low)", "一")).singleElement().asString().contains("no such heading");
    }

    @Test
    void chineseIsPunctuatedAsChinese() throws IOException {
        assertThat(problems("a", "一,二")).singleElement().asString().contains("full-width punctuation: 一,");
        assertThat(problems("a", "说明(如下)")).isNotEmpty();
        assertThat(problems("a", "结束.")).isNotEmpty();
    }

    @Test
    void codeFitsIntoItsFrame() throws IOException {
        String fits = "x".repeat(69) + "();\n// " + "宽".repeat(35);
        assertThat(problems("a\n:::\n:::zh\n一\n:::\n\n```java\n" + fits + "\n```\n\n:::en\nb", "二").toString())
                .doesNotContain("columns");
        assertThat(
                        problems(
                                "a\n:::\n:::zh\n一\n:::\n\n```java\nshort();\n"
                                        + fits.replace("\n", "\n//\n")
                                        + "宽\n```\n\n:::en\nb",
                                "二"))
                .contains("pages/one/a.md:19: a line of code has 75 columns, which scroll on the site; wrap it at 73");
    }

    @Test
    void pagesAndContentsBelongTogether() throws IOException {
        page("z", "9.9", "a", "一");
        assertThat(problems("a", "一"))
                .containsExactly("pages/z.md".replace("z", "one/z") + ":1: contents.yaml has no such section");
        Files.delete(folder.resolve("pages/one/z.md"));
        page("c", "1.3", "a", "一");
        Book book = Book.open(folder);
        assertThat(book.missing()).hasSize(0);
        assertThat(BookCheck.of(book, List.of(book.find("1.10")), false, l -> {}).problems())
                .singleElement()
                .asString()
                .contains("section is 1.3, but contents.yaml has this page as 1.10");
    }
}
