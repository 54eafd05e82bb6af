package fathom.data;

import fathom.Device;
import fathom.Tensor;
import java.util.List;
import java.util.Locale;

/**
 * A batch of examples: their tensors, stacked along dimension 0. Usually features and labels:
 *
 * {@snippet :
 * for (var batch : DataLoader.of(data, 256).shuffle(true)) {
 *     var loss = crossEntropy(net.forward(batch.x()), batch.y());
 * }
 * }
 *
 * @param tensors each {@code [size, ...]}, in the data set's order
 */
public record Batch(List<Tensor> tensors) {
    /** Takes a copy of the list. */
    public Batch {
        tensors = List.copyOf(tensors);
        if (tensors.isEmpty()) {
            throw new IllegalArgumentException("batch: expected at least one tensor");
        }
    }

    /** {@return a batch of the given tensors} */
    public static Batch of(Tensor... tensors) {
        return new Batch(List.of(tensors));
    }

    /**
     * {@return a batch of the components of a record of tensors, in order}
     *
     * @throws IllegalArgumentException if a component is not a tensor, or null
     */
    public static Batch of(Record tensors) {
        return new Batch(TensorRecords.tensors(tensors));
    }

    /**
     * {@return this batch as a record whose components are the tensors, in order}
     *
     * {@snippet :
     * record Pair(Tensor source, Tensor target) {}
     * var pair = batch.as(Pair.class);
     * }
     *
     * @param type the record's class, or {@code Batch.class}
     * @throws IllegalArgumentException if it is not a record of tensors, or has more or fewer components than this
     *     batch has tensors
     */
    public <R> R as(Class<R> type) {
        return type.isInstance(this) ? type.cast(this) : TensorRecords.make(type, tensors, "a batch of this data set");
    }

    /** {@return the first tensor: the features, {@code [size, ...]}} */
    public Tensor x() {
        return get(0);
    }

    /** {@return the second tensor: the labels, {@code [size, ...]}} */
    public Tensor y() {
        return get(1);
    }

    /** {@return tensor {@code i}} */
    public Tensor get(int i) {
        return get("a batch", tensors, i);
    }

    /** {@return the number of examples} */
    public long size() {
        return x().size(0);
    }

    /**
     * {@return this batch on a device, where copies may still be in progress: see {@link Tensor#to(Device, boolean)}}
     */
    public Batch to(Device device) {
        return new Batch(tensors.stream().map(t -> t.to(device, true)).toList());
    }

    static Tensor get(String what, List<Tensor> tensors, int i) {
        if (i < 0 || i >= tensors.size()) {
            throw new IndexOutOfBoundsException(
                    String.format(
                            Locale.ROOT,
                            "%s of this data set has %d tensor%s; there is no number %d",
                            what,
                            tensors.size(),
                            tensors.size() == 1 ? "" : "s",
                            i));
        }
        return tensors.get(i);
    }
}
