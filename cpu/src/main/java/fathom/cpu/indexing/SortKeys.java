package fathom.cpu.indexing;

import fathom.DType;
import fathom.cpu.codegen.Mem;

/**
 * Sort keys of elements of up to 32 bits: the upper half of a long holds an order-preserving integer, the lower half
 * the element's index, so that sorting the longs yields the stable order.
 */
final class SortKeys {
    private SortKeys() {}

    /** {@return whether the elements of a type have 32-bit keys} */
    static boolean fit(DType type) {
        return type != DType.INT64 && type != DType.FLOAT64;
    }

    /**
     * Writes the keys of a range of a line's elements.
     *
     * @param address address of the line's first element
     * @param step stride in bytes
     * @param first index of the first element
     * @param count number of elements
     * @param to address of the keys
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
