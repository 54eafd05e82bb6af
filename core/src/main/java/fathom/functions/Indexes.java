package fathom.functions;

import fathom.Index;
import fathom.Tensors;
import fathom.ops.IndexingOps;

/** Factories of indices for {@link IndexingOps}. Part of {@link Tensors}. */
public final class Indexes {
    private Indexes() {}

    /** {@return all of a dimension: Python's {@code :}} */
    public static Index all() {
        return Index.ALL;
    }

    /** {@return one index of a dimension, which is removed} */
    public static Index at(long index) {
        return new Index.At(index);
    }

    /** {@return indices from {@code start} up to but not including {@code end}} */
    public static Index range(long start, long end) {
        return new Index.Range(start, end, 1);
    }

    /** {@return every {@code step}-th index from {@code start} up to but not including {@code end}} */
    public static Index range(long start, long end, long step) {
        return new Index.Range(start, end, step);
    }

    /** {@return indices from {@code start} to the end: Python's {@code start:}} */
    public static Index from(long start) {
        return new Index.Range(start, Long.MAX_VALUE, 1);
    }

    /** {@return as many whole dimensions as are not indexed: Python's {@code ...}} */
    public static Index ellipsis() {
        return Index.ELLIPSIS;
    }

    /** {@return a new dimension of size 1: Python's {@code None}} */
    public static Index newAxis() {
        return Index.NEW_AXIS;
    }
}
