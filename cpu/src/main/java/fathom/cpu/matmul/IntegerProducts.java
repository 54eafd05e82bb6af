package fathom.cpu.matmul;

import fathom.DType;
import fathom.cpu.memory.Integers;
import fathom.primitive.Operand;
import org.jspecify.annotations.Nullable;

/** Matrix products of integers by scalar loops; results wrap around. */
final class IntegerProducts {
    private IntegerProducts() {}

    /** Computes one row of one product of a batch. */
    static void row(DType type, Batch batch, long item, long i, @Nullable Operand bias) {
        int n = Math.toIntExact(batch.n());
        var sums = new long[n];
        if (bias != null) {
            for (int j = 0; j < n; j++) {
                sums[j] = Integers.get(type, bias.address() + j * bias.strides()[0] * type.size());
            }
        }
        var a = batch.a(item);
        var b = batch.b(item);
        for (long p = 0; p < batch.k(); p++) {
            addRow(type, sums, Integers.get(type, a.at(i, p)), b.at(p, 0), b.columnStep());
        }
        var c = batch.c(item);
        for (int j = 0; j < n; j++) {
            Integers.set(type, c.at(i, j), sums[j]);
        }
    }

    private static void addRow(DType type, long[] sums, long factor, long b, long step) {
        for (int j = 0; j < sums.length; j++) {
            sums[j] += factor * Integers.get(type, b + j * step);
        }
    }
}
