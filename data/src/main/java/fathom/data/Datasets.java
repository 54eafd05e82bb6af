package fathom.data;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Functions that split data sets. */
public final class Datasets {
    private Datasets() {}

    /**
     * Splits a data set randomly into disjoint parts.
     *
     * @param lengths the number of examples of each part; their sum is the size of the data set
     * @param seed the same seed gives the same parts
     * @throws IllegalArgumentException if the lengths do not add up to the size
     */
    public static List<Subset> randomSplit(Dataset dataset, long[] lengths, long seed) {
        long total = 0;
        for (long n : lengths) {
            if (n < 0) {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "randomSplit: a part cannot have %d examples", n));
            }
            total += n;
        }
        if (total != dataset.size()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "randomSplit: the lengths %s add up to %d, but the data set has %d examples",
                            Arrays.toString(lengths),
                            total,
                            dataset.size()));
        }
        return split(dataset, new SplitOptions().parts(lengths, seed));
    }

    private static List<Subset> split(Dataset dataset, long[][] parts) {
        return Arrays.stream(parts).map(p -> new Subset(dataset, p)).toList();
    }

    /**
     * Splits a data set randomly into disjoint parts; the examples that remain after rounding down are distributed to
     * the first parts, one each.
     *
     * @param fractions the fraction of the data set for each part; their sum is 1
     * @param seed the same seed gives the same parts
     * @throws IllegalArgumentException if the fractions do not add up to 1
     */
    public static List<Subset> randomSplit(Dataset dataset, double[] fractions, long seed) {
        return randomSplit(dataset, fractions, seed, o -> {});
    }

    /**
     * As {@link #randomSplit(Dataset, double[], long)}, with the same share of each class in all parts ({@link
     * SplitOptions#stratify}), or with groups of examples that are not torn apart ({@link SplitOptions#group}), or
     * both:
     *
     * {@snippet :
     * var parts = Datasets.randomSplit(images, new double[] {0.8, 0.2}, 0, o -> o.stratify(images.labels().toLongArray()));
     * }
     *
     * @throws IllegalArgumentException if the fractions do not add up to 1, or an option has another number of values
     *     than the data set has examples
     */
    public static List<Subset> randomSplit(
            Dataset dataset, double[] fractions, long seed, Consumer<SplitOptions> options) {
        return split(dataset, parts(dataset.size(), fractions, seed, options));
    }

    /** {@return the indices of each part of {@code n} examples} */
    static long[][] parts(long n, double[] fractions, long seed, Consumer<SplitOptions> options) {
        var o = new SplitOptions();
        options.accept(o);
        return o.parts(lengths(n, fractions), seed);
    }

    private static long[] lengths(long n, double... fractions) {
        double total = Arrays.stream(fractions).sum();
        if (Math.abs(total - 1) > 1e-6 || Arrays.stream(fractions).anyMatch(f -> !(f >= 0 && f <= 1))) {
            throw new IllegalArgumentException(
                    "randomSplit: expected fractions from 0 to 1 that add up to 1, got " + Arrays.toString(fractions));
        }
        var lengths = new long[fractions.length];
        long left = n;
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = (long) Math.floor(n * fractions[i] + 1e-9 * n); // 1 - 0.8 is a little less than 0.2
            left -= lengths[i];
        }
        for (int i = 0; left > 0; i = (i + 1) % lengths.length) {
            lengths[i]++;
            left--;
        }
        return lengths;
    }

    /**
     * {@return weights that make all classes count equally in a loss: for each class the number of examples per class
     * on average, divided by its own; 0 for a class without examples. float32 {@code [classes]}, as a loss takes them}
     *
     * {@snippet :
     * var loss = new CrossEntropyLoss(o -> o.weight(Datasets.classWeights(labels, 10)));
     * }
     *
     * @param labels the class of each example, int64 {@code [N]}
     * @throws IllegalArgumentException if there are no examples, or a label is not from 0 to {@code classes - 1}
     * @see <a
     *     href="https://scikit-learn.org/stable/modules/generated/sklearn.utils.class_weight.compute_class_weight.html">scikit-learn,
     *     compute_class_weight, "balanced"</a>
     */
    public static Tensor classWeights(Tensor labels, int classes) {
        long[] counts = counts(labels, classes);
        long present = Arrays.stream(counts).filter(c -> c > 0).count();
        return Tensors.tensor(
                Arrays.stream(counts).mapToDouble(c -> c == 0 ? 0 : (double) labels.numel() / present / c).toArray(),
                DType.FLOAT32);
    }

    /**
     * {@return a sampler that draws with replacement as many examples as there are, from each class equally often}
     *
     * @param labels the class of each example, int64 {@code [N]}
     * @throws IllegalArgumentException as {@link #classWeights} does
     */
    public static Sampler balanced(Tensor labels, int classes) {
        long[] counts = counts(labels, classes);
        double[] weights = Arrays.stream(labels.toLongArray()).mapToDouble(l -> 1.0 / counts[(int) l]).toArray();
        return Sampler.weighted(weights, weights.length, true);
    }

    private static long[] counts(Tensor labels, int classes) {
        if (classes < 1 || labels.numel() == 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "class weights: expected labels and at least one class, got %d labels and %d classes",
                            labels.numel(),
                            classes));
        }
        var counts = new long[classes];
        for (long l : labels.toLongArray()) {
            if (l < 0 || l >= classes) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT, "class weights: expected labels from 0 to %d, got %d", classes - 1, l));
            }
            counts[(int) l]++;
        }
        return counts;
    }
}
