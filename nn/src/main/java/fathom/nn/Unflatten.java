package fathom.nn;

import fathom.Tensor;
import java.util.Locale;

/** One dimension as several. */
public final class Unflatten extends BuiltInLayer {
    private final int dim;
    private final long[] unflattenedSize;

    /**
     * The dimension and what it becomes.
     *
     * @param dim the dimension
     * @param unflattenedSize its extents; one may be -1
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
