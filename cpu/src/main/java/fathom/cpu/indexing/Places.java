package fathom.cpu.indexing;

import fathom.DType;
import fathom.cpu.codegen.Mem;
import fathom.cpu.parallel.Parallel;
import fathom.primitive.Operand;

/** What is made from the places of elements: the places that are not zero, and random bits numbered by place. */
public final class Places {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private Places() {}

    /**
     * Writes the indices of the elements that are not zero, in row-major order, as rows.
     *
     * @param count how many there are
     * @throws IllegalStateException if there are more or fewer
     */
    public static void nonzero(Operand x, Operand out, long count) {
        long[] shape = x.shape();
        int rank = shape.length;
        var index = new long[rank];
        long rowStep = Lines.step(out, 0);
        long step = rank == 0 ? 0 : Lines.step(out, 1);
        var type = x.dtype();
        long[] found = {0};
        new Lines(shape, -1, x)
                .forEach(at -> {
                    if (isSet(type, at[0])) {
                        if (found[0] < count) {
                            for (int d = 0; d < rank; d++) {
                                Mem.i64(out.address() + found[0] * rowStep + d * step, index[d]);
                            }
                        }
                        found[0]++;
                    }
                    for (int d = rank - 1; d >= 0 && ++index[d] == shape[d]; d--) {
                        index[d] = 0;
                    }
                });
        if (found[0] != count) {
            throw new IllegalStateException(
                    "nonzero: %d elements are not zero, where %d were counted".formatted(found[0], count));
        }
    }

    private static boolean isSet(DType type, long address) {
        return type.isFloating() ? Cells.getDouble(type, address) != 0 : Cells.getLong(type, address) != 0;
    }

    /** Writes random bits: SplitMix64's finaliser of the key and the element's row-major number. */
    public static void randomBits(Operand out, long key) {
        boolean wide = out.dtype() == DType.INT64;
        if (fathom.primitive.Layouts.isContiguous(out.shape(), out.strides())) {
            Parallel.forRange(
                    out.numel(),
                    1 << 14,
                    (from, to) -> {
                        for (long i = from; i < to; i++) {
                            long z = mix(key + (i + 1) * GOLDEN);
                            if (wide) {
                                Mem.i64(out.address() + i * 8, z);
                            } else {
                                Mem.i32(out.address() + i * 4, (int) (z >>> 32));
                            }
                        }
                    });
            return;
        }
        long[] number = {0};
        new Lines(out.shape(), -1, out)
                .forEach(at -> {
                    long z = mix(key + ++number[0] * GOLDEN);
                    Cells.set(out.dtype(), at[0], wide ? z : z >>> 32);
                });
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
