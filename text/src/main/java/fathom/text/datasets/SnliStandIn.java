package fathom.text.datasets;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Generates pairs of sentences.
 *
 * <p>Half of the pairs are about what somebody does where. A hypothesis that follows replaces words by more general
 * ones; one that contradicts exchanges the activity or the place; a neutral one adds something.
 *
 * <p>The others are about who does something to whom; there is no deed but that of the premise. The hypothesis is
 * active or passive; exchanging the roles makes it false, as does "not", and both together make it true again. A
 * neutral hypothesis adds something, or names a person more precisely.
 *
 * <p>The same words occur in hypotheses of each kind, so neither the hypothesis alone nor the words in common decide;
 * without their order, roles are not seen.
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

    private static final List<String> CHILDREN = List.of("boy", "girl");
    private static final List<String> ADULTS = List.of("man", "woman", "nurse", "farmer");

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

    /** What is done to somebody: the present participle and the past participle. */
    private static final List<List<String>> DEEDS =
            List.of(
                    List.of("feeding", "fed"),
                    List.of("chasing", "chased"),
                    List.of("painting", "painted"),
                    List.of("teaching", "taught"),
                    List.of("carrying", "carried"),
                    List.of("hugging", "hugged"),
                    List.of("following", "followed"),
                    List.of("washing", "washed"));

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

    private final RandomGenerator random;
    private final Set<String> seen = new HashSet<>();

    SnliStandIn(long seed) {
        random = new SplittableRandom(seed);
    }

    /** {@return pairs, none of which was returned before} */
    List<Snli.Inference> pairs(int n) {
        var pairs = new ArrayList<Snli.Inference>();
        while (pairs.size() < n) {
            Snli.Inference pair = random.nextBoolean() ? activity() : deed();
            if (seen.add(pair.premise() + "|" + pair.hypothesis())) {
                pairs.add(pair);
            }
        }
        return pairs;
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    private String key(Map<String, List<String>> map) {
        return pick(map.keySet().stream().sorted().toList());
    }

    /** {@return the word or one that is more general} */
    private String general(Map<String, List<String>> map, String word) {
        int level = random.nextInt(3);
        return level == 0 ? word : Objects.requireNonNull(map.get(word)).get(level - 1);
    }

    /** {@return a key that excludes the word: neither it nor what is more general holds for both} */
    private String other(Map<String, List<String>> map, String word) {
        String other = key(map);
        while (Objects.equals(map.get(other), map.get(word))) {
            other = key(map);
        }
        return other;
    }

    /** {@return nothing, or a circumstance, which begins with a space} */
    private String extra() {
        return random.nextInt(3) > 0 ? " " + pick(EXTRAS) : "";
    }

    private String kept(String extra) {
        return random.nextInt(4) > 0 ? extra : "";
    }

    /** {@return a circumstance of which the premise says nothing} */
    private String added(String extra) {
        String added = " " + pick(EXTRAS);
        while (added.equals(extra)) {
            added = " " + pick(EXTRAS);
        }
        return added;
    }

    private static String noun(String who) {
        return (who.startsWith("a") ? "an " : "a ") + who;
    }

    private static String sentence(String who, String what) {
        String subject = noun(who);
        return Character.toUpperCase(subject.charAt(0)) + subject.substring(1) + " is " + what + " .";
    }

    // ---- what somebody does where -------------------------------------------------------------------------------

    private Snli.Inference activity() {
        String who = key(PEOPLE);
        String what = key(ACTIVITIES);
        String where = key(PLACES);
        boolean saysWhere = random.nextBoolean();
        // a premise may say more than the hypothesis asks, or less
        String extra = extra();
        String premise = sentence(who, what + (saysWhere ? " " + where : "") + extra);
        int label = random.nextInt(3);
        String person = general(PEOPLE, who);
        String activity = general(ACTIVITIES, what);
        String place = saysWhere && random.nextBoolean() ? " " + general(PLACES, where) : "";
        String kept = kept(extra);
        String hypothesis =
                switch (label) {
                    case 0 -> activity + place + kept;
                    case 1 ->
                            saysWhere && random.nextBoolean()
                                    ? activity + " " + general(PLACES, other(PLACES, where)) + kept
                                    : general(ACTIVITIES, other(ACTIVITIES, what)) + place + kept;
                    default ->
                            !saysWhere && random.nextInt(3) > 0
                                    ? activity + " " + general(PLACES, key(PLACES)) + kept
                                    : activity + place + added(extra);
                };
        return new Snli.Inference(premise, sentence(person, hypothesis), label);
    }

    // ---- who does something to whom -----------------------------------------------------------------------------

    /**
     * A person of a deed.
     *
     * @param exact the most precise name
     * @param said the name in the premise: exact, or whether a child or an adult
     */
    private record Person(String exact, String said) {}

    private Person person(List<String> group) {
        String exact = pick(group);
        return new Person(exact, random.nextBoolean() ? exact : Objects.requireNonNull(PEOPLE.get(exact)).getFirst());
    }

    /** {@return the name in the premise, or one that is more general but still tells a child from an adult} */
    private String broader(Person person) {
        return random.nextBoolean() ? person.said() : Objects.requireNonNull(PEOPLE.get(person.exact())).getFirst();
    }

    private Snli.Inference deed() {
        boolean childActs = random.nextBoolean();
        Person actor = person(childActs ? CHILDREN : ADULTS);
        Person other = person(childActs ? ADULTS : CHILDREN);
        List<String> deed = pick(DEEDS);
        String extra = extra();
        String premise = clause(actor.said(), other.said(), deed, false, random.nextBoolean(), extra);
        int label = random.nextInt(3);
        boolean isVague = !actor.said().equals(actor.exact()) || !other.said().equals(other.exact());
        if (label == 2) {
            boolean isPassive = random.nextBoolean();
            String hypothesis =
                    isVague && random.nextInt(3) > 0
                            ? clause(actor.exact(), other.exact(), deed, false, isPassive, kept(extra))
                            : clause(broader(actor), broader(other), deed, false, isPassive, added(extra));
            return new Snli.Inference(premise, hypothesis, label);
        }
        boolean isNegated = random.nextInt(4) == 0;
        boolean isSwapped = (label == 1) != isNegated;
        String first = broader(isSwapped ? other : actor);
        String second = broader(isSwapped ? actor : other);
        String hypothesis = clause(first, second, deed, isNegated, random.nextBoolean(), kept(extra));
        return new Snli.Inference(premise, hypothesis, label);
    }

    private static String clause(
            String actor, String other, List<String> deed, boolean isNegated, boolean isPassive, String extra) {
        String not = isNegated ? "not " : "";
        return isPassive
                ? sentence(other, "%sbeing %s by %s%s".formatted(not, deed.getLast(), noun(actor), extra))
                : sentence(actor, "%s%s %s%s".formatted(not, deed.getFirst(), noun(other), extra));
    }
}
