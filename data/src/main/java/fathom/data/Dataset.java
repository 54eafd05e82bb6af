package fathom.data;

import fathom.Tensor;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * A collection of examples by index. {@link #size} and {@link #get} must be implemented; a data set that holds its
 * examples in tensors should also implement {@link #batch}, so that a {@link DataLoader} gathers a batch in one
 * operation.
 *
 * <p>With background workers, {@code get} and {@code batch} are called from several threads at once.
 */
public interface Dataset {
    /**
     * {@return a data set of examples in memory, each a record of tensors}
     *
     * {@snippet :
     * record Pair(Tensor source, Tensor target) {}
     * Dataset pairs = Dataset.of(List.of(new Pair(a, b), new Pair(c, d)));
     * for (Pair batch : DataLoader.of(pairs, 2).as(Pair.class)) {
     *     train(batch.source(), batch.target());
     * }
     * }
     *
     * @throws IllegalArgumentException if a record is not one of tensors
     */
    static Dataset of(List<? extends Record> examples) {
        List<Example> all = examples.stream().map(Example::of).toList();
        all.forEach(e -> e.tensors().forEach(Tensor::keep));
        return new Dataset() {
            @Override
            public long size() {
                return all.size();
            }

            @Override
            public Example get(long index) {
                return all.get((int) Objects.checkIndex(index, size()));
            }
        };
    }

    /** {@return the number of examples} */
    long size();

    /**
     * {@return example {@code index}, counted from 0}
     *
     * @throws IndexOutOfBoundsException if the index is out of range
     */
    Example get(long index);

    /**
     * {@return the examples with these indices as one batch, in this order; by default fetched one by one and stacked}
     *
     * @throws IndexOutOfBoundsException if an index is out of range
     * @throws IllegalArgumentException if examples differ in shape
     */
    default Batch batch(long[] indices) {
        return Collate.stack(BatchAssembler.examples(this, indices));
    }

    /** {@return this data set with {@code f} applied to each example when it is fetched} */
    default Dataset map(UnaryOperator<Example> f) {
        return MapDataset.ofExamples(this, f);
    }

    /**
     * {@return this data set with {@code f} applied to each batch when it is fetched: faster than {@link #map} where
     * {@code f} processes all examples at once}
     */
    default Dataset mapBatches(UnaryOperator<Batch> f) {
        return MapDataset.ofBatches(this, f);
    }

    /**
     * {@return the examples with these indices, in this order: {@code subset(0, 1000)} has two; {@link #range} takes
     * bounds}
     */
    default Dataset subset(long... indices) {
        return new Subset(this, indices);
    }

    /**
     * {@return the examples with indices {@code from} (inclusive) to {@code to} (exclusive)}
     *
     * @throws IndexOutOfBoundsException if there are none with these
     */
    default Dataset range(long from, long to) {
        return Subset.range(this, from, to);
    }
}
