package fathom.cpu.attention;

import fathom.DType;
import fathom.cpu.attention.TileProducts.Layout;
import fathom.cpu.codegen.Parameters;
import fathom.cpu.memory.Memory;
import fathom.primitive.Attention;
import fathom.primitive.Operand;
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
    final Cuts queries;
    final Cuts keys;
    final Matrices q;
    final Matrices k;
    final Matrices v;
    final MaskTiles mask;
    final @Nullable Matrices stays;

    /** Elements from one row of a tile to the next. */
    final long pitch;

    /** Elements of a narrow type in a row of the registers of AMX. */
    private static final int REGISTER = 32;

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
        queries = Cuts.of(in[0].shape()[r - 2], mostQueries);
        keys = Cuts.of(in[1].shape()[r - 2], mostKeys);
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

    /** Whether a left factor of so many columns is copied first: what follows its rows is not for {@link #endRows}. */
    private boolean isCopied(Matrices a, int columns) {
        return isNarrow() && columns % REGISTER != 0 && a.hasDenseRows() && a.rowStep() != (long) columns * type.size();
    }

    private static long copyPitch(int columns) {
        return columns + (-columns & REGISTER - 1);
    }

    /** How a left factor lies for the products. */
    Layout left(Matrices a, int columns) {
        return isCopied(a, columns) ? new Layout(type, copyPitch(columns), 1) : a.layout();
    }

    /** Sets working memory aside for some rows of a left factor. */
    long reserveLeft(Matrices a, int columns) {
        return reserve(isCopied(a, columns) ? queries.size() * copyPitch(columns) : 0, type);
    }

    /** {@return where some rows of a left factor lie for the products} */
    long left(Matrices a, int columns, long address, int rows, long work) {
        if (!isCopied(a, columns)) {
            return address;
        }
        long row = (long) columns * type.size();
        long step = copyPitch(columns) * type.size();
        for (int i = 0; i < rows; i++) {
            Memory.copy(address + i * a.rowStep(), work + i * step, row);
            Memory.zero(work + i * step + row, step - row);
        }
        return work;
    }

    /**
     * Fills what follows the elements of each row in a tile of the narrow type, up to a whole number of registers, with
     * zeros. oneDNN 3.11 reads the left factor's rows to there where it multiplies with AMX, and what is no number is
     * not made harmless by the zero it is multiplied with.
     */
    void endRows(long tile, int rows, int n) {
        int rest = -n & REGISTER - 1;
        if (isNarrow() && rest > 0) {
            for (int i = 0; i < rows; i++) {
                Memory.zero(tile + (i * pitch + n) * type.size(), (long) rest * type.size());
            }
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
