package fathom.conformance;

import fathom.DType;
import fathom.primitive.Operand;
import fathom.primitive.indexing.SearchSorted;
import fathom.testkit.Operands;
import fathom.testkit.Operands.Values;
import fathom.testkit.Oracle.Tolerance;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** Binary searches in sorted rows against the naive backend, on operands of any layout. */
class SearchBackendsTest extends BackendProperties {
    @Property(tries = 300, seed = "1", shrinking = ShrinkingMode.OFF)
    void searches(
            @ForAll DType type,
            @ForAll Values values,
            @ForAll boolean right,
            @ForAll boolean narrow,
            @ForAll boolean shared,
            @ForAll long seed) {
        seed(seed);
        long[] shape = shape();
        if (shape.length == 0) {
            shape = new long[] {random.nextInt(1, 40)};
        }
        int last = shape.length - 1;
        long[] rows = shape.clone();
        if (random.nextInt(4) == 0) {
            shape[last] = random.nextInt(20, 150); // searches enough for a table of the row
        }
        rows[last] = random.nextInt(3) == 0 ? random.nextInt(200) : random.nextInt(6);
        compare(
                new SearchSorted(right, narrow),
                Tolerance.EXACT,
                operands(sorted(type, rows, values, shared), operand(type, shape, values)),
                output(narrow ? DType.INT32 : DType.INT64, shape));
    }

    /** {@return rows of ascending numbers, NaN last; a single row if shared} */
    private Operand sorted(DType type, long[] shape, Values values, boolean shared) {
        int last = shape.length - 1;
        int m = (int) shape[last];
        double[] all = Operands.toArray(operand(type, shape, values));
        for (int i = 0; i + m <= all.length && m > 0; i += m) {
            Arrays.sort(all, i, i + m);
        }
        if (!shared) {
            return Operands.of(arena, type, shape, all);
        }
        Operand row = Operands.of(arena, type, new long[] {m}, Arrays.copyOf(all, m));
        var strides = new long[shape.length];
        strides[last] = 1;
        return new Operand(type, row.address(), shape, strides);
    }
}
