package fathom.services;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Suggestions for mistyped names: of commands, options, models, properties. */
public final class NearestName {
    private static final int MAX_DISTANCE = 3;
    private static final int MAX_SUGGESTIONS = 3;

    /** The minimum length of the beginning or part of a name that stands for the whole. */
    private static final int MIN_PART = 2;

    private NearestName() {}

    /**
     * {@return the known names that a typed one probably means: those that it begins or is a hyphenated part of, or
     * else those with the fewest typing errors (about one per three letters at most); none if nothing is similar, at
     * most three}
     */
    public static List<String> of(String typed, Collection<String> known) {
        String name = typed.toLowerCase(Locale.ROOT);
        List<String> wholes = known.stream().filter(k -> isPart(name, k)).limit(MAX_SUGGESTIONS).toList();
        if (!wholes.isEmpty()) {
            return wholes;
        }
        int allowed = Math.clamp(name.length() / 3, 1, MAX_DISTANCE);
        int least = known.stream().mapToInt(k -> distance(name, k.toLowerCase(Locale.ROOT))).min().orElse(allowed);
        return known.stream()
                .filter(k -> least <= allowed && distance(name, k.toLowerCase(Locale.ROOT)) == least)
                .limit(MAX_SUGGESTIONS)
                .toList();
    }

    private static boolean isPart(String name, String known) {
        String whole = known.toLowerCase(Locale.ROOT);
        return name.length() >= MIN_PART && (whole.startsWith(name) || Arrays.asList(whole.split("-")).contains(name));
    }

    /** {@return the suggestions as a question that ends in a space, "did you mean a or b? "; empty without any} */
    public static String question(String typed, Collection<String> known) {
        List<String> nearest = of(typed, known);
        return nearest.isEmpty() ? "" : "did you mean " + String.join(" or ", nearest) + "? ";
    }

    /**
     * {@return the number of insertions, deletions, replacements and swaps of neighbouring letters between two words
     * (Damerau, 1964; optimal string alignment)}
     */
    private static int distance(String a, String b) {
        var d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            d[i][0] = i;
        }
        for (int j = 0; j <= b.length(); j++) {
            d[0][j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            for (int j = 1; j <= b.length(); j++) {
                boolean isEqual = a.charAt(i - 1) == b.charAt(j - 1);
                d[i][j] = Math.min(d[i - 1][j - 1] + (isEqual ? 0 : 1), 1 + Math.min(d[i - 1][j], d[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
