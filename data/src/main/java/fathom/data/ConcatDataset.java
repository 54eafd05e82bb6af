package fathom.data;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** The concatenation of several data sets. */
public final class ConcatDataset implements Dataset {
    private final List<Dataset> parts;

    /** The cumulative sizes: the number of examples up to the end of each part. */
    private final long[] ends;

    /** Concatenates the given data sets. */
    public ConcatDataset(Dataset... parts) {
        this(List.of(parts));
    }

    /**
     * Concatenates the given data sets.
     *
     * @throws IllegalArgumentException if there is none
     */
    public ConcatDataset(List<? extends Dataset> parts) {
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("ConcatDataset: expected at least one data set");
        }
        this.parts = List.copyOf(parts);
        ends = new long[parts.size()];
        long n = 0;
        for (int i = 0; i < ends.length; i++) {
            ends[i] = n += parts.get(i).size();
        }
    }

    @Override
    public long size() {
        return ends[ends.length - 1];
    }

    private int part(long index) {
        Objects.checkIndex(index, size());
        int at = Arrays.binarySearch(ends, index);
        int part = at >= 0 ? at + 1 : -at - 1;
        while (ends[part] == index) {
            part++; // empty parts end where the previous one does
        }
        return part;
    }

    private long start(int part) {
        return part == 0 ? 0 : ends[part - 1];
    }

    @Override
    public Example get(long index) {
        int p = part(index);
        return parts.get(p).get(index - start(p));
    }

    /** Fetches one batch from each part concerned, then restores the requested order of rows. */
    @Override
    public Batch batch(long[] indices) {
        var counts = new int[ends.length];
        for (long i : indices) {
            counts[part(i)]++;
        }
        var inside = new long[ends.length][];
        for (int p = 0; p < counts.length; p++) {
            inside[p] = new long[counts[p]];
        }
        var filled = new int[ends.length];
        var order = new long[indices.length];
        var before = new long[ends.length];
        for (int p = 1; p < counts.length; p++) {
            before[p] = before[p - 1] + counts[p - 1];
        }
        for (int i = 0; i < indices.length; i++) {
            int p = part(indices[i]);
            order[i] = before[p] + filled[p];
            inside[p][filled[p]++] = indices[i] - start(p);
        }
        var batches = new ArrayList<Batch>();
        for (int p = 0; p < counts.length; p++) {
            if (counts[p] > 0) {
                batches.add(parts.get(p).batch(inside[p]));
            }
        }
        if (batches.size() == 1) {
            return batches.getFirst();
        }
        if (batches.isEmpty()) {
            return parts.getFirst().batch(indices);
        }
        var rows = new ArrayList<Tensor>();
        for (int f = 0; f < batches.getFirst().tensors().size(); f++) {
            int field = f;
            Tensor all = Tensors.cat(batches.stream().map(b -> b.get(field)).toList(), 0);
            rows.add(all.indexSelect(0, all.newTensor(order, DType.INT64)));
        }
        return new Batch(rows);
    }

    @Override
    public String toString() {
        return parts.stream().map(Object::toString).collect(Collectors.joining(", ", "ConcatDataset(", ")"));
    }
}
