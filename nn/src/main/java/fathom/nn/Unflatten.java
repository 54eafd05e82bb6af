package fathom.nn;

import fathom.Tensor;
import java.util.Locale;

/** Splits one dimension into several. */
public final class Unflatten extends BuiltInLayer {
    private final int dim;
    private final long[] unflattenedSize;

    /**
     * Unflattens {@code dim} into {@code unflattenedSize}.
     *
     * @param dim the dimension to split
     * @param unflattenedSize the extents of the new dimensions; one may be -1, which is inferred
     */
    public Unflatten(int dim, long... unflattenedSize) {
        this.dim = dim;
        this.unflattenedSize = unflattenedSize.clone();
    }

    @Override
    protected Tensor compute(Tensor x) {
        return x.unflatten(dim, unflattenedSize);
    }

    @Override
    protected String extraRepr() {
        return String.format(Locale.ROOT, "dim=%d, unflattened_size=%s", dim, Reprs.tuple(unflattenedSize));
    }
}
