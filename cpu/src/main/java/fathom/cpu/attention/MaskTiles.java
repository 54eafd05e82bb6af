package fathom.cpu.attention;

import fathom.DType;
import fathom.cpu.memory.Memory;
import fathom.primitive.Operand;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * The part of a mask that a tile needs, as rows of elements that lie together: read where it lies if it lies so. The
 * diagonal of causal attention is one line of ones and then zeros, which each row reads from one place further on.
 */
final class MaskTiles {
    /** More than a tile has queries or keys. */
    static final int MOST = 2048;

    private static final long LINE = line();

    private final boolean causal;
    private final @Nullable Matrices mask;
    private final DType type;

    /**
     * @param mask {@code [B..., L, S]}, or null
     */
    MaskTiles(boolean causal, @Nullable Operand mask) {
        this.causal = causal;
        this.mask = mask == null ? null : Matrices.of(mask);
        this.type = mask == null ? DType.BOOL : mask.dtype();
    }

    private static long line() {
        var line = Arena.global().allocate(3L * MOST);
        line.asSlice(0, MOST).fill((byte) 1);
        return line.address();
    }

    /** The type of the mask in the tiles that have one. */
    DType type() {
        return type;
    }

    /** Whether the mask has one value for each row. */
    boolean isPerRow() {
        return mask != null && mask.columnStep() == 0;
    }

    /** Bytes of working memory for a tile. */
    long bytes(int queries, int keys) {
        boolean copied = mask != null && !isPerRow() && !mask.hasDenseRows();
        return copied ? (long) queries * keys * type.size() : 0;
    }

    /** Whether a tile has a mask at all. */
    boolean isMasked(int query, int key, int keys) {
        return mask != null || causal && key + keys - 1 > query;
    }

    /** How many of the keys from one on any of some queries sees. */
    int visible(int query, int queries, int key, int keys) {
        return causal ? Math.min(keys, query + queries - key) : keys;
    }

    /** Bytes from one row of the tile's mask to the next. */
    long rowStep(int keys) {
        return mask == null ? -1 : isPerRow() || mask.hasDenseRows() ? mask.rowStep() : (long) keys * type.size();
    }

    /**
     * {@return where a tile's mask lies, its rows {@link #rowStep} apart}
     *
     * @param base the mask's address
     * @param work memory for it, if it must be copied
     */
    long address(long base, long item, int query, int queries, int key, int keys, long work) {
        if (mask == null) {
            return LINE + MOST - 1 - (query - key);
        }
        long from = base + mask.offset(item) + query * mask.rowStep() + key * mask.columnStep();
        if (isPerRow() || mask.hasDenseRows()) {
            return from;
        }
        int size = type.size();
        for (int i = 0; i < queries; i++) {
            for (int j = 0; j < keys; j++) {
                copy(from + i * mask.rowStep() + j * mask.columnStep(), work + ((long) i * keys + j) * size, size);
            }
        }
        return work;
    }

    private static void copy(long from, long to, int size) {
        switch (size) {
            case 1 -> Memory.setByte(to, Memory.getByte(from));
            case 2 -> Memory.setShort(to, Memory.getShort(from));
            case 4 -> Memory.setInt(to, Memory.getInt(from));
            default -> Memory.setLong(to, Memory.getLong(from));
        }
    }
}
