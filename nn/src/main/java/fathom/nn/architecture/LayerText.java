package fathom.nn.architecture;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A printed block: {@code Linear(in_features=2, out_features=3, bias=True)}, or with one line per child.
 *
 * @param name the class
 * @param options the text between the parentheses, without the children
 * @param children by name
 */
record LayerText(String name, String options, Map<String, LayerText> children) {
    private static final int MAX_DEPTH = 64;
    private static final Pattern FIRST = Pattern.compile("([A-Za-z_$][A-Za-z0-9_$]*)\\((.*)");
    private static final Pattern CHILD = Pattern.compile("\\((.*?)\\): (.+)");

    /**
     * {@return the block that a text prints}
     *
     * @throws IllegalArgumentException if it is not the print of a block
     */
    static LayerText parse(String text) {
        var parser = new Parser(List.of(text.split("\n", -1)));
        LayerText parsed = parser.block(0, parser.next());
        if (parser.at < parser.lines.size()) {
            throw parser.wrong("the end");
        }
        return parsed;
    }

    private static final class Parser {
        final List<String> lines;
        int at;

        Parser(List<String> lines) {
            this.lines = lines;
        }

        String next() {
            if (at == lines.size()) {
                throw wrong("more lines");
            }
            return lines.get(at++);
        }

        IllegalArgumentException wrong(String expected) {
            String line = at < lines.size() ? lines.get(at) : "the end";
            return new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "line %d of the architecture: expected %s, found %s",
                            at + 1,
                            expected,
                            line.length() <= 80 ? line : line.substring(0, 77) + "..."));
        }

        LayerText block(int depth, String first) {
            Matcher m = FIRST.matcher(first);
            if (!m.matches() || depth > MAX_DEPTH) {
                at--;
                throw wrong(depth > MAX_DEPTH ? "less nesting" : "a layer");
            }
            String rest = m.group(2);
            if (rest.endsWith(")")) {
                return new LayerText(m.group(1), rest.substring(0, rest.length() - 1), Map.of());
            }
            if (!rest.isEmpty()) {
                at--;
                throw wrong("a closing parenthesis");
            }
            String indent = "  ".repeat(depth);
            String options = "";
            var children = new LinkedHashMap<String, LayerText>();
            while (true) {
                String line = next();
                if (line.equals(indent + ")")) {
                    return new LayerText(m.group(1), options, children);
                }
                String content = line.startsWith(indent + "  ") ? line.substring(indent.length() + 2) : "";
                Matcher child = CHILD.matcher(content);
                if (child.matches()) {
                    if (children.put(child.group(1), block(depth + 1, child.group(2))) != null) {
                        throw wrong("no second child named " + child.group(1));
                    }
                } else if (content.isEmpty() || !options.isEmpty() || !children.isEmpty()) {
                    at--;
                    throw wrong("a child");
                } else {
                    options = content;
                }
            }
        }
    }

    /**
     * {@return the paths of the descendants that differ from those of another block, as deep in the tree as possible;
     * an empty path for this block}
     */
    List<String> differences(LayerText other) {
        var paths = new ArrayList<String>();
        differences("", other, paths);
        return paths;
    }

    private void differences(String path, @Nullable LayerText other, List<String> paths) {
        if (other == null
                || !name.equals(other.name)
                || !options.equals(other.options)
                || !List.copyOf(children.keySet()).equals(List.copyOf(other.children.keySet()))) {
            paths.add(path);
            return;
        }
        children.forEach((child, c) ->
                c.differences(path.isEmpty() ? child : path + "." + child, other.children.get(child), paths));
    }

    /** The arguments in {@link #options}, each of which must be used. */
    Arguments arguments() {
        return new Arguments(this);
    }

    /** Arguments by position or name. */
    static final class Arguments {
        private final LayerText of;
        private final Map<String, String> values = new LinkedHashMap<>();

        Arguments(LayerText of) {
            this.of = of;
            int position = 0;
            for (String part : split(of.options)) {
                int equals = part.indexOf('=');
                String name = equals < 0 ? Integer.toString(position++) : part.substring(0, equals).strip();
                if (values.put(name, part.substring(equals + 1).strip()) != null) {
                    throw wrong("has " + name + " twice");
                }
            }
        }

        private static List<String> split(String text) {
            var parts = new ArrayList<String>();
            int depth = 0;
            int from = 0;
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                depth += c == '(' ? 1 : c == ')' ? -1 : 0;
                if (c == ',' && depth == 0) {
                    parts.add(text.substring(from, i));
                    from = i + 1;
                }
            }
            if (!text.isBlank()) {
                parts.add(text.substring(from));
            }
            return parts;
        }

        private IllegalArgumentException wrong(String what) {
            return new IllegalArgumentException("the description %s(%s) %s".formatted(of.name, of.options, what));
        }

        boolean has(String name) {
            return values.containsKey(name);
        }

        void put(String name, String value) {
            values.put(name, value);
        }

        /** {@return whether there is such an argument, and it is not None} */
        boolean isSet(String name) {
            boolean isNone = "None".equals(values.get(name));
            if (isNone) {
                values.remove(name);
            }
            return !isNone && values.containsKey(name);
        }

        String text(String name) {
            String value = values.remove(name);
            if (value == null) {
                throw wrong("lacks " + name);
            }
            return value;
        }

        long whole(String name) {
            String value = text(name);
            try {
                return Long.parseLong(value);
            } catch (NumberFormatException e) {
                throw wrong("has %s=%s, expected an integer".formatted(name, value));
            }
        }

        int integer(String name) {
            long value = whole(name);
            if (value != (int) value) {
                throw wrong("has a %s that is too large".formatted(name));
            }
            return (int) value;
        }

        double real(String name) {
            String value = text(name);
            try {
                return switch (value) {
                    case "inf" -> Double.POSITIVE_INFINITY;
                    case "-inf" -> Double.NEGATIVE_INFINITY;
                    case "nan" -> Double.NaN;
                    default -> Double.parseDouble(value);
                };
            } catch (NumberFormatException e) {
                throw wrong("has %s=%s, expected a number".formatted(name, value));
            }
        }

        boolean flag(String name) {
            String value = text(name);
            return switch (value) {
                case "True" -> true;
                case "False" -> false;
                default -> throw wrong("has %s=%s, expected True or False".formatted(name, value));
            };
        }

        /** {@return the numbers of a tuple, or a single one} */
        long[] wholes(String name) {
            return numbers(name, text(name));
        }

        private long[] numbers(String name, String value) {
            String inner =
                    value.startsWith("(") && value.endsWith(")") ? value.substring(1, value.length() - 1) : value;
            List<String> parts = split(inner);
            var numbers = new long[parts.size()];
            int n = 0;
            try {
                for (String part : parts) {
                    if (!part.isBlank()) { // after the comma of a tuple of one
                        numbers[n++] = part.strip().equals("None") ? 0 : Long.parseLong(part.strip());
                    }
                }
            } catch (NumberFormatException e) {
                throw wrong("has %s=%s, expected integers".formatted(name, value));
            }
            return java.util.Arrays.copyOf(numbers, n);
        }

        int[] integers(String name) {
            return narrow(name, wholes(name));
        }

        private int[] narrow(String name, long[] wide) {
            var narrow = new int[wide.length];
            for (int i = 0; i < narrow.length; i++) {
                narrow[i] = (int) wide[i];
                if (narrow[i] != wide[i]) {
                    throw wrong("has a %s that is too large".formatted(name));
                }
            }
            return narrow;
        }

        /** {@return the tuples of a tuple} */
        int[][] tuples(String name) {
            String value = text(name);
            List<String> parts = split(value.substring(1, value.length() - 1));
            return parts.stream().map(p -> narrow(name, numbers(name, p.strip()))).toArray(int[][]::new);
        }

        /** {@return whether an argument is a tuple of tuples} */
        boolean isNested(String name) {
            return values.getOrDefault(name, "").startsWith("((");
        }

        /** Refuses arguments that were not used. */
        void end() {
            if (!values.isEmpty()) {
                throw wrong("has the unknown " + String.join(", ", values.keySet()));
            }
        }
    }
}
