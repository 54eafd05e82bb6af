package fathom.book.write;

import fathom.book.Book;
import fathom.book.Contents;
import fathom.book.page.Language;
import java.util.Set;

/** The first page of the site: all chapters and sections, those that are not written yet among them. */
final class ContentsMarkdown {
    private ContentsMarkdown() {}

    static String write(Book book, Set<String> written, Language language) {
        boolean isEnglish = language == Language.EN;
        var text = new StringBuilder();
        text.append("---\n");
        text.append("title: ").append(isEnglish ? "Contents" : "目录").append('\n');
        text.append("aside: false\nprev: false\n---\n\n");
        text.append(isEnglish ? "# Deep Learning in Java\n\n" : "# 用 Java 学深度学习\n\n");
        text.append(
                isEnglish
                        ? "From a tensor to BERT, section by section. Every number on these pages was printed by the code above it.\n\n"
                        : "从张量到 BERT，一节一节地学。页面上的每一个数，都由它上面的代码打印出来。\n\n");
        for (Contents.Chapter chapter : book.contents().chapters()) {
            text.append("## %s {#chapter-%s}\n\n".formatted(title(chapter, language), chapter.number()));
            for (Contents.Section section : chapter.sections()) {
                String title = section.number() + " " + Html.escape(section.title().in(language));
                text.append(
                        written.contains(section.path())
                                ? "- [%s](./%s.md)\n".formatted(title, section.path())
                                : "- <span class=\"unwritten\">%s</span>\n".formatted(title));
            }
            text.append('\n');
        }
        text.append(isEnglish ? "Sections in grey are not written yet.\n" : "灰色的各节还没有写成。\n");
        return text.toString();
    }

    private static String title(Contents.Chapter chapter, Language language) {
        return chapter.number() + ". " + Html.escape(chapter.title().in(language));
    }
}
