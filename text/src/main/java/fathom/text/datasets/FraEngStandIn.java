package fathom.text.datasets;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Generates English sentences with their French translations by a small grammar. Words do not correspond one by one:
 * articles and adjectives agree with the noun's gender, some adjectives follow the noun, verbs are conjugated, negation
 * has two parts, and articles and pronouns are elided before vowels.
 */
final class FraEngStandIn {
    private static final int PAIRS = 3000;

    private record Subject(String english, String french, int person) {}

    /** A verb: its form for he and she, and the French forms for je, tu, il, nous, ils. */
    private record Verb(String english, String third, String... french) {}

    private record Noun(String english, String french, boolean isFeminine) {}

    private record Adjective(String english, String masculine, String feminine, boolean isBefore) {}

    private static final List<Subject> SUBJECTS =
            List.of(
                    new Subject("i", "je", 0),
                    new Subject("you", "tu", 1),
                    new Subject("he", "il", 2),
                    new Subject("she", "elle", 2),
                    new Subject("tom", "tom", 2),
                    new Subject("mary", "marie", 2),
                    new Subject("we", "nous", 3),
                    new Subject("they", "ils", 4));

    private static final List<Verb> VERBS =
            List.of(
                    new Verb("see", "sees", "vois", "vois", "voit", "voyons", "voient"),
                    new Verb("want", "wants", "veux", "veux", "veut", "voulons", "veulent"),
                    new Verb("like", "likes", "aime", "aimes", "aime", "aimons", "aiment"),
                    new Verb("buy", "buys", "achète", "achètes", "achète", "achetons", "achètent"),
                    new Verb("lose", "loses", "perds", "perds", "perd", "perdons", "perdent"),
                    new Verb("find", "finds", "trouve", "trouves", "trouve", "trouvons", "trouvent"),
                    new Verb("take", "takes", "prends", "prends", "prend", "prenons", "prennent"),
                    new Verb("sell", "sells", "vends", "vends", "vend", "vendons", "vendent"),
                    new Verb("wash", "washes", "lave", "laves", "lave", "lavons", "lavent"),
                    new Verb("hide", "hides", "cache", "caches", "cache", "cachons", "cachent"));

    private static final List<Noun> NOUNS =
            List.of(
                    new Noun("cat", "chat", false),
                    new Noun("dog", "chien", false),
                    new Noun("car", "voiture", true),
                    new Noun("house", "maison", true),
                    new Noun("book", "livre", false),
                    new Noun("apple", "pomme", true),
                    new Noun("horse", "cheval", false),
                    new Noun("flower", "fleur", true),
                    new Noun("garden", "jardin", false),
                    new Noun("key", "clé", true),
                    new Noun("shirt", "chemise", true),
                    new Noun("tree", "arbre", false),
                    new Noun("coin", "pièce", true),
                    new Noun("plate", "assiette", true),
                    new Noun("knife", "couteau", false));

    private static final List<Adjective> ADJECTIVES =
            List.of(
                    new Adjective("red", "rouge", "rouge", false),
                    new Adjective("green", "vert", "verte", false),
                    new Adjective("black", "noir", "noire", false),
                    new Adjective("white", "blanc", "blanche", false),
                    new Adjective("heavy", "lourd", "lourde", false),
                    new Adjective("big", "grand", "grande", true),
                    new Adjective("small", "petit", "petite", true),
                    new Adjective("pretty", "joli", "jolie", true));

    private FraEngStandIn() {}

    /** {@return distinct pairs in order of length} */
    static List<FraEng.Pair> pairs() {
        var random = new SplittableRandom(9_5);
        var pairs = new LinkedHashMap<String, FraEng.Pair>();
        while (pairs.size() < PAIRS) {
            FraEng.Pair pair = pair(random);
            pairs.putIfAbsent(pair.english(), pair);
        }
        var sorted = new ArrayList<>(pairs.values());
        sorted.sort(Comparator.comparingInt(p -> p.english().length()));
        return sorted;
    }

    private static <T> T pick(List<T> from, RandomGenerator random) {
        return from.get(random.nextInt(from.size()));
    }

    private static FraEng.Pair pair(RandomGenerator random) {
        Noun noun = pick(NOUNS, random);
        Adjective adjective = pick(ADJECTIVES, random);
        int determiner = random.nextInt(3);
        int kind = random.nextInt(5);
        if (kind == 0) {
            int which = determiner == 1 ? 0 : determiner; // not "a cat is black"
            return pair(
                    "%s %s is %s.".formatted(english(which), noun.english(), adjective.english()),
                    "%s est %s."
                            .formatted(
                                    french(which, noun, noun.french()),
                                    noun.isFeminine() ? adjective.feminine() : adjective.masculine()));
        }
        Subject subject = pick(SUBJECTS, random);
        Verb verb = pick(VERBS, random);
        String object = noun.english();
        String objet = noun.french();
        if (random.nextBoolean()) {
            String agreeing = noun.isFeminine() ? adjective.feminine() : adjective.masculine();
            object = adjective.english() + " " + object;
            objet = adjective.isBefore() ? agreeing + " " + objet : objet + " " + agreeing;
        }
        String does = subject.person() == 2 ? "does" : "do";
        String conjugated = verb.french()[subject.person()];
        return switch (kind) {
            case 1 -> {
                // after a negation, "un" becomes "de"
                String what = determiner == 1 ? elided("de", objet) : french(determiner, noun, objet);
                yield pair(
                        "%s %s not %s %s %s."
                                .formatted(subject.english(), does, verb.english(), english(determiner), object),
                        "%s %s pas %s.".formatted(subject.french(), elided("ne", conjugated), what));
            }
            case 2 ->
                    pair(
                            "%s %s %s %s %s?"
                                    .formatted(does, subject.english(), verb.english(), english(determiner), object),
                            "%s %s ?"
                                    .formatted(
                                            elided("est-ce que", clause(subject, conjugated)),
                                            french(determiner, noun, objet)));
            default ->
                    pair(
                            "%s %s %s %s."
                                    .formatted(
                                            subject.english(),
                                            subject.person() == 2 ? verb.third() : verb.english(),
                                            english(determiner),
                                            object),
                            "%s %s.".formatted(clause(subject, conjugated), french(determiner, noun, objet)));
        };
    }

    private static String clause(Subject subject, String conjugated) {
        return subject.french().equals("je") ? elided("je", conjugated) : subject.french() + " " + conjugated;
    }

    private static String english(int determiner) {
        return List.of("the", "a", "my").get(determiner);
    }

    /** {@return a noun, with its adjective, and the article that agrees with it} */
    private static String french(int determiner, Noun noun, String phrase) {
        return switch (determiner) {
            case 0 -> elided(noun.isFeminine() ? "la" : "le", phrase);
            case 1 -> (noun.isFeminine() ? "une " : "un ") + phrase;
            default -> (noun.isFeminine() && !startsWithVowel(phrase) ? "ma " : "mon ") + phrase;
        };
    }

    private static String elided(String word, String next) {
        return startsWithVowel(next) ? word.substring(0, word.length() - 1) + "'" + next : word + " " + next;
    }

    private static boolean startsWithVowel(String word) {
        return "aeiouéè".indexOf(word.charAt(0)) >= 0;
    }

    private static FraEng.Pair pair(String english, String french) {
        return new FraEng.Pair(capital(english), capital(french));
    }

    private static String capital(String sentence) {
        return sentence.substring(0, 1).toUpperCase(Locale.ROOT) + sentence.substring(1);
    }
}
