package fathom.cpu.indexing;

import fathom.DType;
import fathom.cpu.codegen.Mem;

/**
 * Elements as numbers that are ordered as they are, in the upper half of a long, with their places in the lower half:
 * sorted as plain longs they come out in stable order. For types of at most 32 bits.
 */
final class SortKeys {
    private SortKeys() {}

    /** {@return whether a type's elements are told apart by 32 bits} */
    static boolean fit(DType type) {
        return type != DType.INT64 && type != DType.FLOAT64;
    }

    /**
     * Writes the keys of some neighbouring elements of a line.
     *
     * @param address of the line's first element
     * @param step bytes from one element to the next
     * @param first the place of the first element
     * @param count how many
     * @param to where the keys go, as longs
     */
    static void write(DType type, long address, long step, int first, int count, boolean descending, long to) {
        int flip = descending ? -1 : 0;
        long from = address + first * step;
        if (type == DType.FLOAT32) {
            for (int i = 0; i < count; i++) {
                float value = Mem.f32(from + i * step) + 0f; // -0 becomes 0
                int bits = Float.floatToIntBits(value);
                int key = bits ^ bits >> 31 & Integer.MAX_VALUE ^ flip;
                Mem.i64(to + 8L * i, (long) key << 32 | first + i);
            }
            return;
        }
        if (type == DType.INT32) {
            for (int i = 0; i < count; i++) {
                int key = Mem.i32(from + i * step) ^ flip;
                Mem.i64(to + 8L * i, (long) key << 32 | first + i);
            }
            return;
        }
        for (int i = 0; i < count; i++) {
            int key = (int) Cells.orderKey(type, from + i * step) ^ flip;
            Mem.i64(to + 8L * i, (long) key << 32 | first + i);
        }
    }
}
