package fathom.primitive;

/** An operation that reinterprets the same memory with another shape and strides. The records are in {@link Views}. */
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
     * @throws IllegalArgumentException if there is none, naming operation and shapes
     */
    Geometry apply(Geometry in);

    /**
     * The location of a tensor's elements in its storage.
     *
     * @param shape the shape
     * @param strides elements from one index to the next
     * @param offset elements before the first
     */
    record Geometry(long[] shape, long[] strides, long offset) {}
}
