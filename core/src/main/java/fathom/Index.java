package fathom;

/**
 * What picks from one dimension (or, of a mask, several): a number, a range, a tensor of int64 numbers, a mask of bool.
 *
 * @see Tensors#at
 * @see Tensors#range(long, long)
 */
public sealed interface Index permits Tensor, Index.At, Index.Range, Index.Ellipsis, Index.NewAxis {
    /** All of a dimension. */
    Index ALL = new Range(0, Long.MAX_VALUE, 1);

    /** As many whole dimensions as are not told of. */
    Index ELLIPSIS = new Ellipsis();

    /** A new dimension of extent 1. */
    Index NEW_AXIS = new NewAxis();

    /** One index; negative ones count from the end. */
    record At(long index) implements Index {}

    /** Every {@code step}-th index from {@code start} up to but not including {@code end}, clipped as in Python. */
    record Range(long start, long end, long step) implements Index {}

    /** As many whole dimensions as are not told of. */
    record Ellipsis() implements Index {}

    /** A new dimension of extent 1. */
    record NewAxis() implements Index {}
}
