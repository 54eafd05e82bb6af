package fathom.files;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** Excerpts of a file's contents for messages: short, and on one line. */
public final class Excerpt {
    private static final int MAX_LENGTH = 100;

    private Excerpt() {}

    /**
     * {@return the beginning of a text, with control characters and lone surrogates escaped as {@code \}{@code uXXXX}}
     */
    public static String of(String text) {
        var out = new StringBuilder();
        int end = Math.min(text.length(), MAX_LENGTH);
        if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        text.substring(0, end)
                .codePoints()
                .forEach(c -> {
                    switch (Character.getType(c)) {
                        case Character.CONTROL,
                                Character.FORMAT,
                                Character.SURROGATE,
                                Character.LINE_SEPARATOR,
                                Character.PARAGRAPH_SEPARATOR ->
                                out.append(String.format(Locale.ROOT, "\\u%04x", c));
                        default -> out.appendCodePoint(c);
                    }
                });
        return end < text.length()
                ? out.append(String.format(Locale.ROOT, "... (%,d characters)", text.length())).toString()
                : out.toString();
    }

    /**
     * {@return the bytes at the start of a file: as text in quotes where they are printable ASCII, else in hexadecimal}
     */
    public static String of(byte[] start) {
        for (byte b : start) {
            if ((b < ' ' || b > '~') && b != '\n' && b != '\r' && b != '\t') {
                return hexadecimal(start);
            }
        }
        return '"' + new String(start, StandardCharsets.US_ASCII).lines().findFirst().orElse("") + '"';
    }

    /** {@return names separated by commas: at most the first {@code most}, and how many more there are} */
    public static String names(List<String> names, int most) {
        return names.size() <= most
                ? String.join(", ", names)
                : String.format(
                        Locale.ROOT, "%s and %d more", String.join(", ", names.subList(0, most)), names.size() - most);
    }

    private static String hexadecimal(byte[] start) {
        var out = new StringBuilder("bytes");
        for (int i = 0; i < Math.min(8, start.length); i++) {
            out.append(String.format(Locale.ROOT, " %02x", start[i]));
        }
        return out.toString();
    }
}
