package fathom.onednn;

import org.jspecify.annotations.Nullable;

/** Copies between layouts and types of the same elements. */
final class Reorder {
    private Reorder() {}

    /** A copy that takes (from, to). */
    static Prepared prepare(long from, long to) {
        return new Prepared(Dnnl.reorder(from, to), new int[] {Dnnl.ARG_SRC, Dnnl.ARG_DST}, new long[] {from, to});
    }

    /** The same, or null where both lie alike. */
    static @Nullable Prepared unlessEqual(long from, long to) {
        return Dnnl.equalDescs(from, to) ? null : prepare(from, to);
    }
}
