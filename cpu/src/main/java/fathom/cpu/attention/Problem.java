package fathom.cpu.attention;

import fathom.DType;
import fathom.cpu.attention.TileProducts.Layout;
import fathom.cpu.codegen.Parameters;
import fathom.cpu.memory.ZeroPaddedRows;
import fathom.primitive.Operand;
import fathom.primitive.neural.Attention;
import org.jspecify.annotations.Nullable;

/** Sizes, input layouts and masks, which the forward and the backward pass share. Addresses are passed to each run. */
final class Problem {
    /** Floating-point operations per chunk of the parallel loop, some tens of microseconds. */
    private static final double CHUNK_FLOPS = 2e6;

    /** Overhead of a tile's kernel calls, some microseconds, expressed in floating-point operations. */
    private static final double TILE_OVERHEAD = 3e5;

    /** The scratch slot of a thread's working memory; products use other slots. */
    static final int SLOT = 6;

    private static final long ALIGN = 64;

    /** Padding between rows of a tile, in elements, which prevents cache-set conflicts. */
    private static final int GAP = 16;

    final Attention primitive;
    final DType type;
    final long items;
    final int width;
    final int valueWidth;
    final TilePartition queries;
    final TilePartition keys;
    final Matrices q;
    final Matrices k;
    final Matrices v;
    final MaskTiles mask;
    final @Nullable Matrices keepMask;

    /** Row stride of a tile in elements. */
    final long pitch;

    private long bytes = Parameters.SCRATCH_BYTES;

    Problem(Attention primitive, Operand[] in, int maxQueries, int maxKeys) {
        this.primitive = primitive;
        this.type = in[0].dtype();
        q = Matrices.of(in[0]);
        k = Matrices.of(in[1]);
        v = Matrices.of(in[2]);
        int r = in[0].rank();
        width = Math.toIntExact(in[0].shape()[r - 1]);
        valueWidth = Math.toIntExact(in[2].shape()[r - 1]);
        queries = TilePartition.of(in[0].shape()[r - 2], maxQueries);
        keys = TilePartition.of(in[1].shape()[r - 2], maxKeys);
        items = in[0].numel() / ((long) queries.length() * width);
        mask = new MaskTiles(primitive.causal(), primitive.shift(), primitive.masked() ? in[3] : null);
        keepMask = primitive.drops() ? Matrices.of(in[keepMaskInput()]) : null;
        pitch = (keys.size() + GAP - 1) / GAP * GAP + GAP;
    }

    /** {@return the index of the dropout mask among the inputs} */
    int keepMaskInput() {
        return primitive.masked() ? 4 : 3;
    }

    /** {@return whether weights are rounded to bfloat16 before they are multiplied, and so need a tile of their own} */
    boolean isNarrow() {
        return type != DType.FLOAT32;
    }

    /**
     * Reserves scratch memory.
     *
     * @return its offset from a thread's base address
     */
    long reserve(long count, DType of) {
        long at = bytes;
        bytes += count * of.size() + ALIGN - 1 & -ALIGN;
        return at;
    }

    /** Reserves scratch memory for one tile. */
    long reserveTile(DType of) {
        return reserve(queries.size() * pitch, of);
    }

    /** {@return the padded layout to which a left operand must be copied; null if it can be read in place} */
    private @Nullable ZeroPaddedRows paddedRows(Matrices a, int columns) {
        var rows = new ZeroPaddedRows(type, columns);
        return a.hasDenseRows() && rows.areNeeded(a.rowStep() / type.size()) ? rows : null;
    }

    /** {@return the layout in which the products read a left operand} */
    Layout left(Matrices a, int columns) {
        var copy = paddedRows(a, columns);
        return copy == null ? a.layout() : new Layout(type, copy.pitch(), 1);
    }

    /** Reserves scratch memory for the rows of a left operand, if they must be copied. */
    long reserveLeft(Matrices a, int columns) {
        var copy = paddedRows(a, columns);
        return reserve(copy == null ? 0 : queries.size() * copy.pitch(), type);
    }

    /** {@return the address at which the products read some rows of a left operand, after copying them if necessary} */
    long left(Matrices a, int columns, long address, int rows, long work) {
        var copy = paddedRows(a, columns);
        if (copy == null) {
            return address;
        }
        copy.copy(address, a.rowStep(), rows, work);
        return work;
    }

    /** Zero-fills the row padding of a bfloat16 tile, so that it can be a left operand. */
    void zeroPad(long tile, int rows, int n) {
        if (isNarrow()) {
            new ZeroPaddedRows(type, n).pad(tile, pitch * type.size(), rows);
        }
    }

    /** {@return the bytes of scratch memory per thread} */
    long bytes() {
        return bytes;
    }

    /** {@return the grain of a parallel loop whose tasks have {@code flops} operations in {@code tiles} tiles} */
    static long grain(double flops, double tiles) {
        return Math.max(1, (long) (CHUNK_FLOPS / (flops + tiles * TILE_OVERHEAD)));
    }

    /** {@return whether all keys from {@code key} on are hidden from all of the queries} */
    boolean isHidden(int query, int queries, int key) {
        return primitive.causal() && key >= query + queries + primitive.shift();
    }

    /** Calls {@code body} with the size of every tile. */
    void forEachSize(Sizes body) {
        for (int i = 0; i < queries.count(); i++) {
            for (int j = 0; j < keys.count(); j++) {
                int m = queries.length(i);
                if (!isHidden(queries.start(i), m, keys.start(j))) {
                    body.of(m, mask.visible(queries.start(i), m, keys.start(j), keys.length(j)));
                    for (int n = MaskTiles.KEY_STEP; mask.skips() && n < keys.length(j); n += MaskTiles.KEY_STEP) {
                        body.of(m, n);
                    }
                }
            }
        }
    }

    /** Receives the size of a tile. */
    @FunctionalInterface
    interface Sizes {
        void of(int queries, int keys);
    }
}
