package fathom.text.tokenizers;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds added tokens in inputs: at each position the longest one. */
final class AddedTokens {
    private static final Pattern WORD = Pattern.compile("\\w", Pattern.UNICODE_CHARACTER_CLASS);

    private final Map<Character, List<Entry>> plain = new HashMap<>();
    private final Map<Character, List<Entry>> normalized = new HashMap<>();
    private final @Nullable Normalizer normalizer;

    private record Entry(String text, AddedToken token, int id) {}

    /** A part of an input: an added token, or, with id -1, normalised text. */
    record Part(AlignedText text, int id) {}

    AddedTokens(Map<AddedToken, Integer> tokens, @Nullable Normalizer normalizer) {
        this.normalizer = normalizer;
        tokens.forEach((token, id) -> {
            String text = token.content();
            if (token.normalized() && normalizer != null) {
                text = normalizer.normalize(AlignedText.of(text, 0)).text();
            }
            if (!text.isEmpty()) {
                (token.normalized() ? normalized : plain)
                        .computeIfAbsent(text.charAt(0), c -> new ArrayList<>())
                        .add(new Entry(text, token, id));
            }
        });
        Comparator<Entry> longestFirst = Comparator.comparingInt((Entry e) -> e.text().length()).reversed();
        plain.values().forEach(l -> l.sort(longestFirst));
        normalized.values().forEach(l -> l.sort(longestFirst));
    }

    List<Part> split(String input) {
        var parts = new ArrayList<Part>();
        for (Part part : find(AlignedText.of(input, 0), plain)) {
            if (part.id() >= 0) {
                parts.add(part);
                continue;
            }
            AlignedText text = normalizer == null ? part.text() : normalizer.normalize(part.text());
            for (Part each : find(text, normalized)) {
                if (each.text().length() > 0) {
                    parts.add(each);
                }
            }
        }
        return parts;
    }

    private static List<Part> find(AlignedText text, Map<Character, List<Entry>> tokens) {
        if (tokens.isEmpty()) {
            return List.of(new Part(text, -1));
        }
        var parts = new ArrayList<Part>();
        String s = text.text();
        int from = 0;
        int i = 0;
        while (i < s.length()) {
            Entry found = at(s, i, tokens);
            if (found == null) {
                i++;
                continue;
            }
            int start = i;
            int stop = i + found.text().length();
            i = stop;
            if (found.token().singleWord() && (isWordBefore(s, start) || isWordAt(s, stop))) {
                continue;
            }
            while (found.token().lstrip() && start > from && CharClasses.isWhiteSpace(s.charAt(start - 1))) {
                start--;
            }
            while (found.token().rstrip() && stop < s.length() && CharClasses.isWhiteSpace(s.charAt(stop))) {
                stop++;
            }
            if (from < start) {
                parts.add(new Part(text.slice(from, start), -1));
            }
            parts.add(new Part(text.slice(start, stop), found.id()));
            from = stop;
            i = Math.max(i, stop);
        }
        if (from < s.length()) {
            parts.add(new Part(text.slice(from, s.length()), -1));
        }
        return parts;
    }

    private static @Nullable Entry at(String s, int i, Map<Character, List<Entry>> tokens) {
        for (Entry e : tokens.getOrDefault(s.charAt(i), List.of())) {
            if (s.startsWith(e.text(), i)) {
                return e;
            }
        }
        return null;
    }

    private static boolean isWordBefore(String s, int i) {
        return i > 0 && WORD.matcher(Character.toString(s.codePointBefore(i))).matches();
    }

    private static boolean isWordAt(String s, int i) {
        return i < s.length() && WORD.matcher(Character.toString(s.codePointAt(i))).matches();
    }
}
