package fathom.data;

import fathom.DType;
import fathom.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * A data set of the slices of tensors along dimension 0: {@code new TensorDataset(features, labels)}.
 *
 * <p>Batches are copies: writing to them does not change the data set.
 */
public final class TensorDataset implements Dataset {
    private final List<Tensor> tensors;

    /**
     * A data set of the slices along dimension 0.
     *
     * @param tensors each {@code [size, ...]}
     * @throws IllegalArgumentException if there are no tensors, or they differ in dimension 0
     */
    public TensorDataset(Tensor... tensors) {
        this.tensors = List.of(tensors);
        if (tensors.length == 0) {
            throw new IllegalArgumentException("TensorDataset: expected at least one tensor");
        }
        for (Tensor t : tensors) {
            if (t.dim() == 0 || tensors[0].dim() == 0 || t.size(0) != tensors[0].size(0)) {
                throw new IllegalArgumentException(
                        "TensorDataset: %s and %s do not have the same number of examples in dimension 0"
                                .formatted(tensors[0].shape(), t.shape()));
            }
            t.keep();
        }
    }

    /**
     * A data set of the slices of a record's tensors along dimension 0.
     *
     * @param tensors a record of tensors, each {@code [size, ...]}
     * @throws IllegalArgumentException if a component is not a tensor, or they differ in dimension 0
     */
    public TensorDataset(Record tensors) {
        this(TensorRecords.tensors(tensors).toArray(Tensor[]::new));
    }

    /** {@return the tensors} */
    public List<Tensor> tensors() {
        return tensors;
    }

    @Override
    public long size() {
        return tensors.getFirst().size(0);
    }

    @Override
    public Example get(long index) {
        Objects.checkIndex(index, size());
        return new Example(tensors.stream().map(t -> t.select(0, index)).toList());
    }

    @Override
    public Batch batch(long[] indices) {
        for (long i : indices) {
            Objects.checkIndex(i, size());
        }
        var rows = new ArrayList<Tensor>(tensors.size());
        Tensor index = tensors.getFirst().newTensor(indices, DType.INT64);
        for (Tensor t : tensors) {
            rows.add(t.indexSelect(0, index.to(t.device())));
        }
        return new Batch(rows);
    }

    /** {@return the shapes: {@code TensorDataset([100, 3], [100])}} */
    @Override
    public String toString() {
        return tensors.stream().map(t -> t.shape().toString()).collect(Collectors.joining(", ", "TensorDataset(", ")"));
    }
}
