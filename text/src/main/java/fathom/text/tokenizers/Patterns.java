package fathom.text.tokenizers;

import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import tools.jackson.databind.JsonNode;

/** Patterns of a tokenizer.json: {@code {"String": "..."}}, taken literally, or {@code {"Regex": "..."}}. */
final class Patterns {
    // scripts, which Java writes as IsHan (general categories have one or two letters), and other escapes
    // Oniguruma's \\w has all numbers, and no joiners
    private static final String WORD = "\\p{L}\\p{M}\\p{N}\\p{Pc}]";
    private static final Pattern PROPERTY = Pattern.compile("\\\\([pP])\\{(\\^?)([A-Z][A-Za-z_]{2,})}|\\\\.");

    private Patterns() {}

    static Pattern of(JsonNode node) {
        if (Json.has(node, "String")) {
            return Pattern.compile(Pattern.quote(Json.string(node, "String")));
        }
        return regex(Json.string(node, "Regex"));
    }

    /**
     * {@return a regular expression of Oniguruma, whose classes are Unicode's}
     *
     * @throws IllegalArgumentException if it uses what Java's expressions do not have
     */
    static Pattern regex(String expression) {
        try {
            return Pattern.compile(translated(expression), Pattern.UNICODE_CHARACTER_CLASS);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "the regular expression '%s' is not supported: %s".formatted(expression, e.getDescription()), e);
        }
    }

    private static String translated(String expression) {
        Matcher m = PROPERTY.matcher(expression);
        return m.replaceAll(r -> Matcher.quoteReplacement(translated(r)));
    }

    private static String translated(MatchResult escape) {
        String script = escape.group(3);
        if (script != null) {
            boolean negated = escape.group(1).equals("P") ^ !escape.group(2).isEmpty();
            return "\\" + (negated ? "P" : "p") + "{Is" + script + "}";
        }
        return switch (escape.group()) {
            case "\\w" -> "[" + WORD;
            case "\\W" -> "[^" + WORD;
            default -> escape.group();
        };
    }
}
