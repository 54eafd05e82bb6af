package fathom.book.page;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the source of a page: front matter in YAML, then headings, blocks of prose in both languages, cells and
 * components. Everything else is refused, so that nothing is lost without a word.
 */
public final class PageParser {
    private static final String FENCE = "```";

    private static final Pattern HEADING = Pattern.compile("(#{1,6})\\s+([a-z][a-z0-9-]*)\\s*\\{(.*)}\\s*");
    private static final Pattern ATTRIBUTE = Pattern.compile("([A-Za-z][\\w-]*)=\"([^\"]*)\"");
    private static final Pattern COMPONENT = Pattern.compile("<([A-Z]\\w*)((?:\\s+[\\w-]+=\"[^\"]*\")*)\\s*/>\\s*");

    /** The anchor under which prose is a list of exercises. */
    private static final String EXERCISES = "exercises";

    private final String file;
    private final List<String> lines;
    private final List<Part> parts = new ArrayList<>();
    private final Map<String, Integer> anchors = new LinkedHashMap<>();
    private int at;
    private int cells;
    private String section = "";

    private PageParser(String file, String source) {
        this.file = file;
        this.lines = Arrays.asList(source.split("\\R", -1));
    }

    /**
     * {@return the page that a source describes}
     *
     * @param file the file's name, for messages
     * @param path where the page stands in the book, as {@code preliminaries/linear-algebra}
     * @param source the text
     * @throws PageException if it is no page
     */
    public static Page parse(String file, String path, String source) {
        return new PageParser(file, source).page(path);
    }

    private Page page(String path) {
        FrontMatter front = front();
        while (at < lines.size()) {
            String line = lines.get(at);
            if (line.isBlank()) {
                at++;
            } else if (line.startsWith("#")) {
                heading(line);
            } else if (line.startsWith(":::")) {
                prose();
            } else if (line.startsWith(FENCE)) {
                cell(line);
            } else if (line.startsWith("<")) {
                component(line);
            } else {
                throw wrong(
                        at,
                        "text stands in :::en and :::zh blocks; this line is in neither: " + shortened(line.strip()));
            }
        }
        if (parts.isEmpty()) {
            throw wrong(0, "the page has no text");
        }
        return new Page(file, path, front, List.copyOf(parts));
    }

    private FrontMatter front() {
        if (!lines.getFirst().strip().equals("---")) {
            throw wrong(0, "a page begins with front matter between two lines of ---");
        }
        int end = 1;
        while (end < lines.size() && !lines.get(end).strip().equals("---")) {
            end++;
        }
        if (end == lines.size()) {
            throw wrong(0, "the front matter is not closed by a line of ---");
        }
        at = end + 1;
        return new FrontMatterReader(file).read(String.join("\n", lines.subList(1, end)));
    }

    private void heading(String line) {
        Matcher m = HEADING.matcher(line);
        if (!m.matches()) {
            throw wrong(
                    at, "a heading is written as ## anchor {zh=\"标题\" en=\"Title\"}, with an anchor of a-z, 0-9 and -");
        }
        int level = m.group(1).length();
        if (level != 2 && level != 3) {
            throw wrong(at, "headings have level 2 or 3; the title of the page is in its front matter");
        }
        String anchor = m.group(2);
        Integer before = anchors.putIfAbsent(anchor, at + 1);
        if (before != null) {
            throw wrong(at, "the anchor %s is that of line %s already".formatted(anchor, before));
        }
        Map<String, String> titles = attributes(m.group(3), at);
        parts.add(new Part.Heading(at + 1, level, anchor, new Both<>(title(titles, "en"), title(titles, "zh"))));
        if (level == 2) {
            section = anchor;
        }
        at++;
    }

    private String title(Map<String, String> titles, String language) {
        String title = titles.get(language);
        if (title == null || title.isBlank()) {
            throw wrong(at, "the heading has no title in %s=\"...\"".formatted(language));
        }
        return title;
    }

    private Map<String, String> attributes(String text, int line) {
        var found = new LinkedHashMap<String, String>();
        Matcher m = ATTRIBUTE.matcher(text);
        int end = 0;
        while (m.find()) {
            if (!text.substring(end, m.start()).isBlank()) {
                break;
            }
            if (found.put(m.group(1), m.group(2)) != null) {
                throw wrong(line, "%s is given twice".formatted(m.group(1)));
            }
            end = m.end();
        }
        if (!text.substring(end).isBlank()) {
            throw wrong(line, "attributes are written as name=\"value\": " + text.substring(end).strip());
        }
        return found;
    }

    /** Two blocks side by side, in either order. */
    private void prose() {
        int line = at;
        Map<Language, Part.Text> texts = new LinkedHashMap<>();
        while (at < lines.size() && texts.size() < 2) {
            if (lines.get(at).isBlank()) {
                at++;
                continue;
            }
            Language language = opened(lines.get(at));
            if (language == null) {
                break;
            }
            if (texts.containsKey(language)) {
                break;
            }
            texts.put(language, block());
        }
        Part.Text en = texts.get(Language.EN);
        Part.Text zh = texts.get(Language.ZH);
        if (en == null || zh == null) {
            throw wrong(
                    line,
                    "a block of %s without one of %s beside it"
                            .formatted(en == null ? ":::zh" : ":::en", en == null ? ":::en" : ":::zh"));
        }
        var both = new Both<>(en, zh);
        if (section.equals(EXERCISES)) {
            var exercises = both.map(t -> ExerciseReader.read(file, t));
            if (exercises.en().size() != exercises.zh().size()) {
                throw wrong(
                        line,
                        "%s exercises in English, %s in Chinese"
                                .formatted(exercises.en().size(), exercises.zh().size()));
            }
            parts.add(new Part.Exercises(line + 1, exercises));
        } else {
            parts.add(new Part.Prose(line + 1, both));
        }
    }

    private static @Nullable Language opened(String line) {
        for (Language language : Language.values()) {
            if (line.strip().equals(":::" + language.key())) {
                return language;
            }
        }
        return null;
    }

    private Part.Text block() {
        int opening = at;
        at++;
        int first = at;
        boolean isCode = false;
        while (at < lines.size() && (isCode || !lines.get(at).strip().equals(":::"))) {
            String line = lines.get(at);
            if (line.strip().startsWith(FENCE)) {
                isCode = !isCode;
            } else if (!isCode && line.startsWith(":::")) {
                throw wrong(at, "the block of line %s is still open; close it by a line of :::".formatted(opening + 1));
            }
            at++;
        }
        if (at == lines.size()) {
            throw wrong(opening, "the block is not closed by a line of :::");
        }
        String text = String.join("\n", lines.subList(first, at)).strip();
        if (text.isEmpty()) {
            throw wrong(opening, "the block is empty");
        }
        at++;
        return new Part.Text(first + 1, text);
    }

    private void cell(String line) {
        int opening = at;
        String info = String.join(" ", line.substring(FENCE.length()).strip().split("\\s+"));
        CellKind kind =
                Arrays.stream(CellKind.values())
                        .filter(k -> k.info().equals(info))
                        .findFirst()
                        .orElseThrow(() ->
                                wrong(
                                        opening,
                                        "there is no cell of kind \"%s\"; there are %s"
                                                .formatted(
                                                        info,
                                                        String.join(
                                                                ", ",
                                                                Arrays.stream(CellKind.values())
                                                                        .map(CellKind::info)
                                                                        .toList()))));
        at++;
        int first = at;
        while (at < lines.size() && !lines.get(at).strip().equals(FENCE)) {
            at++;
        }
        if (at == lines.size()) {
            throw wrong(opening, "the cell is not closed by a line of ```");
        }
        String code = String.join("\n", lines.subList(first, at)).stripTrailing();
        if (code.isBlank()) {
            throw wrong(opening, "the cell is empty");
        }
        at++;
        parts.add(new Part.Cell(opening + 1, cells++, kind, code));
    }

    private void component(String line) {
        Matcher m = COMPONENT.matcher(line);
        if (!m.matches()) {
            throw wrong(at, "a component is one line, as <AxisSum shape=\"[5, 4]\" values=\"A\" />");
        }
        var component = new Part.Component(at + 1, m.group(1), attributes(m.group(2), at));
        for (String variable : component.variables()) {
            if (!variable.matches("[A-Za-z_]\\w*")) {
                throw wrong(at, "values names variables of the cells before it, not " + variable);
            }
        }
        parts.add(component);
        at++;
    }

    private static String shortened(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "...";
    }

    private PageException wrong(int line, String problem) {
        return new PageException(file, line + 1, problem);
    }

    /** {@return the first of some optional texts} */
    static Optional<String> nonBlank(@Nullable String text) {
        return text == null || text.isBlank() ? Optional.empty() : Optional.of(text.strip());
    }
}
