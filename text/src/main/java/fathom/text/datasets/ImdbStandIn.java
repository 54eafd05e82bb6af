package fathom.text.datasets;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Generates reviews by a grammar. A review has one to three opinions, which agree with its label, among sentences that
 * say nothing. Which side an opinion takes depends on negation ("not dull"), its scope ("it is not true that the plot
 * is not dull"), contrast ("not dull but gripping", "I expected it to be dull, but it was gripping") and concession
 * ("although the cast is dull, the plot is gripping").
 *
 * <p>Each word is as frequent in positive reviews as in negative ones, so counts of words say nothing about the label.
 */
final class ImdbStandIn {
    private static final String[] GOOD =
            "wonderful gripping brilliant moving funny clever superb charming fresh convincing elegant memorable"
                    .split(" ");
    private static final String[] BAD =
            "dull awful clumsy boring predictable silly tedious flat annoying stale lifeless forgettable".split(" ");
    private static final String[] ASPECTS =
            "story,cast,script,ending,music,dialogue,plot,lead,camera work,pacing".split(",");
    private static final String[] OPENINGS = {
        "I saw this on a rainy evening.",
        "A friend told me about this film.",
        "This was shown at our local cinema last week.",
        "The director has made several films before.",
        "It runs for almost two hours.",
        "The film is set in a small town by the sea."
    };
    private static final String[] FILLERS = {
        "The costumes are from the period.",
        "It was filmed in black and white.",
        "My brother fell asleep, but he always does.",
        "There were few people in the audience.",
        "The book came out ten years earlier, and I have not read it."
    };

    private final Set<String> seen = new HashSet<>();
    private final RandomGenerator random;

    ImdbStandIn(long seed) {
        random = new SplittableRandom(seed);
    }

    /** {@return reviews, the positive half first, none of which was returned before} */
    List<Imdb.Review> reviews(int n) {
        var reviews = new ArrayList<Imdb.Review>();
        while (reviews.size() < n) {
            int label = reviews.size() < n / 2 ? 1 : 0;
            String text = review(label == 1);
            if (seen.add(text)) {
                reviews.add(new Imdb.Review(text, label));
            }
        }
        return reviews;
    }

    private String pick(String[] from) {
        return from[random.nextInt(from.length)];
    }

    private String word(boolean praises) {
        return pick(praises ? GOOD : BAD);
    }

    private String review(boolean isPositive) {
        var text = new StringBuilder(pick(OPENINGS));
        int opinions = 1 + random.nextInt(3);
        for (int k = 0; k < opinions; k++) {
            text.append(' ').append(opinion(isPositive));
            if (random.nextInt(3) == 0) {
                text.append(' ').append(pick(FILLERS));
            }
        }
        return text.toString();
    }

    /** Each case has words of both sides, or either with the same probability. */
    private String opinion(boolean praises) {
        String aspect = pick(ASPECTS);
        String same = word(praises);
        String other = word(!praises);
        boolean coin = random.nextBoolean();
        return switch (random.nextInt(8)) {
            case 0 -> "The %s is %s%s.".formatted(aspect, coin ? "" : "not ", coin ? same : other);
            case 1 -> "I %s found the %s %s.".formatted(coin ? "always" : "never", aspect, coin ? same : other);
            case 2 -> "The %s is not %s but %s.".formatted(aspect, other, same);
            case 3 -> "I expected the %s to be %s, but it was %s.".formatted(aspect, other, same);
            case 4 ->
                    "The critics called the %s %s, and they were %s."
                            .formatted(aspect, coin ? same : other, coin ? "right" : "wrong");
            case 5 -> "It is not true that the %s is %s%s.".formatted(aspect, coin ? "not " : "", coin ? same : other);
            case 6 -> "%s could call the %s %s.".formatted(coin ? "Anybody" : "Nobody", aspect, coin ? same : other);
            default -> {
                String major = pick(ASPECTS);
                yield coin
                        ? "Although the %s is %s, the %s is %s.".formatted(aspect, other, major, same)
                        : "The %s is %s, although the %s is %s.".formatted(major, same, aspect, other);
            }
        };
    }
}
