package fathom.book.write;

import fathom.book.Book;
import fathom.book.Contents;
import fathom.book.page.FrontMatter;
import fathom.book.page.Language;
import java.io.IOException;
import java.util.List;

/** A table of all sections: what their pages must print, and where a figure of the course is not reached. */
public final class FiguresMarkdown {
    private static final int MAX_PRINTED = 4;
    private static final int MAX_CHARACTERS = 48;

    private FiguresMarkdown() {}

    /**
     * {@return the table, in Markdown; of a page that prints many figures the first ones}
     *
     * @throws IOException if a page cannot be read
     */
    public static String write(Book book) throws IOException {
        var text =
                new StringBuilder(
                        "| section | prints, as checks require | differs from the course |\n| --- | --- | --- |\n");
        List<Contents.Section> written = book.written();
        for (Contents.Section section : book.contents().sections()) {
            text.append("| %s %s | ".formatted(section.number(), section.title().in(Language.EN)));
            if (!written.contains(section)) {
                text.append("not written | |\n");
                continue;
            }
            FrontMatter front = book.page(section).front();
            text.append(prints(front)).append(" | ");
            text.append(front.differs().map(d -> cell(d.in(Language.EN))).orElse("")).append(" |\n");
        }
        return text.toString();
    }

    private static String prints(FrontMatter front) {
        int n = front.prints().size();
        String some = String.join(", ", front.prints().stream().limit(MAX_PRINTED).map(FiguresMarkdown::code).toList());
        return n > MAX_PRINTED ? some + " and " + (n - MAX_PRINTED) + " more" : some;
    }

    private static String code(String printed) {
        String line = printed.strip().replaceAll("\\s+", " ").replace('`', '\'');
        String some = line.length() > MAX_CHARACTERS ? line.substring(0, MAX_CHARACTERS) + " ..." : line;
        return "`" + some.replace("|", "\\|") + "`";
    }

    private static String cell(String text) {
        return text.strip().replaceAll("\\s+", " ").replace("|", "\\|");
    }
}
