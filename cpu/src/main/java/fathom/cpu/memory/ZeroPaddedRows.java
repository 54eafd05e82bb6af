package fathom.cpu.memory;

import fathom.DType;

/**
 * Rows of a product's left factor, copied so that what follows each row is zeros. oneDNN 3.11 reads the rows of a
 * factor of a narrow type up to a whole number of registers where it multiplies with AMX, and what is no number is not
 * made harmless by the zero it is multiplied with. Rows without a gap between them are right as they are.
 *
 * @param type of the elements
 * @param columns of a row that count
 */
public record ZeroPaddedRows(DType type, long columns) {
    /** Elements of a narrow type in a row of the registers of AMX. */
    private static final long REGISTER = 32;

    /** {@return whether rows that begin so many elements after one another must be copied} */
    public boolean areNeeded(long step) {
        return type.isFloating() && type.size() == 2 && step != columns && rest() != 0;
    }

    /** {@return elements from one row of the copy to the next} */
    public long pitch() {
        return columns + rest();
    }

    private long rest() {
        return -columns & REGISTER - 1;
    }

    /**
     * Copies rows.
     *
     * @param step bytes from one to the next
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
     * Writes the zeros behind rows that stand where they are.
     *
     * @param step bytes from one to the next
     */
    public void end(long address, long step, long rows) {
        long rest = rest() * type.size();
        for (long i = 0; rest > 0 && i < rows; i++) {
            Memory.zero(address + i * step + columns * type.size(), rest);
        }
    }
}
