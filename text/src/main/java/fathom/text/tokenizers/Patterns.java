package fathom.text.tokenizers;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import tools.jackson.databind.JsonNode;

/** Patterns of a tokenizer.json: {@code {"String": "..."}}, taken literally, or {@code {"Regex": "..."}}. */
final class Patterns {
    // scripts, which Java writes as IsHan; general categories have one or two letters
    private static final Pattern PROPERTY = Pattern.compile("\\\\([pP])\\{(\\^?)([A-Z][A-Za-z_]{2,})}");

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
        return m.replaceAll(r -> {
            boolean negated = r.group(1).equals("P") ^ !r.group(2).isEmpty();
            return Matcher.quoteReplacement("\\" + (negated ? "P" : "p") + "{Is" + r.group(3) + "}");
        });
    }
}
