package fathom.text.datasets;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * A made-up language for stand-ins. Each topic has words of its own, with Zipf's frequencies; a word prefers a few
 * successors; function words stand between. So words predict their neighbours, and a sentence the topic of the next.
 */
final class TopicLanguage {
    private static final List<String> FUNCTION_WORDS =
            List.of("the", "of", "and", "in", "to", "a", "for", "with", "on", "by");

    private static final String[] STARTS = {
        "b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "st", "br"
    };
    private static final String[] VOWELS = {"a", "e", "i", "o", "u"};
    private static final int SUCCESSORS = 3;

    private final String[][] words;
    private final int[][][] successors;
    private final double[] cumulative;

    /**
     * A language, the same for the same numbers.
     *
     * @param topics the number of topics
     * @param size the number of words of a topic
     */
    TopicLanguage(long seed, int topics, int size) {
        var random = new SplittableRandom(seed);
        var all = new LinkedHashSet<String>();
        while (all.size() < topics * size) {
            var word = new StringBuilder();
            for (int i = 0; i < 2 + random.nextInt(2); i++) {
                word.append(STARTS[random.nextInt(STARTS.length)]).append(VOWELS[random.nextInt(VOWELS.length)]);
            }
            all.add(word.toString());
        }
        var list = new ArrayList<>(all);
        words = new String[topics][size];
        successors = new int[topics][size][SUCCESSORS];
        for (int t = 0; t < topics; t++) {
            for (int w = 0; w < size; w++) {
                words[t][w] = list.get(t * size + w);
                for (int s = 0; s < SUCCESSORS; s++) {
                    successors[t][w][s] = random.nextInt(size);
                }
            }
        }
        cumulative = new double[size];
        double total = 0;
        for (int w = 0; w < size; w++) {
            total += 1.0 / (w + 2);
            cumulative[w] = total;
        }
    }

    int topics() {
        return words.length;
    }

    /** {@return a sentence of 6 to 18 words on a topic} */
    List<String> sentence(int topic, RandomGenerator random) {
        var sentence = new ArrayList<String>();
        int length = 6 + random.nextInt(13);
        int last = -1;
        while (sentence.size() < length) {
            if (random.nextDouble() < 0.35) {
                sentence.add(FUNCTION_WORDS.get(random.nextInt(FUNCTION_WORDS.size())));
            }
            boolean strays = random.nextDouble() < 0.1;
            int from = strays ? random.nextInt(topics()) : topic;
            int word =
                    last >= 0 && !strays && random.nextDouble() < 0.5
                            ? successors[from][last][random.nextInt(SUCCESSORS)]
                            : draw(random);
            sentence.add(words[from][word]);
            last = strays ? -1 : word;
        }
        return sentence;
    }

    private int draw(RandomGenerator random) {
        double at = random.nextDouble() * cumulative[cumulative.length - 1];
        int w = 0;
        while (cumulative[w] < at) {
            w++;
        }
        return w;
    }
}
