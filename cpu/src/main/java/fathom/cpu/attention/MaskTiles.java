package fathom.cpu.attention;

import fathom.DType;
import fathom.cpu.memory.Memory;
import fathom.primitive.Operand;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * The mask of a tile, with dense rows: read in place where the mask's rows are dense, else copied. The causal mask is
 * one row of ones followed by zeros; each row of a tile starts one element further left in it. Boolean masks are read
 * once more beforehand: tiles whose keys are all hidden are skipped, and those that hide none need no mask.
 */
final class MaskTiles {
    /** Exceeds the number of queries and of keys of any tile. */
    static final int MAX_TILE_SIDE = 2048;

    private static final long CAUSAL_ROW = causalRow();

    /** The number of visible keys of a tile is a multiple of this, or all: few sizes of products are prepared. */
    static final int KEY_STEP = 128;

    /** Each byte of eight true elements. */
    private static final long ALL_TRUE = 0x0101010101010101L;

    private final boolean causal;
    private final int shift;
    private final @Nullable Matrices mask;
    private final DType type;

    /**
     * @param mask {@code [B..., L, S]}, or null
     */
    MaskTiles(boolean causal, long shift, @Nullable Operand mask) {
        this.causal = causal;
        this.shift = Math.toIntExact(shift);
        this.mask = mask == null ? null : Matrices.of(mask);
        this.type = mask == null ? DType.BOOL : mask.dtype();
    }

    private static long causalRow() {
        var causalRow = Arena.global().allocate(3L * MAX_TILE_SIDE);
        causalRow.asSlice(0, MAX_TILE_SIDE).fill((byte) 1);
        return causalRow.address();
    }

    /** {@return the element type of the mask} */
    DType type() {
        return type;
    }

    /** {@return whether the mask is broadcast along the keys} */
    boolean isPerRow() {
        return mask != null && mask.columnStep() == 0;
    }

    /** {@return the bytes of scratch memory that a tile's copy needs} */
    long bytes(int queries, int keys) {
        boolean copied = mask != null && !isPerRow() && !mask.hasDenseRows();
        return copied ? (long) queries * keys * type.size() : 0;
    }

    /**
     * {@return whether any element of the tile may be masked, unless {@link #visible(long, long, int, int, int, int)}
     * says}
     */
    boolean isMasked(int query, int key, int keys) {
        return mask != null || causal && key + keys - 1 > query + shift;
    }

    /**
     * {@return how many of the {@code keys} from {@code key} on are visible to at least one of the queries by the
     * causal mask; may be negative}
     */
    int visible(int query, int queries, int key, int keys) {
        return causal ? Math.min(keys, query + shift + queries - key) : keys;
    }

    /** {@return whether tiles may be skipped according to the elements of the mask} */
    boolean skips() {
        return mask != null && type == DType.BOOL && (isPerRow() || mask.hasDenseRows());
    }

    /**
     * {@return how many of the tile's keys are to be processed, 0 for none; negated if the mask hides none of them}
     *
     * @param base the mask's address
     */
    int visible(long base, long item, int query, int queries, int key, int keys) {
        if (mask == null || !skips()) {
            return Math.max(0, visible(query, queries, key, keys));
        }
        long from = base + mask.offset(item) + query * mask.rowStep() + key * mask.columnStep();
        int rows = mask.rowStep() == 0 ? 1 : queries;
        if (isPerRow()) {
            int open = 0;
            for (int i = 0; i < rows; i++) {
                open += Memory.getByte(from + i * mask.rowStep()) != 0 ? 1 : 0;
            }
            return open == 0 ? 0 : open == rows ? -keys : keys;
        }
        boolean all = true;
        int end = 0;
        for (int i = 0; i < rows; i++) {
            long row = from + i * mask.rowStep();
            all = all && isTrue(row, keys);
            while (end < keys && !isFalse(row + end, keys - end)) {
                end = Math.min(keys, end + KEY_STEP);
            }
            if (!all && end == keys) {
                return keys;
            }
        }
        return all ? -keys : end;
    }

    private static boolean isTrue(long at, int n) {
        int i = 0;
        for (; i + Long.BYTES <= n; i += Long.BYTES) {
            if (Memory.getLong(at + i) != ALL_TRUE) {
                return false;
            }
        }
        for (; i < n; i++) {
            if (Memory.getByte(at + i) == 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isFalse(long at, int n) {
        int i = 0;
        for (; i + Long.BYTES <= n; i += Long.BYTES) {
            if (Memory.getLong(at + i) != 0) {
                return false;
            }
        }
        for (; i < n; i++) {
            if (Memory.getByte(at + i) != 0) {
                return false;
            }
        }
        return true;
    }

    /** {@return the row stride of the tile's mask in bytes} */
    long rowStep(int keys) {
        return mask == null ? -1 : isPerRow() || mask.hasDenseRows() ? mask.rowStep() : (long) keys * type.size();
    }

    /**
     * {@return the address of a tile's mask, whose row stride is {@link #rowStep}}
     *
     * @param base the mask's address
     * @param work scratch memory for a copy
     */
    long address(long base, long item, int query, int queries, int key, int keys, long work) {
        if (mask == null) {
            return CAUSAL_ROW + MAX_TILE_SIDE - 1 - (query + shift - key);
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
