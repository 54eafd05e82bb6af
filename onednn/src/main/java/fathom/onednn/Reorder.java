package fathom.onednn;

import org.jspecify.annotations.Nullable;

/** Copies between layouts and types, by oneDNN's reorder primitive. */
final class Reorder {
    private Reorder() {}

    /** {@return a copy, to be run with (from, to)} */
    static Prepared prepare(long from, long to) {
        return new Prepared(Dnnl.reorder(from, to), new int[] {Dnnl.ARG_SRC, Dnnl.ARG_DST}, new long[] {from, to});
    }

    /** {@return the same, or null if both layouts are equal} */
    static @Nullable Prepared unlessEqual(long from, long to) {
        return Dnnl.equalDescs(from, to) ? null : prepare(from, to);
    }
}
