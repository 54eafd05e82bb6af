package fathom.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Device;
import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Batches and examples as records of tensors. */
class TensorRecordsTest {
    private record Pair(Tensor source, Tensor length) {}

    private static Pair pair(long... source) {
        return new Pair(Tensors.tensor(source), Tensors.tensor((long) source.length));
    }

    @Test
    void aDataSetOfRecordsLoadsAsBatchesAndAsRecords() {
        Dataset pairs = Dataset.of(List.of(pair(1, 2), pair(3, 4), pair(5, 6)));
        var sums = new ArrayList<Long>();
        for (Pair b : DataLoader.of(pairs, 2).as(Pair.class)) {
            assertThat(b.source().size(1)).isEqualTo(2);
            assertThat(b.length().shape().dims()).containsExactly(b.source().size(0));
            sums.add(b.source().sum().itemLong());
        }
        assertThat(sums).containsExactly(10L, 11L);
        for (var batch : DataLoader.of(pairs, 3)) {
            assertThat(batch.x().toLongArray()).containsExactly(1, 2, 3, 4, 5, 6);
        }
        assertThat(pairs.get(1).as(Pair.class).source().toLongArray()).containsExactly(3, 4);
        assertThatThrownBy(() -> pairs.get(3)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void recordsOfDifferentLengthsArePadded(int workers) {
        Dataset pairs = Dataset.of(List.of(pair(1), pair(2, 3, 4), pair(5, 6)));
        var loader = DataLoader.of(pairs, 3).workers(workers).collate(e -> Collate.pad(e, 0, 4));
        Pair b = loader.as(Pair.class).iterator().next();
        assertThat(b.source().toLongArray()).containsExactly(1, 0, 0, 0, 2, 3, 4, 0, 5, 6, 0, 0);
        assertThat(b.length().toLongArray()).containsExactly(1, 3, 2);
    }

    @Test
    void slicesOfARecord() {
        var whole = new Pair(Tensors.arange(6).reshape(3, 2), Tensors.tensor(7L, 8, 9));
        Pair b = new TensorDataset(whole).batch(new long[] {2, 0}).as(Pair.class);
        assertThat(b.source().toLongArray()).containsExactly(4, 5, 0, 1);
        assertThat(b.length().toLongArray()).containsExactly(9, 7);
    }

    @Test
    void aBatchOfRecordsMovesToADevice() {
        Dataset pairs = Dataset.of(List.of(pair(1), pair(2)));
        Pair b = DataLoader.of(pairs, 2).to(Device.cpu(1)).as(Pair.class).iterator().next();
        assertThat(b.source().device()).isSameAs(Device.cpu(1));
        assertThat(b.length().device()).isSameAs(Device.cpu(1));
    }

    private record Number(Tensor value, int count) {}

    private record Positive(Tensor value) {
        Positive {
            if (value.size(0) < 2) {
                throw new IllegalArgumentException("Positive: expected two values");
            }
        }
    }

    private record Empty() {}

    @Test
    void whatDoesNotFitIsRefused() {
        Batch three = Batch.of(Tensors.zeros(2), Tensors.zeros(2), Tensors.zeros(2));
        assertThatThrownBy(() -> three.as(Pair.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "a batch of this data set has 3 tensors, but the record Pair has 2 components (source, length)");
        assertThatThrownBy(() -> Example.of(Tensors.zeros(2)).as(Pair.class))
                .hasMessage(
                        "an example of this data set has 1 tensor, but the record Pair has 2 components (source, length)");
        assertThatThrownBy(() -> three.as(String.class)).hasMessageContaining("java.lang.String: expected a record");
        assertThatThrownBy(() -> three.as(Empty.class)).hasMessageContaining("expected a record whose components");
        assertThatThrownBy(() -> Batch.of(new Number(Tensors.zeros(1), 3)))
                .hasMessageContaining("component count is of type int; expected a record whose components are tensors");
        assertThatThrownBy(() -> Batch.of(Tensors.zeros(1)).as(Positive.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Positive: expected two values");
        assertThat(three.as(Batch.class)).isSameAs(three);
    }
}
