package fathom.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Tensors;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Data sets made of others. */
class DatasetsTest {
    private static TensorDataset numbers(long from, long to) {
        return new TensorDataset(Tensors.arange(from, to), Tensors.arange(from, to).mul(-1));
    }

    @Test
    void tensorsAlongDimensionZero() {
        var data = new TensorDataset(Tensors.arange(6).reshape(3, 2), Tensors.tensor(7L, 8, 9));
        assertThat(data.size()).isEqualTo(3);
        assertThat(data.get(1).x().toLongArray()).containsExactly(2, 3);
        assertThat(data.get(1).y().itemLong()).isEqualTo(8);
        Batch b = data.batch(new long[] {2, 0, 2});
        assertThat(b.size()).isEqualTo(3);
        assertThat(b.x().toLongArray()).containsExactly(4, 5, 0, 1, 4, 5);
        assertThat(b.y().toLongArray()).containsExactly(9, 7, 9);
        b.y().zero_();
        assertThat(data.tensors().get(1).toLongArray()).containsExactly(7, 8, 9);
        assertThatThrownBy(() -> data.get(3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> data.batch(new long[] {-1})).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> new TensorDataset(Tensors.zeros(3, 2), Tensors.zeros(4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[3, 2] and [4]");
        assertThatThrownBy(() -> new TensorDataset(Tensors.tensor(1.0))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(TensorDataset::new).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void subsets() {
        Dataset some = numbers(0, 10).subset(7, 3, 5).range(1, 3);
        assertThat(some.size()).isEqualTo(2);
        assertThat(some.get(0).x().itemLong()).isEqualTo(3);
        assertThat(some.batch(new long[] {1, 0}).y().toLongArray()).containsExactly(-5, -3);
        assertThatThrownBy(() -> some.get(2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> numbers(0, 3).subset(3)).isInstanceOf(IndexOutOfBoundsException.class);
        // indices are no bounds
        assertThat(new Subset(numbers(0, 10), 2, 8).indices()).containsExactly(2, 8);
        assertThat(Subset.range(numbers(0, 10), 2, 8).indices()).containsExactly(2, 3, 4, 5, 6, 7);
        assertThat(Subset.range(numbers(0, 10), 3, 3).size()).isZero();
        assertThatThrownBy(() -> Subset.range(numbers(0, 10), 2, 11))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("Subset.range: from 2 to 11 is not a range of the data set's 10 examples");
        assertThatThrownBy(() -> numbers(0, 10).range(5, 4)).hasMessageContaining("from 5 to 4");
    }

    @Test
    void printAsWhatTheyAreMadeOf() {
        var pairs = new TensorDataset(Tensors.zeros(4, 2), Tensors.zeros(4));
        assertThat(pairs).hasToString("TensorDataset([4, 2], [4])");
        assertThat(pairs.subset(3, 1)).hasToString("Subset(2 of TensorDataset([4, 2], [4]))");
        assertThat(new ConcatDataset(pairs, pairs))
                .hasToString("ConcatDataset(TensorDataset([4, 2], [4]), TensorDataset([4, 2], [4]))");
        assertThat(pairs.map(e -> e)).hasToString("MapDataset(TensorDataset([4, 2], [4]))");
        assertThat(DataLoader.of(pairs, 2).shuffle(true))
                .hasToString("DataLoader(TensorDataset([4, 2], [4]), batchSize=2, shuffle)");
    }

    @Test
    void oneAfterAnother() {
        var all = new ConcatDataset(numbers(0, 3), numbers(3, 3), numbers(3, 8), numbers(8, 9));
        assertThat(all.size()).isEqualTo(9);
        for (int i = 0; i < 9; i++) {
            assertThat(all.get(i).x().itemLong()).isEqualTo(i);
        }
        long[] mixed = {8, 0, 4, 2, 7, 1, 8};
        assertThat(all.batch(mixed).x().toLongArray()).isEqualTo(mixed);
        assertThat(all.batch(new long[] {5, 3}).y().toLongArray()).containsExactly(-5, -3);
        assertThatThrownBy(() -> all.get(9)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> new ConcatDataset(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void changedOnTheWay() {
        Dataset byExample = numbers(0, 4).map(e -> Example.of(e.x().add(1), e.y()));
        Dataset byBatch = numbers(0, 4).mapBatches(b -> Batch.of(b.x().add(1), b.y()));
        for (Dataset d : List.of(byExample, byBatch)) {
            assertThat(d.size()).isEqualTo(4);
            assertThat(d.get(2).x().itemLong()).isEqualTo(3);
            assertThat(d.batch(new long[] {3, 1}).x().toLongArray()).containsExactly(4, 2);
        }
    }

    @Test
    void splitsAtRandom() {
        List<Subset> parts = Datasets.randomSplit(numbers(0, 10), new long[] {7, 3}, 4);
        assertThat(parts).extracting(Subset::size).containsExactly(7L, 3L);
        assertThat(
                        java.util.stream.LongStream.concat(
                                        java.util.Arrays.stream(parts.get(0).indices()),
                                        java.util.Arrays.stream(parts.get(1).indices()))
                                .toArray())
                .containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(Datasets.randomSplit(numbers(0, 10), new long[] {7, 3}, 4).get(0).indices())
                .isEqualTo(parts.get(0).indices());
        assertThat(Datasets.randomSplit(numbers(0, 10), new double[] {0.33, 0.33, 0.34}, 0))
                .extracting(Subset::size)
                .containsExactly(4L, 3L, 3L); // as PyTorch: what rounding leaves goes to the first
        assertThatThrownBy(() -> Datasets.randomSplit(numbers(0, 10), new long[] {7, 4}, 0))
                .hasMessageContaining("add up to 11, but the data set has 10");
        assertThatThrownBy(() -> Datasets.randomSplit(numbers(0, 10), new double[] {0.5, 0.6}, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void examplesOfDifferentShapes() {
        var a = Example.of(Tensors.tensor(1L, 2));
        var b = Example.of(Tensors.tensor(new long[] {3}));
        assertThatThrownBy(() -> Collate.stack(List.of(a, b)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[2] in one example and [1] in another");
        Batch padded = Collate.pad(List.of(a, b), -1);
        assertThat(padded.x().toLongArray()).containsExactly(1, 2, 3, -1);
        assertThatThrownBy(() -> Collate.stack(List.of(a, Example.of(a.x(), a.x()))))
                .hasMessageContaining("1 tensors, another 2");
    }
}
