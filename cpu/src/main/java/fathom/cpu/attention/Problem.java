package fathom.cpu.attention;

import fathom.DType;
import fathom.cpu.attention.TileProducts.Layout;
import fathom.cpu.codegen.Parameters;
import fathom.cpu.memory.ZeroPaddedRows;
import fathom.primitive.Operand;
import fathom.primitive.neural.Attention;
import org.jspecify.annotations.Nullable;

/** What forward and backward have in common: sizes, how the inputs lie, masks. Addresses come with each run. */
final class Problem {
    /** Floating-point operations of a chunk of the parallel loop: some tens of microseconds. */
    private static final double CHUNK = 2e6;

    /** What the calls for a tile take, in floating-point operations: some microseconds. */
    private static final double TILE = 3e5;

    /** Where a thread's working memory is: not where products have theirs. */
    static final int SLOT = 6;

    private static final long ALIGN = 64;

    /** Elements that keep rows of a tile apart, so that they do not fall into the same lines of the cache. */
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
    final @Nullable Matrices stays;

    /** Elements from one row of a tile to the next. */
    final long pitch;

    private long bytes = Parameters.SCRATCH_BYTES;

    Problem(Attention primitive, Operand[] in, int mostQueries, int mostKeys) {
        this.primitive = primitive;
        this.type = in[0].dtype();
        q = Matrices.of(in[0]);
        k = Matrices.of(in[1]);
        v = Matrices.of(in[2]);
        int r = in[0].rank();
        width = Math.toIntExact(in[0].shape()[r - 1]);
        valueWidth = Math.toIntExact(in[2].shape()[r - 1]);
        queries = TilePartition.of(in[0].shape()[r - 2], mostQueries);
        keys = TilePartition.of(in[1].shape()[r - 2], mostKeys);
        items = in[0].numel() / ((long) queries.length() * width);
        mask = new MaskTiles(primitive.causal(), primitive.masked() ? in[3] : null);
        stays = primitive.drops() ? Matrices.of(in[staysInput()]) : null;
        pitch = (keys.size() + GAP - 1) / GAP * GAP + GAP;
    }

    /** Which input tells the weights that stay. */
    int staysInput() {
        return primitive.masked() ? 4 : 3;
    }

    /** Whether weights are rounded to a narrow type before they are multiplied, and so lie in a tile of their own. */
    boolean isNarrow() {
        return type != DType.FLOAT32;
    }

    /** Sets working memory aside; returns its place, to be added to a thread's address. */
    long reserve(long count, DType of) {
        long at = bytes;
        bytes += count * of.size() + ALIGN - 1 & -ALIGN;
        return at;
    }

    /** Sets a tile of working memory aside. */
    long reserveTile(DType of) {
        return reserve(queries.size() * pitch, of);
    }

    /** How a left factor of so many columns is copied first; null where it serves as it lies. */
    private @Nullable ZeroPaddedRows copied(Matrices a, int columns) {
        var rows = new ZeroPaddedRows(type, columns);
        return a.hasDenseRows() && rows.areNeeded(a.rowStep() / type.size()) ? rows : null;
    }

    /** How a left factor lies for the products. */
    Layout left(Matrices a, int columns) {
        var copy = copied(a, columns);
        return copy == null ? a.layout() : new Layout(type, copy.pitch(), 1);
    }

    /** Sets working memory aside for some rows of a left factor. */
    long reserveLeft(Matrices a, int columns) {
        var copy = copied(a, columns);
        return reserve(copy == null ? 0 : queries.size() * copy.pitch(), type);
    }

    /** {@return where some rows of a left factor lie for the products} */
    long left(Matrices a, int columns, long address, int rows, long work) {
        var copy = copied(a, columns);
        if (copy == null) {
            return address;
        }
        copy.copy(address, a.rowStep(), rows, work);
        return work;
    }

    /** Makes rows of a tile of the narrow type fit to be a left factor. */
    void endRows(long tile, int rows, int n) {
        if (isNarrow()) {
            new ZeroPaddedRows(type, n).end(tile, pitch * type.size(), rows);
        }
    }

    /** How much working memory a thread needs. */
    long bytes() {
        return bytes;
    }

    /** How many tasks of so many floating-point operations, in so many tiles, a thread takes at a time. */
    static long grain(double flops, double tiles) {
        return Math.max(1, (long) (CHUNK / (flops + tiles * TILE)));
    }

    /** Whether none of some queries sees keys from one on. */
    boolean isHidden(int query, int queries, int key) {
        return primitive.causal() && key >= query + queries;
    }

    /** Does something for all sizes that tiles have. */
    void forEachSize(Sizes body) {
        for (int i = 0; i < queries.count(); i++) {
            for (int j = 0; j < keys.count(); j++) {
                int m = queries.length(i);
                if (!isHidden(queries.start(i), m, keys.start(j))) {
                    body.of(m, mask.visible(queries.start(i), m, keys.start(j), keys.length(j)));
                }
            }
        }
    }

    /** What is done for a size. */
    @FunctionalInterface
    interface Sizes {
        void of(int queries, int keys);
    }
}
