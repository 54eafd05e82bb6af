package fathom.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.Tensors;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Random splits that keep the shares of classes, or groups together. */
class SplitTest {
    private static TensorDataset numbers(long n) {
        return new TensorDataset(Tensors.arange(n));
    }

    private static long count(Subset part, long[] labels, long label) {
        return Arrays.stream(part.indices()).filter(i -> labels[(int) i] == label).count();
    }

    @Test
    void eachClassHasItsShareOfEachPart() {
        long[] labels = LongStream.range(0, 1000).map(i -> i < 700 ? 0 : i < 990 ? 1 : 2).toArray();
        List<Subset> parts =
                Datasets.randomSplit(numbers(1000), new double[] {0.7, 0.2, 0.1}, 5, o -> o.stratify(labels));
        double[] fractions = {0.7, 0.2, 0.1};
        Set<Long> all = new HashSet<>();
        for (int p = 0; p < 3; p++) {
            assertThat(parts.get(p).size()).isEqualTo(Math.round(1000 * fractions[p]));
            for (int label = 0; label < 3; label++) {
                double share = fractions[p] * new double[] {700, 290, 10}[label];
                assertThat((double) count(parts.get(p), labels, label)).isCloseTo(share, within(1.0));
            }
            Arrays.stream(parts.get(p).indices()).forEach(all::add);
        }
        assertThat(all).hasSize(1000);
        // a part is in random order, not sorted by class
        assertThat(Arrays.stream(parts.get(0).indices()).limit(50).map(i -> labels[(int) i]).distinct().count())
                .isGreaterThan(1);
        var again = Datasets.randomSplit(numbers(1000), fractions, 5, o -> o.stratify(labels));
        assertThat(again.get(1).indices()).isEqualTo(parts.get(1).indices());
        var other = Datasets.randomSplit(numbers(1000), fractions, 6, o -> o.stratify(labels));
        assertThat(other.get(1).indices()).isNotEqualTo(parts.get(1).indices());
    }

    @Test
    void aClassOfOneIsTrainedOn() {
        long[] labels = {0, 0, 0, 0, 0, 0, 0, 0, 0, 7};
        var parts = Datasets.randomSplit(numbers(10), new double[] {0.8, 0.2}, 1, o -> o.stratify(labels));
        assertThat(count(parts.get(0), labels, 7)).isEqualTo(1);
    }

    @Test
    void groupsStayTogether() {
        long[] groups = LongStream.range(0, 500).map(i -> i * i % 37).toArray();
        long[] labels = LongStream.range(0, 500).map(i -> groups[(int) i] % 2).toArray();
        for (boolean stratified : new boolean[] {false, true}) {
            var parts =
                    Datasets.randomSplit(
                            numbers(500),
                            new double[] {0.75, 0.25},
                            3,
                            o -> {
                                o.group(groups);
                                if (stratified) {
                                    o.stratify(labels);
                                }
                            });
            Set<Long> first = new HashSet<>();
            Set<Long> second = new HashSet<>();
            Arrays.stream(parts.get(0).indices()).forEach(i -> first.add(groups[(int) i]));
            Arrays.stream(parts.get(1).indices()).forEach(i -> second.add(groups[(int) i]));
            assertThat(first).doesNotContainAnyElementsOf(second);
            assertThat(parts.get(0).size() + parts.get(1).size()).isEqualTo(500);
            assertThat((double) parts.get(0).size()).isCloseTo(375, within(20.0));
            if (stratified) {
                long ones = Arrays.stream(labels).sum();
                assertThat((double) count(parts.get(0), labels, 1)).isCloseTo(0.75 * ones, within(20.0));
            }
        }
    }

    @Test
    void withoutOptionsItIsAsBefore() {
        var plain = Datasets.randomSplit(numbers(100), new double[] {0.5, 0.5}, 9);
        var lengths = Datasets.randomSplit(numbers(100), new long[] {50, 50}, 9);
        assertThat(plain.get(0).indices()).isEqualTo(lengths.get(0).indices());
        assertThatThrownBy(() -> Datasets.randomSplit(numbers(3), new double[] {1}, 0, o -> o.stratify(1, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("stratify has 2 values, but the data set has 3 examples");
    }

    @Test
    void weightsAndSamplersOfClasses() {
        var labels = Tensors.tensor(0L, 0, 0, 2);
        // scikit-learn's compute_class_weight("balanced"): n / (classes * count)
        assertThat(Datasets.classWeights(labels, 3).toFloatArray()).containsExactly(4 / 6f, 0, 2);
        long[] drawn =
                Datasets.balanced(Tensors.tensor(LongStream.range(0, 1000).map(i -> i < 900 ? 0 : 1).toArray()), 2)
                        .indices(new java.util.SplittableRandom(1))
                        .toArray();
        assertThat(drawn).hasSize(1000);
        assertThat((double) Arrays.stream(drawn).filter(i -> i >= 900).count()).isCloseTo(500, within(60.0));
        assertThatThrownBy(() -> Datasets.classWeights(labels, 2)).hasMessageContaining("from 0 to 1, got 2");
    }
}
