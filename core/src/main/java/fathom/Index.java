package fathom;

/**
 * An index into one dimension (or, for a mask, several): a number, a range, an integer tensor, a bool mask.
 *
 * @see Tensors#at
 * @see Tensors#range(long, long)
 */
public sealed interface Index permits Tensor, Index.At, Index.Range, Index.Ellipsis, Index.NewAxis {
    /** All of a dimension. */
    Index ALL = new Range(0, Long.MAX_VALUE, 1);

    /** As many whole dimensions as are not indexed. */
    Index ELLIPSIS = new Ellipsis();

    /** A new dimension of size 1. */
    Index NEW_AXIS = new NewAxis();

    /** One index; negative ones count from the end. */
    record At(long index) implements Index {}

    /** Every {@code step}-th index from {@code start} (inclusive) to {@code end} (exclusive), clipped as in Python. */
    record Range(long start, long end, long step) implements Index {}

    /** As many whole dimensions as are not indexed. */
    record Ellipsis() implements Index {}

    /** A new dimension of size 1. */
    record NewAxis() implements Index {}
}
