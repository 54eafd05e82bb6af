package fathom.cuda.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.DType;
import fathom.cuda.HostCompilers;
import fathom.cuda.KernelTesting;
import fathom.ir.Expr;
import fathom.ir.Exprs;
import fathom.ir.Kernel;
import fathom.primitive.Operand;
import fathom.primitive.Pointwise;
import fathom.testkit.Operands;
import fathom.testkit.Operands.Layout;
import fathom.testkit.Operands.Values;
import fathom.testkit.Oracle;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One kernel on many sets of operands, in place, against the oracle on each. */
@Tag("kernels")
class EachPointwiseTest {
    private static final int SETS = 150;

    private final Random random = new Random(8);
    private final Arena arena = Arena.ofAuto();

    @Test
    void updatesInPlace() {
        Assumptions.assumeTrue(HostCompilers.isHere(), "LEFT OUT: no C++ compiler");
        // two outputs, an average and a weight, over inputs of two types and a scalar
        Expr average = Exprs.input(0, DType.FLOAT32);
        Expr weight = Exprs.input(1, DType.FLOAT32);
        Expr gradient = Exprs.cast(DType.FLOAT32, Exprs.input(2, DType.BFLOAT16));
        Expr next = Exprs.add(Exprs.mul(average, Exprs.scalar(0, DType.FLOAT32)), gradient);
        var p =
                new Pointwise(
                        Kernel.of(next, Exprs.sub(weight, Exprs.mul(next, Exprs.scalar(1, DType.FLOAT32)))), 0.5, 0.25);
        var in = new Operand[SETS][];
        var out = new Operand[SETS][];
        var expected = new double[SETS][2][];
        for (int i = 0; i < SETS; i++) {
            int n = i % 50 == 3 ? 0 : i == 7 ? 9001 : random.nextInt(1, 40);
            long[] shape = i % 3 == 0 ? new long[] {n, 3} : new long[] {n};
            Layout layout = i % 3 == 0 ? Layout.TRANSPOSED : Layout.CONTIGUOUS;
            Operand m = operand(DType.FLOAT32, layout, shape);
            Operand w = operand(DType.FLOAT32, i == 40 ? Layout.GAPPED : layout, shape);
            Operand g = operand(DType.BFLOAT16, layout, shape);
            in[i] = new Operand[] {m, w, g};
            out[i] = new Operand[] {m, w};
            Operand m2 = operand(DType.FLOAT32, Layout.CONTIGUOUS, shape);
            Operand w2 = operand(DType.FLOAT32, Layout.CONTIGUOUS, shape);
            Oracle.backend("naive").run(p, in[i], new Operand[] {m2, w2});
            expected[i][0] = Operands.toArray(m2);
            expected[i][1] = Operands.toArray(w2);
        }
        var testing = new KernelTesting(new PointwiseKernels());
        List<Integer> left = EachPointwise.submit(testing.gpu(), p, in, out);
        assertThat(left).containsExactly(40);
        testing.run(p, in[40], out[40]);
        for (int i = 0; i < SETS; i++) {
            assertThat(Operands.toArray(out[i][0])).as("set %s", i).containsExactly(expected[i][0]);
            assertThat(Operands.toArray(out[i][1])).as("set %s", i).containsExactly(expected[i][1]);
        }
    }

    private Operand operand(DType type, Layout layout, long... shape) {
        return Operands.random(arena, type, shape, layout, Values.ORDINARY, random);
    }
}
