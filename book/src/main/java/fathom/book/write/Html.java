package fathom.book.write;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** HTML inside of Markdown. */
final class Html {
    private static final Pattern OUTSIDE_PRE = Pattern.compile("(?s)<pre.*?</pre>|(>)( +)");

    private Html() {}

    static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }

    /**
     * {@return the same HTML in one line, as Markdown takes it for HTML as a whole} Indentation in cells of tables
     * stays when white space is condensed.
     */
    static String oneLine(String html) {
        String kept =
                OUTSIDE_PRE
                        .matcher(html)
                        .replaceAll(m ->
                                Matcher.quoteReplacement(
                                        m.group(1) == null ? m.group() : ">" + "&nbsp;".repeat(m.group(2).length())));
        return kept.replace("\r", "").replace("\n", "&#10;");
    }
}
