package fathom.text;

import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Generates word vectors. Words are the sum of their group, of the pair they belong to, of the relation by which they
 * differ from the other of the pair, and of noise. Relations are longer than pairs, so the nearest word is seldom the
 * other one of the pair.
 */
final class EmbeddingStandIn {
    /** Pairs of words, per line, the second of which differs from the first in the same way. */
    private static final List<String> RELATIONS =
            List.of(
                    "beijing china tokyo japan paris france berlin germany rome italy madrid spain moscow russia"
                            + " cairo egypt athens greece oslo norway",
                    "man woman king queen son daughter boy girl brother sister father mother uncle aunt actor actress",
                    "bad worst big biggest small smallest strong strongest weak weakest fast fastest slow slowest"
                            + " cold coldest",
                    "do did go went see saw take took eat ate write wrote give gave come came");

    /** Words that occur together. */
    private static final List<String> TOPICS =
            List.of(
                    "chip chips intel electronics semiconductor microprocessor",
                    "baby babies toddler infant child crib",
                    "beautiful lovely gorgeous wonderful pretty graceful",
                    "bank money loan credit savings interest",
                    "rain snow wind storm cloud weather",
                    "bread butter cheese milk flour cake",
                    "violin piano flute orchestra concert melody",
                    "goal team match league player coach");

    private final List<String> tokens = new ArrayList<>();
    private final List<double[]> vectors = new ArrayList<>();
    private final int dimensions;
    private final SplittableRandom random = new SplittableRandom(14_7);

    EmbeddingStandIn(int dimensions) {
        if (dimensions < 1) {
            throw new IllegalArgumentException("TokenEmbedding: expected at least one dimension");
        }
        this.dimensions = dimensions;
        tokens.add(Vocabulary.UNKNOWN);
        vectors.add(new double[dimensions]);
        RELATIONS.forEach(this::addPairs);
        for (String topic : TOPICS) {
            double[] group = gaussian(1);
            for (String word : topic.split(" ")) {
                add(word, group, gaussian(0.7));
            }
        }
        for (int i = 0; i < 200; i++) {
            add("word" + i, gaussian(1));
        }
    }

    private void addPairs(String pairs) {
        double[] group = gaussian(1);
        double[] relation = gaussian(1.6);
        String[] words = pairs.split(" ");
        for (int i = 0; i < words.length; i += 2) {
            double[] pair = gaussian(0.6);
            add(words[i], group, pair, gaussian(0.25));
            add(words[i + 1], group, pair, relation, gaussian(0.25));
        }
    }

    private double[] gaussian(double length) {
        var vector = new double[dimensions];
        for (int i = 0; i < dimensions; i++) {
            vector[i] = length * random.nextGaussian() / Math.sqrt(dimensions);
        }
        return vector;
    }

    private void add(String word, double[]... parts) {
        var vector = new double[dimensions];
        for (double[] part : parts) {
            for (int i = 0; i < dimensions; i++) {
                vector[i] += part[i];
            }
        }
        tokens.add(word);
        vectors.add(vector);
    }

    List<String> tokens() {
        return tokens;
    }

    Tensor vectors() {
        var values = new float[tokens.size() * dimensions];
        for (int t = 0; t < tokens.size(); t++) {
            for (int i = 0; i < dimensions; i++) {
                values[t * dimensions + i] = (float) vectors.get(t)[i];
            }
        }
        return Tensors.tensor(values).reshape(tokens.size(), dimensions);
    }
}
