package fathom.book.page;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads exercises: a numbered list, each with {@code {hint: ...}} and {@code {answer: ...}} where it has one. */
final class ExerciseReader {
    private static final Pattern NUMBER = Pattern.compile("(\\d+)\\.\\s+(.*)");

    private ExerciseReader() {}

    static List<Part.Exercise> read(String file, Part.Text text) {
        List<Part.Exercise> exercises = new ArrayList<>();
        StringBuilder current = null;
        int start = 0;
        int line = text.line();
        for (String l : text.markdown().split("\n", -1)) {
            Matcher m = NUMBER.matcher(l);
            if (m.matches()) {
                if (current != null) {
                    exercises.add(exercise(file, start, current.toString()));
                }
                if (Integer.parseInt(m.group(1)) != exercises.size() + 1) {
                    throw new PageException(
                            file, line, "exercise %s follows exercise %s".formatted(m.group(1), exercises.size()));
                }
                current = new StringBuilder(m.group(2));
                start = line;
            } else if (current == null) {
                throw new PageException(file, line, "exercises are a numbered list that begins with 1.");
            } else {
                // what belongs to an item is indented in Markdown
                current.append('\n').append(l.startsWith("   ") ? l.substring(3) : l);
            }
            line++;
        }
        if (current != null) {
            exercises.add(exercise(file, start, current.toString()));
        }
        return List.copyOf(exercises);
    }

    private static Part.Exercise exercise(String file, int line, String text) {
        var question = new StringBuilder();
        String hint = null;
        String answer = null;
        int at = 0;
        while (at < text.length()) {
            String kind = text.startsWith("{hint:", at) ? "hint" : text.startsWith("{answer:", at) ? "answer" : null;
            if (kind == null) {
                question.append(text.charAt(at++));
                continue;
            }
            int end = closing(text, at);
            if (end < 0) {
                throw new PageException(file, line, "{%s: is not closed by }".formatted(kind));
            }
            String inside = text.substring(at + kind.length() + 2, end).strip();
            boolean isHint = kind.equals("hint");
            if ((isHint ? hint : answer) != null) {
                throw new PageException(file, line, "an exercise has one %s".formatted(kind));
            }
            if (isHint) {
                hint = inside;
            } else {
                answer = inside;
            }
            at = end + 1;
        }
        String asked = question.toString().strip();
        if (asked.isEmpty()) {
            throw new PageException(file, line, "the exercise asks nothing");
        }
        return new Part.Exercise(line, asked, PageParser.nonBlank(hint), PageParser.nonBlank(answer));
    }

    /** {@return the place of the brace that closes the one at {@code start}; -1 if there is none} */
    private static int closing(@Nullable String text, int start) {
        int depth = 0;
        for (int i = start; text != null && i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '{') {
                depth++;
            } else if (c == '}' && --depth == 0) {
                return i;
            }
        }
        return -1;
    }
}
