package fathom.train.display;

import java.util.List;

/** Pieces of HTML. */
final class Html {
    private Html() {}

    /** {@return a text that shows as it is, also inside of an attribute} */
    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /** {@return preformatted text} */
    static String pre(String text) {
        return "<pre style=\"margin: 0; line-height: 1.25\">%s</pre>".formatted(escape(text));
    }

    /** {@return a text of lesser importance} */
    static String caption(String text) {
        return "<div style=\"opacity: 0.7; font-size: 90%%\">%s</div>".formatted(escape(text));
    }

    /** A column of a table. */
    record Column(String name, boolean isNumeric, List<String> cells) {}

    /** {@return a table; numbers stand on the right} */
    static String table(List<Column> columns) {
        var html = new StringBuilder("<table><thead><tr>");
        for (Column column : columns) {
            html.append(cell("th", column.isNumeric(), column.name()));
        }
        html.append("</tr></thead><tbody>");
        int rows = columns.isEmpty() ? 0 : columns.getFirst().cells().size();
        for (int i = 0; i < rows; i++) {
            html.append("<tr>");
            for (Column column : columns) {
                html.append(cell("td", column.isNumeric(), column.cells().get(i)));
            }
            html.append("</tr>");
        }
        return html.append("</tbody></table>").toString();
    }

    private static String cell(String tag, boolean isNumeric, String text) {
        // indentation stays
        return "<%s style=\"text-align: %s; white-space: pre\">%s</%1$s>"
                .formatted(tag, isNumeric ? "right" : "left", escape(text));
    }
}
