package fathom.data;

import java.util.Objects;

/** A subset of a data set, by indices. */
public final class Subset implements Dataset {
    private final Dataset dataset;
    private final long[] indices;

    /**
     * The examples with these indices, in this order.
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
}
