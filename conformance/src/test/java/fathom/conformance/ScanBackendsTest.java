package fathom.conformance;

import fathom.DType;
import fathom.primitive.ArgScan;
import fathom.primitive.CumulativeWeights;
import fathom.primitive.LogCumSumExp;
import fathom.primitive.Operand;
import fathom.testkit.Operands;
import fathom.testkit.Operands.Values;
import fathom.testkit.Oracle;
import fathom.testkit.Oracle.Tolerance;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** Cumulative extrema and log-sum-exp against the naive backend, on operands of any layout. */
class ScanBackendsTest extends BackendProperties {
    /** {@return a shape with at least one dimension} */
    private long[] line() {
        long[] shape = shape();
        return shape.length == 0 ? new long[] {random.nextInt(1, 40)} : shape;
    }

    @Property(tries = 200, seed = "1", shrinking = ShrinkingMode.OFF)
    void cumulativeExtrema(@ForAll DType type, @ForAll boolean greatest, @ForAll Values values, @ForAll long seed) {
        seed(seed);
        long[] shape = line();
        compare(
                new ArgScan(greatest, random.nextInt(shape.length)),
                Tolerance.EXACT,
                operands(operand(type, shape, values)),
                output(DType.INT64, shape));
    }

    @Property(tries = 200, seed = "1", shrinking = ShrinkingMode.OFF)
    void logCumSumExp(@ForAll DType type, @ForAll long seed) {
        if (!type.isFloating()) {
            return;
        }
        seed(seed);
        long[] shape = line();
        int dim = random.nextInt(shape.length);
        Operand x = operand(type, shape, random.nextInt(4) == 0 ? Values.EXTREME : Values.ORDINARY);
        compare(new LogCumSumExp(dim), sums(type), operands(x), output(type, shape));
    }

    @Property(tries = 200, seed = "1", shrinking = ShrinkingMode.OFF)
    void weights(@ForAll DType type, @ForAll boolean reversed, @ForAll long seed) {
        if (!type.isFloating()) {
            return;
        }
        seed(seed);
        long[] shape = line();
        int dim = random.nextInt(shape.length);
        Operand x = operand(type, shape, Values.ORDINARY);
        Operand y = Operands.allocate(arena, output(type, shape));
        Oracle.backend("naive").run(new LogCumSumExp(dim), operands(x), operands(y));
        Operand v = operand(type, shape, Values.ORDINARY);
        compare(new CumulativeWeights(dim, reversed), sums(type), operands(v, x, y), output(type, shape));
    }
}
