package fathom.data;

import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * Examples by number. The least to implement is {@link #size} and {@link #get}; a data set that holds its examples in
 * tensors also implements {@link #batch}, so that a {@link DataLoader} gathers a batch in one go.
 *
 * <p>With background workers both are called from several threads at once.
 */
public interface Dataset {
    /** {@return the number of examples} */
    long size();

    /**
     * {@return example {@code index}, counted from 0}
     *
     * @throws IndexOutOfBoundsException if there is none
     */
    Example get(long index);

    /**
     * {@return the examples of these numbers as one batch, in this order; by default stacked one by one}
     *
     * @throws IndexOutOfBoundsException if there is none of some number
     * @throws IllegalArgumentException if examples differ in shape
     */
    default Batch batch(long[] indices) {
        return Collate.stack(BatchAssembler.examples(this, indices));
    }

    /** {@return this data set with each example changed by {@code f} when it is fetched} */
    default Dataset map(UnaryOperator<Example> f) {
        return MapDataset.ofExamples(this, f);
    }

    /**
     * This data set with each batch changed by {@code f} when it is fetched: faster than {@link #map} where f works on
     * all examples at once.
     */
    default Dataset mapBatches(UnaryOperator<Batch> f) {
        return MapDataset.ofBatches(this, f);
    }

    /** {@return the examples of these numbers, in this order} */
    default Dataset subset(long... indices) {
        return new Subset(this, indices);
    }

    /** {@return the examples from number {@code from} up to but not including {@code to}} */
    default Dataset range(long from, long to) {
        Objects.checkFromToIndex(from, to, size());
        return new Subset(this, java.util.stream.LongStream.range(from, to).toArray());
    }
}
