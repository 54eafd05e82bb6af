package fathom.text.datasets;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Generates pairs of sentences about who does what where. A hypothesis that follows replaces words by more general
 * ones; one that contradicts exchanges the activity, the place or the person; a neutral one adds something or replaces
 * a word by a more special one. The same words occur in hypotheses of each kind, so neither the hypothesis alone nor
 * the number of common words decides.
 */
final class SnliStandIn {
    /** People, each with those that are more general. */
    private static final Map<String, List<String>> PEOPLE =
            Map.of(
                    "boy", List.of("child", "person"),
                    "girl", List.of("child", "person"),
                    "man", List.of("adult", "person"),
                    "woman", List.of("adult", "person"),
                    "nurse", List.of("adult", "person"),
                    "farmer", List.of("adult", "person"));

    /** Activities, each with those that are more general; no two of them are done at once. */
    private static final Map<String, List<String>> ACTIVITIES =
            Map.of(
                    "playing a guitar", List.of("playing an instrument", "making music"),
                    "playing a flute", List.of("playing an instrument", "making music"),
                    "eating an apple", List.of("eating fruit", "eating"),
                    "eating a pear", List.of("eating fruit", "eating"),
                    "reading a novel", List.of("reading a book", "reading"),
                    "sleeping", List.of("resting", "lying down"),
                    "riding a horse", List.of("riding an animal", "riding"),
                    "riding a camel", List.of("riding an animal", "riding"));

    private static final Map<String, List<String>> PLACES =
            Map.of(
                    "in a park", List.of("outdoors", "outside"),
                    "on a beach", List.of("outdoors", "outside"),
                    "in a field", List.of("outdoors", "outside"),
                    "in a kitchen", List.of("indoors", "inside"),
                    "in a library", List.of("indoors", "inside"),
                    "in a church", List.of("indoors", "inside"));

    private static final List<String> EXTRAS =
            List.of("with a friend", "for the first time", "before work", "after school", "because of a bet");

    private SnliStandIn() {}

    static List<Snli.Inference> pairs(long seed, int n) {
        var random = new SplittableRandom(seed);
        var pairs = new ArrayList<Snli.Inference>();
        for (int i = 0; i < n; i++) {
            pairs.add(pair(random));
        }
        return pairs;
    }

    private static String key(Map<String, List<String>> map, RandomGenerator random) {
        var sorted = map.keySet().stream().sorted().toList();
        return sorted.get(random.nextInt(sorted.size()));
    }

    /** {@return the word or one that is more general} */
    private static String general(Map<String, List<String>> map, String word, RandomGenerator random) {
        int level = random.nextInt(3);
        return level == 0 ? word : Objects.requireNonNull(map.get(word)).get(level - 1);
    }

    /** {@return a key that excludes the word: neither it nor what is more general holds for both} */
    private static String other(Map<String, List<String>> map, String word, RandomGenerator random) {
        String other = key(map, random);
        while (Objects.equals(map.get(other), map.get(word))) {
            other = key(map, random);
        }
        return other;
    }

    private static Snli.Inference pair(RandomGenerator random) {
        String who = key(PEOPLE, random);
        String what = key(ACTIVITIES, random);
        String where = key(PLACES, random);
        boolean saysWhere = random.nextBoolean();
        // a premise may say more than the hypothesis asks, or less
        String extra = random.nextInt(3) > 0 ? " " + EXTRAS.get(random.nextInt(EXTRAS.size())) : "";
        String premise = sentence(who, what + (saysWhere ? " " + where : "") + extra);
        int label = random.nextInt(3);
        String person = general(PEOPLE, who, random);
        String activity = general(ACTIVITIES, what, random);
        String place = saysWhere && random.nextBoolean() ? " " + general(PLACES, where, random) : "";
        String kept = kept(extra, random);
        String hypothesis =
                switch (label) {
                    case 0 -> sentence(person, activity + place + kept);
                    case 1 ->
                            saysWhere && random.nextBoolean()
                                    ? sentence(
                                            person,
                                            activity
                                                    + " "
                                                    + general(PLACES, other(PLACES, where, random), random)
                                                    + kept)
                                    : sentence(
                                            person,
                                            general(ACTIVITIES, other(ACTIVITIES, what, random), random)
                                                    + place
                                                    + kept);
                    default -> neutral(person, activity, place, saysWhere, extra, random);
                };
        return new Snli.Inference(premise, hypothesis, label);
    }

    private static String kept(String extra, RandomGenerator random) {
        return random.nextInt(4) > 0 ? extra : "";
    }

    /** Adds a place or a circumstance of which the premise says nothing. */
    private static String neutral(
            String person, String activity, String place, boolean saysWhere, String extra, RandomGenerator random) {
        if (!saysWhere && random.nextInt(3) > 0) {
            return sentence(
                    person, activity + " " + general(PLACES, key(PLACES, random), random) + kept(extra, random));
        }
        String added = " " + EXTRAS.get(random.nextInt(EXTRAS.size()));
        while (added.equals(extra)) {
            added = " " + EXTRAS.get(random.nextInt(EXTRAS.size()));
        }
        return sentence(person, activity + place + added);
    }

    private static String sentence(String who, String what) {
        return (who.startsWith("a") ? "An " : "A ") + who + " is " + what + " .";
    }
}
