package fathom.cpu.indexing;

import fathom.cpu.codegen.Mem;
import fathom.primitive.Operand;
import java.util.Locale;

/** Checks of index tensors before anything is written. */
final class Bounds {
    private Bounds() {}

    /**
     * Checks all elements of an index tensor.
     *
     * @throws IndexOutOfBoundsException if an index is out of bounds; the message names the operation and the extent
     */
    static void check(String operation, Operand index, int dim, long extent) {
        if (index.numel() == 0) {
            return;
        }
        int last = Math.max(0, index.rank() - 1);
        long n = Lines.extent(index, last);
        long step = Lines.step(index, last);
        new Lines(index.shape(), last, index)
                .forEachPart(
                        n,
                        (at, from, to) -> {
                            long address = at[0];
                            for (long i = from; i < to; i++) {
                                long number = Mem.i64(address + i * step);
                                if (number < 0 || number >= extent) {
                                    throw new IndexOutOfBoundsException(
                                            String.format(
                                                    Locale.ROOT,
                                                    "%s: index %d is out of bounds for dimension %d of size %d",
                                                    operation,
                                                    number,
                                                    dim,
                                                    extent));
                                }
                            }
                        });
    }

    /**
     * {@return a 1-D index, expanded to the shape of {@code shaped}: the same indices for every line along the
     * dimension}
     */
    static Operand along(Operand index, Operand shaped, int dim) {
        var strides = new long[shaped.rank()];
        if (strides.length > 0) {
            strides[dim] = index.rank() == 0 ? 0 : index.strides()[0];
        }
        return new Operand(index.dtype(), index.address(), shaped.shape(), strides);
    }
}
