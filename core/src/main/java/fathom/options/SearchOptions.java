package fathom.options;

import fathom.Tensor;
import fathom.Tensors;
import fathom.ops.SortingOps;
import org.jspecify.annotations.Nullable;

/** Options of {@link Tensors#searchsorted} and {@link Tensors#bucketize}. */
public final class SearchOptions {
    private boolean right;
    private boolean outInt32;
    private @Nullable Tensor sorter;

    /** Whether an index points behind equal boundaries rather than before them. Default: false. */
    public SearchOptions right(boolean behind) {
        right = behind;
        return this;
    }

    /** Whether indices are int32 rather than int64. Default: false. */
    public SearchOptions outInt32(boolean narrow) {
        outInt32 = narrow;
        return this;
    }

    /**
     * The indices that sort the boundaries, int64 in their shape, as {@link SortingOps#argsort()} returns them.
     * Default: none; the boundaries are sorted.
     */
    public SearchOptions sorter(@Nullable Tensor indices) {
        sorter = indices;
        return this;
    }

    public boolean right() {
        return right;
    }

    public boolean outInt32() {
        return outInt32;
    }

    public @Nullable Tensor sorter() {
        return sorter;
    }
}
