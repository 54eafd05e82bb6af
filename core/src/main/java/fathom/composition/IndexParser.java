package fathom.composition;

import fathom.Index;
import java.util.ArrayList;

/** Parses indices in Python's notation: {@code 0:2, :, -1, ..., None, ::2}. */
public final class IndexParser {
    private IndexParser() {}

    /**
     * {@return one index per comma-separated part}
     *
     * @throws IllegalArgumentException naming the part that cannot be parsed
     */
    public static Index[] parse(String text) {
        var indices = new ArrayList<Index>();
        String[] parts = text.split(",", -1);
        for (int i = 0; i < parts.length; i++) {
            String part = parts[i].strip();
            if (part.isEmpty() && i == parts.length - 1 && i > 0) {
                break; // Python allows a trailing comma
            }
            indices.add(
                    switch (part) {
                        case ":" -> Index.ALL;
                        case "..." -> Index.ELLIPSIS;
                        case "None" -> Index.NEW_AXIS;
                        default -> part.contains(":") ? range(part, text) : new Index.At(number(part, text));
                    });
        }
        return indices.toArray(Index[]::new);
    }

    private static Index range(String part, String text) {
        String[] ends = part.split(":", -1);
        if (ends.length > 3) {
            throw unreadable(part, text);
        }
        long start = ends[0].isBlank() ? 0 : number(ends[0].strip(), text);
        long end = ends[1].isBlank() ? Long.MAX_VALUE : number(ends[1].strip(), text);
        long step = ends.length < 3 || ends[2].isBlank() ? 1 : number(ends[2].strip(), text);
        return new Index.Range(start, end, step);
    }

    private static long number(String part, String text) {
        try {
            return Long.parseLong(part);
        } catch (NumberFormatException e) {
            throw unreadable(part, text);
        }
    }

    private static IllegalArgumentException unreadable(String part, String text) {
        return new IllegalArgumentException(
                "index \"%s\": cannot parse \"%s\"; expected numbers, start:end:step, :, ... or None between commas"
                        .formatted(text, part));
    }
}
