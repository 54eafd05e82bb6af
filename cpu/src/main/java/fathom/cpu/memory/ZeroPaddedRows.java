package fathom.cpu.memory;

import fathom.DType;

/**
 * Rows of a product's left operand with zero-filled padding. With AMX, oneDNN 3.11 reads rows of 16-bit operands up to
 * a multiple of a tile row, and NaN x 0 is NaN, so the row padding must be zero-filled. Rows without padding need no
 * copy.
 *
 * @param type element type
 * @param columns number of elements per row
 */
public record ZeroPaddedRows(DType type, long columns) {
    /** 16-bit elements in a row of an AMX tile register. */
    private static final long TILE_ROW = 32;

    /** {@return whether rows with a stride of {@code step} elements must be copied} */
    public boolean areNeeded(long step) {
        return type.isFloating() && type.size() == 2 && step != columns && padding() != 0;
    }

    /** {@return the row stride of the copy in elements} */
    public long pitch() {
        return columns + padding();
    }

    private long padding() {
        return -columns & TILE_ROW - 1;
    }

    /**
     * Copies rows and zero-fills their padding.
     *
     * @param step row stride in bytes
     */
    public void copy(long from, long step, long rows, long to) {
        long row = columns * type.size();
        long pitch = pitch() * type.size();
        for (long i = 0; i < rows; i++) {
            Memory.copy(from + i * step, to + i * pitch, row);
            Memory.zero(to + i * pitch + row, pitch - row);
        }
    }

    /**
     * Zero-fills the padding of rows in place.
     *
     * @param step row stride in bytes
     */
    public void pad(long address, long step, long rows) {
        long padding = padding() * type.size();
        for (long i = 0; padding > 0 && i < rows; i++) {
            Memory.zero(address + i * step + columns * type.size(), padding);
        }
    }
}
