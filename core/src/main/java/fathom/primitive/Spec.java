package fathom.primitive;

import fathom.DType;
import org.jspecify.annotations.Nullable;

/**
 * What an output looks like.
 *
 * @param dtype the type of its elements
 * @param shape its extents
 * @param strides its strides in elements; null for row-major contiguous
 */
public record Spec(DType dtype, long[] shape, long @Nullable [] strides) {
    /** {@return a row-major contiguous output} */
    public static Spec of(DType dtype, long... shape) {
        return new Spec(dtype, shape, null);
    }
}
