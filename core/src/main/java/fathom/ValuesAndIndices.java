package fathom;

/**
 * Elements picked along a dimension, and where they were.
 *
 * @param values the elements
 * @param indices their int64 indices along the dimension
 */
public record ValuesAndIndices(Tensor values, Tensor indices) {
    @Override
    public String toString() {
        return "(values=%s,\nindices=%s)".formatted(values, indices);
    }
}
