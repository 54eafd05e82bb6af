package fathom.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Batches of sequences of similar length. */
class LengthBucketsTest {
    /** Texts of these lengths. */
    private record Texts(long... lengths) implements Dataset {
        @Override
        public long size() {
            return lengths.length;
        }

        @Override
        public Example get(long index) {
            return Example.of(Tensors.ones(lengths[(int) index]));
        }
    }

    @Test
    void batchesOfSimilarLengthHaveLittlePaddingAndFewShapes() {
        var random = new Random(3);
        long[] lengths = random.longs(5_003, 1, 129).toArray();
        for (boolean dropLast : new boolean[] {false, true}) {
            var sampler = BatchSampler.byLength(lengths, 16, dropLast);
            assertThat(sampler.size()).isEqualTo(dropLast ? 312 : 313);
            var batches = new ArrayList<long[]>();
            sampler.batches(new Random(1)).forEachRemaining(batches::add);
            assertThat(batches).hasSize((int) sampler.size());
            long[] all = batches.stream().flatMapToLong(Arrays::stream).sorted().toArray();
            assertThat(all).hasSize(dropLast ? 312 * 16 : 5_003).doesNotHaveDuplicates();
            long padded = batches.stream().mapToLong(b -> b.length * longest(lengths, b)).sum();
            long tokens = Arrays.stream(all).map(i -> lengths[(int) i]).sum();
            assertThat((double) padded / tokens).isLessThan(1.06); // in random order 1.9
            // neighbours do not go through the lengths in order
            assertThat(batches.stream().limit(20).mapToLong(b -> longest(lengths, b)).distinct().count())
                    .isGreaterThan(10);
            var again = new ArrayList<long[]>();
            sampler.batches(new Random(1)).forEachRemaining(again::add);
            assertThat(again.toArray(new long[0][])).isDeepEqualTo(batches.toArray(new long[0][]));
            sampler.batches(new Random(2)).forEachRemaining(again::add);
            assertThat(again.get(batches.size())).isNotEqualTo(batches.getFirst());
        }
    }

    @Test
    void paddingToMultiplesGivesFewShapes() {
        long[] lengths = new Random(4).longs(300, 1, 129).toArray();
        var shapes = new TreeSet<Long>();
        DataLoader.of(new Texts(lengths), 1)
                .batchSampler(BatchSampler.byLength(lengths, 8, false))
                .collate(list -> Collate.pad(list, 0, 32))
                .forEach(b -> shapes.add(b.x().size(1)));
        assertThat(shapes).containsExactly(32L, 64L, 96L, 128L);
        assertThat(Collate.pad(List.of(Example.of(Tensors.ones(3))), 7, 4).x().flatten().toFloatArray())
                .containsExactly(1, 1, 1, 7);
        assertThatThrownBy(() -> Collate.pad(List.of(Example.of(Tensors.ones(3))), 7, 0))
                .hasMessage("collate: multipleOf must be at least 1, is 0");
    }

    @Test
    void whatMeansNothingIsRefused() {
        assertThatThrownBy(() -> BatchSampler.byLength(new long[] {3, -1}, 2, false))
                .hasMessage("length buckets: example 1 has length -1");
        assertThatThrownBy(() -> BatchSampler.byLength(new long[] {3}, 0, false)).hasMessageContaining("batch size");
    }

    private static long longest(long[] lengths, long[] batch) {
        return Arrays.stream(batch).map(i -> lengths[(int) i]).max().orElseThrow();
    }
}
