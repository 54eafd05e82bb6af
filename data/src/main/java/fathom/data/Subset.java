package fathom.data;

import java.util.Objects;
import java.util.stream.LongStream;

/**
 * A subset of a data set, by indices: {@code new Subset(data, 0, 1000)} has two examples, number 0 and number 1000. For
 * ranges there is {@link #range}: {@code Subset.range(data, 0, 1000)} has the first thousand.
 */
public final class Subset implements Dataset {
    private final Dataset dataset;
    private final long[] indices;

    /**
     * The examples with these indices, in this order; {@link #range} takes bounds instead.
     *
     * @throws IndexOutOfBoundsException if an index is out of range
     */
    public Subset(Dataset dataset, long... indices) {
        this.dataset = dataset;
        this.indices = indices.clone();
        long size = dataset.size();
        for (long i : indices) {
            Objects.checkIndex(i, size);
        }
    }

    /**
     * {@return the examples with indices {@code from} (inclusive) to {@code to} (exclusive), as {@link Dataset#range}}
     *
     * @throws IndexOutOfBoundsException if the data set does not have them
     */
    public static Subset range(Dataset dataset, long from, long to) {
        long size = dataset.size();
        if (from < 0 || from > to || to > size) {
            throw new IndexOutOfBoundsException(
                    "Subset.range: from %s to %s is not a range of the data set's %s examples"
                            .formatted(from, to, size));
        }
        return new Subset(dataset, LongStream.range(from, to).toArray());
    }

    /** {@return a copy of the indices} */
    public long[] indices() {
        return indices.clone();
    }

    @Override
    public long size() {
        return indices.length;
    }

    @Override
    public Example get(long index) {
        return dataset.get(indices[(int) Objects.checkIndex(index, size())]);
    }

    @Override
    public Batch batch(long[] numbers) {
        var picked = new long[numbers.length];
        for (int i = 0; i < picked.length; i++) {
            picked[i] = indices[(int) Objects.checkIndex(numbers[i], size())];
        }
        return dataset.batch(picked);
    }

    @Override
    public String toString() {
        return "Subset(%s of %s)".formatted(indices.length, dataset);
    }
}
