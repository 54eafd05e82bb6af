package fathom.primitive;

/** An operation that only looks at the same memory in another way. Its records are in {@link Views}. */
public sealed interface View extends Primitive
        permits Views.Permute,
                Views.Expand,
                Views.Reshape,
                Views.Slice,
                Views.Select,
                Views.Diagonal,
                Views.Unfold,
                Views.AsStrided {

    /**
     * {@return the geometry of the view of a tensor of geometry {@code in}}
     *
     * @throws IllegalArgumentException where there is none, naming operation and shapes
     */
    Geometry apply(Geometry in);

    /**
     * Where elements lie in a storage.
     *
     * @param shape the extents
     * @param strides elements from one index to the next
     * @param offset elements before the first
     */
    record Geometry(long[] shape, long[] strides, long offset) {}
}
