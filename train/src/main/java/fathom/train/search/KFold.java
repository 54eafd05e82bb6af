package fathom.train.search;

import fathom.data.Dataset;
import fathom.data.Subset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Splits of a data set for k-fold cross-validation: each example is in the test part of exactly one of k folds.
 *
 * {@snippet :
 * for (var fold : KFold.of(5).shuffle(0).split(data)) {
 *     new Trainer(net(), t -> t.optimizer(p -> new Adam(p, 1e-3))).fit(fold, Epochs.of(10));
 * }
 * }
 *
 * <p>Without {@link #shuffle} folds are consecutive examples. The sizes of folds differ by one example at most, unless
 * examples are grouped.
 *
 * @see <a href="https://d2l.ai/chapter_multilayer-perceptrons/underfit-overfit.html">Dive into Deep Learning, K-Fold
 *     Cross-Validation</a>
 */
public final class KFold {
    private final int folds;
    private @Nullable Long seed;
    private long @Nullable [] labels;
    private boolean isStratified;
    private long @Nullable [] groups;

    private KFold(int folds) {
        this.folds = folds;
    }

    /**
     * {@return splits into {@code k} folds}
     *
     * @throws IllegalArgumentException if k is less than 2
     */
    public static KFold of(int k) {
        if (k < 2) {
            throw new IllegalArgumentException("KFold: expected at least 2 folds, got " + k);
        }
        return new KFold(k);
    }

    /** Shuffles the examples before they are split; the same seed gives the same folds. */
    public KFold shuffle(long seed) {
        this.seed = seed;
        return this;
    }

    /** Splits each class evenly, by the data set's targets, which must be single integers. */
    public KFold stratify() {
        this.isStratified = true;
        return this;
    }

    /** Splits each class evenly, by the class of each example. */
    public KFold stratify(long[] classes) {
        this.isStratified = true;
        this.labels = classes.clone();
        return this;
    }

    /**
     * Keeps the examples of a group in one fold, such as the images of one patient.
     *
     * @param groups the group of each example
     */
    public KFold groups(long[] groups) {
        this.groups = groups.clone();
        return this;
    }

    /**
     * {@return the folds}
     *
     * @throws IllegalArgumentException if there are fewer examples, or groups, than folds, or classes or groups are not
     *     given for each example
     */
    public List<DataFold> split(Dataset data) {
        int n = Math.toIntExact(data.size());
        checkCount("examples", n);
        int[] foldOf;
        if (groups != null) {
            if (isStratified) {
                throw new IllegalArgumentException("KFold: folds are either stratified or grouped");
            }
            foldOf = byGroup(checked("groups", groups, n));
        } else if (isStratified) {
            foldOf = byClass(labels == null ? targets(data, n) : checked("classes", labels, n));
        } else {
            foldOf = inOrder(n);
        }
        var splits = new ArrayList<DataFold>();
        for (int f = 0; f < folds; f++) {
            splits.add(
                    new DataFold(
                            f,
                            new Subset(data, indices(foldOf, f, false)),
                            new Subset(data, indices(foldOf, f, true))));
        }
        return splits;
    }

    private static long[] indices(int[] foldOf, int fold, boolean isTest) {
        var indices = new long[foldOf.length];
        int count = 0;
        for (int i = 0; i < foldOf.length; i++) {
            if ((foldOf[i] == fold) == isTest) {
                indices[count++] = i;
            }
        }
        return Arrays.copyOf(indices, count);
    }

    private void checkCount(String what, int n) {
        if (n < folds) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "KFold: %d folds need as many %s, there are %d", folds, what, n));
        }
    }

    private static long[] checked(String what, long[] values, int n) {
        if (values.length != n) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "KFold: %d %s for %d examples", values.length, what, n));
        }
        return values;
    }

    private static long[] targets(Dataset data, int n) {
        var all = new long[n];
        Arrays.setAll(all, i -> i);
        var y = data.batch(all).y();
        if (y.numel() != n || y.dtype().isFloating()) {
            throw new IllegalArgumentException(
                    "KFold: stratify() needs one integer target per example, got %s of shape %s; name the classes by stratify(classes)"
                            .formatted(y.dtype(), y.shape()));
        }
        return y.reshape(-1).toLongArray();
    }

    /** Consecutive folds; the first are one example longer where the number is not divisible. */
    private int[] inOrder(int n) {
        int[] order = order(n);
        var foldOf = new int[n];
        int from = 0;
        for (int f = 0; f < folds; f++) {
            int size = n / folds + (f < n % folds ? 1 : 0);
            for (int i = from; i < from + size; i++) {
                foldOf[order[i]] = f;
            }
            from += size;
        }
        return foldOf;
    }

    /** Deals the examples of one class after another to the folds in turn. */
    private int[] byClass(long[] classes) {
        Map<Long, List<Integer>> members = new TreeMap<>();
        for (int i : order(classes.length)) {
            members.computeIfAbsent(classes[i], c -> new ArrayList<>()).add(i);
        }
        var foldOf = new int[classes.length];
        int next = 0;
        for (List<Integer> examples : members.values()) {
            for (int i : examples) {
                foldOf[i] = next++ % folds;
            }
        }
        return foldOf;
    }

    /** Assigns groups, the largest first, to the fold that has the fewest examples so far. */
    private int[] byGroup(long[] groups) {
        Map<Long, Integer> sizes = new LinkedHashMap<>();
        for (int i : order(groups.length)) {
            sizes.merge(groups[i], 1, Integer::sum);
        }
        checkCount("groups", sizes.size());
        List<Long> largestFirst = new ArrayList<>(sizes.keySet());
        largestFirst.sort(Comparator.comparing((Long g) -> -sizes.getOrDefault(g, 0)));
        var filled = new long[folds];
        Map<Long, Integer> fold = new LinkedHashMap<>();
        for (long g : largestFirst) {
            int least = 0;
            for (int f = 1; f < folds; f++) {
                least = filled[f] < filled[least] ? f : least;
            }
            fold.put(g, least);
            filled[least] += sizes.getOrDefault(g, 0);
        }
        return Arrays.stream(groups).mapToInt(g -> fold.getOrDefault(g, 0)).toArray();
    }

    private int[] order(int n) {
        var order = new int[n];
        Arrays.setAll(order, i -> i);
        if (seed != null) {
            var random = new SplittableRandom(seed);
            for (int i = n - 1; i > 0; i--) {
                int j = random.nextInt(i + 1);
                int swap = order[i];
                order[i] = order[j];
                order[j] = swap;
            }
        }
        return order;
    }
}
