package fathom.cpu.attention;

import fathom.DType;
import fathom.cpu.memory.Memory;
import fathom.primitive.Operand;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * The mask of a tile, with dense rows: read in place where the mask's rows are dense, else copied. The causal mask is
 * one row of ones followed by zeros; each row of a tile starts one element further left in it.
 */
final class MaskTiles {
    /** Exceeds the number of queries and of keys of any tile. */
    static final int MAX_TILE_SIDE = 2048;

    private static final long CAUSAL_ROW = causalRow();

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

    /** {@return whether any element of the tile may be masked} */
    boolean isMasked(int query, int key, int keys) {
        return mask != null || causal && key + keys - 1 > query;
    }

    /** {@return how many of the {@code keys} from {@code key} on are visible to at least one of the queries} */
    int visible(int query, int queries, int key, int keys) {
        return causal ? Math.min(keys, query + queries - key) : keys;
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
            return CAUSAL_ROW + MAX_TILE_SIDE - 1 - (query - key);
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
