package fathom.data;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Whatever the sizes and the seed, an epoch is each example once. */
class EpochProperties {
    @Property(tries = 60, seed = "1")
    void eachExampleOnce(
            @ForAll @IntRange(max = 50) int n,
            @ForAll @IntRange(min = 1, max = 60) int batchSize,
            @ForAll long seed,
            @ForAll @IntRange(max = 2) int workers,
            @ForAll boolean dropLast) {
        var loader =
                DataLoader.of(new TensorDataset(Tensors.arange(n)), batchSize)
                        .shuffle(true)
                        .seed(seed)
                        .dropLast(dropLast)
                        .workers(workers);
        var seen = new ArrayList<Long>();
        long batches = 0;
        for (Batch b : loader) {
            Arrays.stream(b.x().toLongArray()).forEach(seen::add);
            batches++;
        }
        assertThat(batches).isEqualTo(loader.size());
        assertThat(seen).doesNotHaveDuplicates().hasSize(dropLast ? n / batchSize * batchSize : n);
        assertThat(LongStream.range(0, n).boxed().toList()).containsAll(seen);
    }

    @Property(tries = 40, seed = "1")
    void partsOfASplitAreTheWhole(
            @ForAll @IntRange(max = 40) int a, @ForAll @IntRange(max = 40) int b, @ForAll long seed) {
        var parts = Datasets.randomSplit(new TensorDataset(Tensors.arange(a + b)), new long[] {a, b}, seed);
        var together = LongStream.concat(Arrays.stream(parts.get(0).indices()), Arrays.stream(parts.get(1).indices()));
        assertThat(together.sorted().toArray()).isEqualTo(LongStream.range(0, a + b).toArray());
        assertThat(parts.get(0).size()).isEqualTo(a);
    }
}
