package fathom.data;

import fathom.Tensor;
import java.util.List;

/**
 * One example of a {@link Dataset}: its tensors, without a batch dimension. Usually the features and the label.
 *
 * @param tensors the tensors, in the data set's order
 */
public record Example(List<Tensor> tensors) {
    /** Takes a copy of the list. */
    public Example {
        tensors = List.copyOf(tensors);
    }

    /** {@return an example of the given tensors} */
    public static Example of(Tensor... tensors) {
        return new Example(List.of(tensors));
    }

    /**
     * {@return an example of the components of a record of tensors, in order}
     *
     * @throws IllegalArgumentException if a component is not a tensor, or null
     */
    public static Example of(Record tensors) {
        return new Example(TensorRecords.tensors(tensors));
    }

    /**
     * {@return this example as a record whose components are the tensors, in order}
     *
     * @throws IllegalArgumentException if the class is not a record of tensors, or has more or fewer components than
     *     this example has tensors
     */
    public <R> R as(Class<R> type) {
        return TensorRecords.make(type, tensors, "an example of this data set");
    }

    /** {@return the first tensor: the features} */
    public Tensor x() {
        return get(0);
    }

    /** {@return the second tensor: the label} */
    public Tensor y() {
        return get(1);
    }

    /** {@return tensor {@code i}} */
    public Tensor get(int i) {
        return Batch.get("an example", tensors, i);
    }
}
