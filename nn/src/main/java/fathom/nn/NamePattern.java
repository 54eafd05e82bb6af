package fathom.nn;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The name of a block or parameter, or a pattern of such names: {@code *} stands for any characters other than dots,
 * {@code **} for any characters. A name that matches includes all names below it, so {@code layer1} selects {@code
 * layer1.0.conv1.weight}.
 */
final class NamePattern {
    private final String text;
    private final Pattern pattern;

    private NamePattern(String text, String before) {
        var regex = new StringBuilder(before);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '*') {
                regex.append(Pattern.quote(String.valueOf(c)));
            } else if (i + 1 < text.length() && text.charAt(i + 1) == '*') {
                regex.append(".*");
                i++;
            } else {
                regex.append("[^.]*");
            }
        }
        this.text = text;
        this.pattern = Pattern.compile(regex.append("(\\..*)?").toString());
    }

    /** {@return a pattern of names from their beginning; the empty text selects all names} */
    static NamePattern of(String text) {
        return new NamePattern(text.isEmpty() ? "**" : text, "");
    }

    /** {@return a pattern of whole names or of the last components of names: {@code self_attn} for any layer's} */
    static NamePattern ofEnd(String text) {
        return new NamePattern(text.isEmpty() ? "**" : text, "(.*\\.)?");
    }

    static List<NamePattern> all(Collection<String> texts) {
        return texts.stream().map(NamePattern::of).toList();
    }

    /** {@return whether this selects a block or parameter} */
    boolean matches(String name) {
        return pattern.matcher(name).matches();
    }

    /** {@return whether one of several patterns selects a block or parameter} */
    static boolean anyMatches(List<NamePattern> patterns, String name) {
        return patterns.stream().anyMatch(p -> p.matches(name));
    }

    /**
     * Refuses patterns that select nothing.
     *
     * @param operation the operation, for the message
     * @param names all names that could be selected
     */
    static void checkMatched(String operation, Block net, List<NamePattern> patterns, Collection<String> names) {
        var unmatched = new ArrayList<String>();
        for (NamePattern p : patterns) {
            if (names.stream().noneMatch(p::matches)) {
                unmatched.add(p.text);
            }
        }
        if (!unmatched.isEmpty()) {
            List<String> parts = names.stream().map(n -> n.split("\\.", 2)[0]).distinct().toList();
            throw new IllegalArgumentException(
                    "%s: %s has no parameter named %s or in a block of that name; its parts are %s"
                            .formatted(
                                    operation,
                                    net.reprName(),
                                    String.join(" or ", unmatched),
                                    String.join(", ", parts)));
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
