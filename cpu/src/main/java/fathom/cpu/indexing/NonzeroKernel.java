package fathom.cpu.indexing;

import fathom.DType;
import fathom.cpu.codegen.Mem;
import fathom.primitive.Operand;
import java.util.Locale;

/** The indices of the nonzero elements. */
public final class NonzeroKernel {
    private NonzeroKernel() {}

    /**
     * Writes the indices of the nonzero elements as rows, in row-major order.
     *
     * @param count the number of nonzero elements
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
                    String.format(
                            Locale.ROOT,
                            "nonzero: found %d nonzero elements, counted %d before; was the input written at the same time?",
                            found[0],
                            count));
        }
    }

    private static boolean isSet(DType type, long address) {
        return type.isFloating() ? Cells.getDouble(type, address) != 0 : Cells.getLong(type, address) != 0;
    }
}
