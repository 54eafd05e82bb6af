package fathom.text.datasets;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Generates reviews. A review is about several aspects of a film; most of its opinions agree with its label. Half of
 * the opinions are negated ("not a dull story"), so that counting good and bad words alone says little.
 */
final class ImdbStandIn {
    private static final List<String> GOOD =
            List.of(
                    "wonderful",
                    "gripping",
                    "brilliant",
                    "moving",
                    "funny",
                    "clever",
                    "superb",
                    "charming",
                    "fresh",
                    "convincing",
                    "elegant",
                    "memorable");
    private static final List<String> BAD =
            List.of(
                    "dull",
                    "awful",
                    "clumsy",
                    "boring",
                    "predictable",
                    "silly",
                    "tedious",
                    "flat",
                    "annoying",
                    "stale",
                    "lifeless",
                    "forgettable");
    private static final List<String> ASPECTS =
            List.of("story", "cast", "script", "ending", "music", "dialogue", "plot", "lead", "camera work", "pacing");
    private static final List<String> OPENINGS =
            List.of(
                    "I saw this on a rainy evening.",
                    "A friend told me about this film.",
                    "This was shown at our local cinema last week.",
                    "The director has made several films before.",
                    "It runs for almost two hours.",
                    "The film is set in a small town by the sea.");
    private static final List<String> FILLERS =
            List.of(
                    "The costumes are from the period.",
                    "It was filmed in black and white.",
                    "My brother fell asleep, but he always does.",
                    "There were few people in the audience.",
                    "The book came out ten years earlier.");

    private ImdbStandIn() {}

    /** {@return reviews, the positive half first} */
    static List<Imdb.Review> reviews(long seed, int n) {
        var random = new SplittableRandom(seed);
        var reviews = new ArrayList<Imdb.Review>();
        for (int i = 0; i < n; i++) {
            boolean isPositive = i < n / 2;
            reviews.add(new Imdb.Review(review(isPositive, random), isPositive ? 1 : 0));
        }
        return reviews;
    }

    private static String pick(List<String> from, RandomGenerator random) {
        return from.get(random.nextInt(from.size()));
    }

    private static String review(boolean isPositive, RandomGenerator random) {
        var text = new StringBuilder(pick(OPENINGS, random));
        int opinions = 3 + random.nextInt(6);
        for (int k = 0; k < opinions; k++) {
            boolean praises = isPositive ^ random.nextInt(5) == 0;
            text.append(' ').append(opinion(praises, random));
            if (random.nextInt(3) == 0) {
                text.append(' ').append(pick(FILLERS, random));
            }
        }
        return text.toString();
    }

    private static String opinion(boolean praises, RandomGenerator random) {
        boolean isNegated = random.nextInt(5) < 2;
        String word = pick(praises ^ isNegated ? GOOD : BAD, random);
        String aspect = pick(ASPECTS, random);
        if (isNegated) {
            return switch (random.nextInt(3)) {
                case 0 -> "The %s is not %s.".formatted(aspect, word);
                case 1 -> "I never found the %s %s.".formatted(aspect, word);
                default -> "This is hardly a %s %s.".formatted(word, aspect);
            };
        }
        return switch (random.nextInt(3)) {
            case 0 -> "The %s is %s.".formatted(aspect, word);
            case 1 -> "I found the %s quite %s.".formatted(aspect, word);
            default -> "What a %s %s!".formatted(word, aspect);
        };
    }
}
