package fathom.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.FathomException;
import fathom.Tensor;
import fathom.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Examples without indices, and those that are kept in files. */
class StreamTest {
    @TempDir Path folder;

    private static Iterator<Example> numbers(long from) {
        return LongStream.iterate(from, i -> i + 1)
                .mapToObj(i -> Example.of(Tensors.tensor(i), Tensors.tensor(-i)))
                .iterator();
    }

    private static List<Long> values(Iterable<Batch> loader) {
        var values = new ArrayList<Long>();
        for (Batch b : loader) {
            for (long v : b.x().toLongArray()) {
                values.add(v);
            }
        }
        return values;
    }

    @Test
    void examplesComeInOrderAndInBatches() {
        var stream = IterableDataset.of(10, epoch -> numbers(100 * epoch));
        DataLoader loader = DataLoader.of(stream, 4);
        assertThat(loader.size()).isEqualTo(3);
        assertThat(loader.dataset().size()).isEqualTo(10);
        assertThat(values(loader)).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
        assertThat(values(loader)).startsWith(100L, 101L).hasSize(10);
        assertThat(values(DataLoader.of(stream, 4).dropLast(true).workers(3))).hasSize(8).startsWith(0L, 1L, 2L);
        Batch doubled = DataLoader.of(stream.map(e -> Example.of(e.x().mul(2), e.y())), 3).iterator().next();
        assertThat(doubled.x().toLongArray()).containsExactly(0, 2, 4);
        assertThat(doubled.y().toLongArray()).containsExactly(0, -1, -2);
    }

    @Test
    void aBufferShufflesThemReproducibly() {
        var stream = IterableDataset.of(1000, epoch -> numbers(0));
        List<Long> shuffled = values(DataLoader.of(stream, 32).shuffle(true).shuffleBuffer(100).seed(7));
        assertThat(shuffled)
                .hasSize(1000)
                .doesNotHaveDuplicates()
                .isNotEqualTo(LongStream.range(0, 1000).boxed().toList());
        // the buffer is what an example may come early by
        for (int i = 0; i < 1000; i++) {
            assertThat(shuffled.get(i)).isLessThan(i + 100L);
        }
        assertThat(values(DataLoader.of(stream, 32).shuffle(true).shuffleBuffer(100).seed(7).workers(1)))
                .isEqualTo(shuffled);
        DataLoader resumed = DataLoader.of(stream, 32).shuffle(true).shuffleBuffer(100).seed(7);
        var rest = new ArrayList<Long>();
        try (Batches batches = resumed.iterator(5)) {
            batches.forEachRemaining(b -> java.util.Arrays.stream(b.x().toLongArray()).forEach(rest::add));
        }
        assertThat(rest).isEqualTo(shuffled.subList(160, 1000));
    }

    private record Closing(Iterator<Example> source, AtomicInteger open) implements Iterator<Example>, AutoCloseable {
        @Override
        public boolean hasNext() {
            return source.hasNext();
        }

        @Override
        public Example next() {
            return source.next();
        }

        @Override
        public void close() {
            open.set(0);
        }
    }

    @Test
    void streamsAreClosedAndTooShortOnesAreNamed() {
        var open = new AtomicInteger();
        var stream =
                IterableDataset.of(
                        8,
                        epoch -> {
                            open.set(1);
                            return new Closing(numbers(0), open);
                        });
        values(DataLoader.of(stream, 4));
        assertThat(open).hasValue(0);
        for (int workers : new int[] {0, 1}) {
            try (Batches batches = DataLoader.of(stream.map(e -> e), 4).workers(workers).iterator()) {
                batches.next();
            }
            assertThat(open).hasValue(0);
        }
        var ends = IterableDataset.of(5, epoch -> List.of(Example.of(Tensors.zeros(1))).iterator());
        assertThatThrownBy(() -> values(DataLoader.of(ends, 2)))
                .isInstanceOf(FathomException.class)
                .hasMessageContaining("the stream ended after 1 examples; its size() is 5");
        assertThatThrownBy(() -> DataLoader.of(stream, 2).sampler(Sampler.sequential(3)).iterator())
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void examplesAreKeptInAFile() throws IOException {
        var prepared = new AtomicInteger();
        Dataset slow =
                new TensorDataset(Tensors.randn(150, 3), Tensors.arange(150))
                        .map(e -> {
                            prepared.incrementAndGet();
                            return Example.of(e.x().mul(2), e.y());
                        });
        Path file = folder.resolve("cache.safetensors");
        TensorDataset first = CachedDataset.of(slow, file, "times 2");
        assertThat(prepared).hasValue(150);
        TensorDataset second = CachedDataset.of(slow, file, "times 2");
        assertThat(prepared).hasValue(150);
        Tensor expected = slow.batch(new long[] {149, 0}).x();
        for (TensorDataset data : List.of(first, second)) {
            assertThat(data.size()).isEqualTo(150);
            assertThat(data.batch(new long[] {149, 0}).x().toFloatArray()).isEqualTo(expected.toFloatArray());
            assertThat(data.get(7).y().itemLong()).isEqualTo(7);
        }
        prepared.set(0);
        CachedDataset.of(slow, file, "times 3"); // another version
        assertThat(prepared).hasValue(150);
        CachedDataset.of(slow.range(0, 20), file, "times 3"); // another size
        assertThat(prepared).hasValue(170);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
        assertThat(CachedDataset.of(slow.range(0, 20), file, "times 3").size()).isEqualTo(20);
        assertThat(prepared).hasValue(190);
        Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length / 2));
        CachedDataset.of(slow.range(0, 20), file, "times 3");
        assertThat(prepared).hasValue(210);
        assertThatThrownBy(() -> CachedDataset.of(slow, folder.resolve("x.bin"), ""))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
