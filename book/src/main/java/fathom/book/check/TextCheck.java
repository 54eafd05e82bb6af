package fathom.book.check;

import fathom.book.page.Language;
import fathom.book.page.Page;
import fathom.book.page.Part;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks texts without running anything: formulas close, Chinese is punctuated as Chinese, code is no wider than its
 * frame on the site.
 */
final class TextCheck {
    /** The columns of a line of code that the site shows without scrolling, beside its contents. */
    private static final int COLUMNS = 73;

    private static final Pattern WIDE = Pattern.compile("[\\p{IsHan}\\u3000-\\u303f\\uff00-\\uff60]");
    private static final Pattern CODE = Pattern.compile("(?s)```.*?```|(`+)[^`].*?\\1");
    private static final Pattern FORMULA = Pattern.compile("(?s)\\$\\$(.+?)\\$\\$|\\$([^$\\n]+?)\\$");
    private static final Pattern ENVIRONMENT = Pattern.compile("\\\\(begin|end)\\{([^}]*)}");
    private static final Pattern HALF_WIDTH =
            Pattern.compile("\\p{IsHan}[,;:?!()]|[,;:?!(]\\p{IsHan}|\\p{IsHan}\\.(?=\\s|$)");

    private final Page page;
    private final List<Problem> problems = new ArrayList<>();

    private TextCheck(Page page) {
        this.page = page;
    }

    static List<Problem> of(Page page) {
        var check = new TextCheck(page);
        for (Part part : page.parts()) {
            switch (part) {
                case Part.Prose prose -> {
                    for (Language language : Language.values()) {
                        check.text(language, prose.text().in(language));
                    }
                }
                case Part.Exercises exercises -> {
                    for (Language language : Language.values()) {
                        for (Part.Exercise e : exercises.exercises().in(language)) {
                            check.text(language, new Part.Text(e.line(), e.question()));
                            e.hint().ifPresent(t -> check.text(language, new Part.Text(e.line(), t)));
                            e.answer().ifPresent(t -> check.text(language, new Part.Text(e.line(), t)));
                        }
                    }
                }
                case Part.Heading heading ->
                        check.punctuation(new Part.Text(heading.line(), heading.title().zh()), heading.title().zh());
                case Part.Cell cell -> check.width(cell);
                default -> {
                    // components have no text of their own
                }
            }
        }
        return check.problems;
    }

    /** Chinese characters take two columns. */
    private void width(Part.Cell cell) {
        List<String> lines = cell.code().lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            long columns = line.length() + WIDE.matcher(line).results().count();
            if (columns > COLUMNS) {
                problems.add(
                        new Problem(
                                page.file(),
                                cell.line() + 1 + i,
                                String.format(
                                        Locale.ROOT,
                                        "a line of code has %d columns, which scroll on the site; wrap it at %d",
                                        columns,
                                        COLUMNS)));
            }
        }
    }

    private void text(Language language, Part.Text text) {
        String plain = blanked(CODE, text.markdown());
        Matcher m = FORMULA.matcher(plain);
        while (m.find()) {
            String formula = m.group(1) != null ? m.group(1) : m.group(2);
            String wrong = wrong(formula);
            if (wrong != null) {
                add(text, m.start(), "the formula %s: %s".formatted(formula.strip(), wrong));
            }
        }
        String rest = blanked(FORMULA, plain);
        int dollar = rest.replace("\\$", "  ").indexOf('$');
        if (dollar >= 0) {
            add(text, dollar, "a formula begins here with $ and is not closed");
        }
        if (language == Language.ZH) {
            punctuation(text, rest);
        }
    }

    private void punctuation(Part.Text text, String plain) {
        // addresses of links are not read
        Matcher m = HALF_WIDTH.matcher(blanked(Pattern.compile("(?<=])\\([^)\\s]*\\)"), plain));
        while (m.find()) {
            add(text, m.start(), "Chinese has full-width punctuation: " + m.group());
        }
    }

    /** {@return the text with spaces, and lines, in place of what matches} */
    private static String blanked(Pattern pattern, String text) {
        return pattern.matcher(text).replaceAll(r -> Matcher.quoteReplacement(r.group().replaceAll("[^\\n]", " ")));
    }

    private static @org.jspecify.annotations.Nullable String wrong(String formula) {
        int depth = 0;
        for (int i = 0; i < formula.length(); i++) {
            char c = formula.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '{') {
                depth++;
            } else if (c == '}' && --depth < 0) {
                return "a } without its {";
            }
        }
        if (depth > 0) {
            return "a { is not closed";
        }
        int left = formula.split("\\\\left(?![a-z])", -1).length;
        int right = formula.split("\\\\right(?![a-z])", -1).length;
        if (left != right) {
            return "\\left and \\right come in pairs";
        }
        Deque<String> open = new ArrayDeque<>();
        Matcher m = ENVIRONMENT.matcher(formula);
        while (m.find()) {
            if (m.group(1).equals("begin")) {
                open.push(m.group(2));
            } else if (open.isEmpty() || !open.pop().equals(m.group(2))) {
                return "\\end{%s} closes nothing".formatted(m.group(2));
            }
        }
        return open.isEmpty() ? null : "\\begin{%s} is not closed".formatted(open.peek());
    }

    private void add(Part.Text text, int offset, String problem) {
        long before = text.markdown().substring(0, offset).chars().filter(c -> c == '\n').count();
        problems.add(new Problem(page.file(), text.line() + (int) before, problem));
    }
}
