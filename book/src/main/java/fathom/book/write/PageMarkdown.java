package fathom.book.write;

import fathom.book.page.CellKind;
import fathom.book.page.Language;
import fathom.book.page.Page;
import fathom.book.page.Part;
import fathom.book.run.CellOutput;
import fathom.book.run.CellResult;
import fathom.book.run.PageOutputs;
import fathom.book.run.ShownValues;
import fathom.book.run.Substitution;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;

/** A page as Markdown for VitePress, in one language. */
final class PageMarkdown {
    private static final JsonMapper JSON = new JsonMapper();

    private static final Pattern SIZE = Pattern.compile("<svg[^>]*? width=\"([\\d.]+)\"[^>]*? height=\"([\\d.]+)\"");

    /** Code, display formulas, and as group 1 formulas within a line that have punctuation behind them. */
    private static final Pattern CODE_OR_FORMULA =
            Pattern.compile("(?s)```.*?```|(?:`+)[^`]+?`+|\\$\\$.+?\\$\\$|(\\$[^$\\n]+?\\$)[,.;:?!)，。；：？！）、]");

    private static final Pattern SVG_TEXT = Pattern.compile("<text[^>]*>([^<]*)</text>");

    /** Where figures go. */
    @FunctionalInterface
    interface Figures {
        /** {@return the address of a figure, without {@code -light.svg}} */
        String put(int cell, int output, CellOutput.Figure figure) throws IOException;
    }

    private final Page page;
    private final PageOutputs outputs;
    private final Language language;
    private final Figures figures;
    private final StringBuilder text = new StringBuilder();

    private PageMarkdown(Page page, PageOutputs outputs, Language language, Figures figures) {
        this.page = page;
        this.outputs = outputs;
        this.language = language;
        this.figures = figures;
    }

    static String write(Page page, PageOutputs outputs, Language language, Figures figures) throws IOException {
        return new PageMarkdown(page, outputs, language, figures).write();
    }

    private String say(String en, String zh) {
        return language == Language.EN ? en : zh;
    }

    private String write() throws IOException {
        String title = page.front().section() + " " + page.front().title().in(language);
        text.append("---\n");
        text.append("title: ").append(JSON.writeValueAsString(title)).append('\n');
        text.append("description: ").append(JSON.writeValueAsString(page.front().can().in(language))).append('\n');
        text.append("book: ").append(JSON.writeValueAsString(Map.of("path", page.path()))).append('\n');
        text.append("---\n\n# ").append(title).append("\n\n");
        text.append(
                "<div class=\"can\">\n\n**%s** %s\n\n</div>\n\n"
                        .formatted(say("After this page you can:", "学完本节，你可以："), page.front().can().in(language)));
        int component = 0;
        for (Part part : page.parts()) {
            switch (part) {
                case Part.Heading h ->
                        text.append("#".repeat(h.level()))
                                .append(' ')
                                .append(h.title().in(language))
                                .append(" {#%s}\n\n".formatted(h.anchor()));
                case Part.Prose prose -> text.append(unbroken(prose.text().in(language).markdown())).append("\n\n");
                case Part.Cell cell -> cell(cell);
                case Part.Component c -> component(c, component++);
                case Part.Exercises e -> exercises(e.exercises().in(language));
            }
        }
        page.front()
                .differs()
                .ifPresent(d ->
                        text.append(
                                "::: info %s\n%s\n:::\n\n"
                                        .formatted(
                                                say("Other figures than the course's", "与课程不同的数字"), d.in(language))));
        made();
        return text.toString();
    }

    private void made() {
        PageOutputs.Made made = outputs.made();
        text.append("<div class=\"made\">\n\n")
                .append(
                        say(
                                "Outputs: %s, %s, JDK %s, %s s%s."
                                        .formatted(
                                                made.date(),
                                                made.machine(),
                                                made.java(),
                                                made.seconds(),
                                                made.speed().equals("full") ? "" : "; a shortened run"),
                                "输出：%s，%s，JDK %s，%s 秒%s。"
                                        .formatted(
                                                made.date(),
                                                made.machine(),
                                                made.java(),
                                                made.seconds(),
                                                made.speed().equals("full") ? "" : "；缩短的运行")))
                .append(
                        " <a href=\"/notebooks/%s/%s.ipynb\" download target=\"_self\">%s</a> · <a href=\"/programs/%s/%s.java\" download target=\"_self\">%s</a>\n\n</div>\n"
                                .formatted(
                                        language.key(),
                                        page.path(),
                                        say("Notebook", "笔记本"),
                                        page.path().substring(0, page.path().indexOf('/')),
                                        ProgramWriter.name(page),
                                        say("Program", "程序")));
    }

    private void cell(Part.Cell cell) throws IOException {
        if (cell.kind() == CellKind.CHECK) {
            return;
        }
        CellResult result = outputs.cells().get(cell.number());
        Map<String, String> settings = Substitution.initialValues(cell.code(), page.front().checked().keySet());
        text.append(
                "<BookCell :number=\"%s\" kind=\"%s\"%s>\n\n"
                        .formatted(
                                cell.number(),
                                cell.kind().name().toLowerCase(java.util.Locale.ROOT),
                                settings.isEmpty()
                                        ? ""
                                        : " :settings='%s'"
                                                .formatted(JSON.writeValueAsString(settings).replace("'", "&#39;"))));
        text.append("```java\n").append(cell.code()).append("\n```\n\n");
        var shown = new StringBuilder();
        int number = 0;
        for (CellOutput output : result.outputs()) {
            switch (output) {
                case CellOutput.Printed p -> shown.append(pre("printed", p.text()));
                case CellOutput.Noted n -> shown.append(pre("noted", n.text()));
                case CellOutput.Value v ->
                        shown.append("<div class=\"value\">").append(Html.oneLine(v.html())).append("</div>");
                case CellOutput.Figure f -> shown.append(figure(f, figures.put(cell.number(), number, f)));
            }
            number++;
        }
        result.failure().ifPresent(f -> shown.append(pre("failure", f.message())));
        if (!shown.isEmpty()) {
            text.append("<div class=\"outputs\" v-pre>").append(shown).append("</div>\n\n");
        }
        text.append("</BookCell>\n\n");
    }

    private static String pre(String kind, String text) {
        return "<pre class=\"%s\">%s</pre>".formatted(kind, Html.oneLine(Html.escape(text.stripTrailing())));
    }

    private static String figure(CellOutput.Figure figure, String address) {
        Matcher size = SIZE.matcher(figure.light());
        String sides = size.find() ? " width=\"%s\" height=\"%s\"".formatted(size.group(1), size.group(2)) : "";
        // what it says is escaped already
        String alt = Html.oneLine(words(figure).replace("\"", "&quot;"));
        var html = new StringBuilder();
        for (String theme : List.of("light", "dark")) {
            html.append(
                    "<img class=\"figure %s\" src=\"%s-%1$s.svg\" alt=\"%s\"%s loading=\"lazy\">"
                            .formatted(theme, address, alt, sides));
        }
        return html.append(Html.oneLine(figure.html())).toString();
    }

    private void component(Part.Component component, int number) {
        text.append('<').append(component.name());
        component
                .attributes()
                .forEach((name, value) -> {
                    if (!name.equals("values")) {
                        text.append(" %s=\"%s\"".formatted(name, Html.escape(value)));
                    }
                });
        if (!component.variables().isEmpty()) {
            var values = new LinkedHashMap<String, Object>();
            for (String variable : component.variables()) {
                ShownValues shown = outputs.values().get(number + "." + variable);
                if (shown != null) {
                    values.put(
                            variable,
                            Map.of(
                                    "shape",
                                    shown.shape(),
                                    "data",
                                    shown.data().stream().map(PageMarkdown::number).toList()));
                }
            }
            text.append(" :values='").append(JSON.writeValueAsString(values).replace("'", "&#39;")).append('\'');
        }
        text.append(" />\n\n");
    }

    /** Whole numbers without a point, and no more digits than float32 has. */
    private static Object number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? (Object) (long) value
                : (Object) Double.parseDouble(Float.toString((float) value));
    }

    private void exercises(List<Part.Exercise> exercises) {
        int number = 1;
        for (Part.Exercise exercise : exercises) {
            text.append(number++).append(". ").append(indented(unbroken(exercise.question()))).append("\n\n");
            exercise.hint().ifPresent(h -> details(say("Hint", "提示"), h));
            exercise.answer().ifPresent(a -> details(say("Answer", "答案"), a));
        }
    }

    private void details(String summary, String markdown) {
        text.append(
                "   <details><summary>%s</summary>\n\n   %s\n\n   </details>\n\n"
                        .formatted(summary, indented(unbroken(markdown))));
    }

    /** {@return the text, in which no line begins with the punctuation behind a formula} */
    private static String unbroken(String markdown) {
        return CODE_OR_FORMULA
                .matcher(markdown)
                .replaceAll(m ->
                        Matcher.quoteReplacement(
                                m.group(1) == null
                                        ? m.group()
                                        : "<span class=\"formula\">%s</span>".formatted(m.group())));
    }

    /** {@return the words in a figure: its title, labels and legend, without the numbers on its axes} */
    private static String words(CellOutput.Figure figure) {
        return String.join(
                ", ",
                SVG_TEXT.matcher(figure.light())
                        .results()
                        .map(r -> r.group(1).strip())
                        .filter(t -> !t.matches("[−\\-\\d.eE+]*"))
                        .distinct()
                        .toList());
    }

    private static String indented(String markdown) {
        return markdown.replace("\n", "\n   ");
    }
}
