package fathom;

/**
 * Elements selected along a dimension, and their indices.
 *
 * @param values the elements
 * @param indices their int64 indices along the dimension
 */
public record ValuesAndIndices(Tensor values, Tensor indices) {
    /** {@return both with a new dimension of size 1} */
    public ValuesAndIndices unsqueeze(int dim) {
        return new ValuesAndIndices(values.unsqueeze(dim), indices.unsqueeze(dim));
    }

    @Override
    public String toString() {
        return "(values=%s,\nindices=%s)".formatted(values, indices);
    }
}
