package fathom.conformance;

import fathom.DType;
import fathom.primitive.Operand;
import fathom.primitive.Spec;
import fathom.primitive.neural.Attention;
import fathom.primitive.neural.AttentionGrad;
import fathom.testkit.Operands;
import fathom.testkit.Operands.Layout;
import fathom.testkit.Operands.Values;
import fathom.testkit.Oracle;
import fathom.testkit.Oracle.Tolerance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** Tiled attention against the naive backend, on operands of any layout: in Java, and with oneDNN's products. */
class AttentionBackendsTest extends BackendProperties {
    private static final DType[] MASKS = {DType.BOOL, DType.FLOAT32, DType.BFLOAT16, DType.FLOAT64};

    private int upTo(int n) {
        return random.nextInt(1, n + 1);
    }

    private long[] with(long[] batch, long... last) {
        long[] shape = Arrays.copyOf(batch, batch.length + last.length);
        System.arraycopy(last, 0, shape, batch.length, last.length);
        return shape;
    }

    /** {@return a floating operand in a layout that attention receives, often expanded along the batch} */
    private Operand factor(DType type, long[] batch, long rows, long columns) {
        long[] shape = with(batch, rows, columns);
        if (batch.length == 0 || random.nextInt(3) > 0) {
            return operand(type, shape, Values.ORDINARY);
        }
        long[] from = shape.clone();
        from[random.nextInt(batch.length)] = 1;
        return Operands.expand(operand(type, from, Values.ORDINARY), shape);
    }

    /** {@return strides of a result: rows without gaps, in any order} */
    private Spec rows(DType type, long[] shape) {
        long[] strides = new long[shape.length];
        List<Integer> order = new ArrayList<>();
        for (int d = 0; d < shape.length - 1; d++) {
            order.add(random.nextInt(order.size() + 1), d);
        }
        strides[shape.length - 1] = 1;
        long step = shape[shape.length - 1] + random.nextInt(3);
        for (int d : order) {
            strides[d] = step;
            step *= shape[d];
        }
        return new Spec(type, shape, strides);
    }

    private static Tolerance close(DType type) {
        // bfloat16 rounds weights and their gradients as well, some hundred of which are summed
        return type == DType.FLOAT32 ? new Tolerance(5e-5, 2e-4) : new Tolerance(0.03, 0.3);
    }

    @Property(tries = 200, seed = "1", shrinking = ShrinkingMode.OFF)
    void attention(@ForAll long seed) {
        seed(seed);
        DType type = random.nextInt(3) == 0 ? DType.BFLOAT16 : DType.FLOAT32;
        var batch = new long[random.nextInt(3)];
        Arrays.setAll(batch, d -> upTo(4));
        boolean large = random.nextInt(4) == 0;
        long queries = upTo(large ? 300 : 20);
        long keys = upTo(large ? 1200 : 20);
        long width = upTo(large ? 20 : 40);
        long valueWidth = random.nextBoolean() ? width : upTo(20);
        boolean causal = random.nextInt(3) == 0;
        boolean masked = !causal && random.nextBoolean();
        boolean drops = random.nextInt(3) == 0;
        var in = new ArrayList<Operand>();
        in.add(factor(type, batch, queries, width));
        in.add(factor(type, batch, keys, width));
        in.add(factor(type, batch, keys, valueWidth));
        long[] scores = with(batch, queries, keys);
        if (masked) {
            in.add(broadcast(pick(MASKS), scores, Values.ORDINARY));
        }
        if (drops) {
            in.add(Operands.random(arena, DType.BOOL, scores, Layout.CONTIGUOUS, Values.ORDINARY, random));
        }
        var p = new Attention(1 / Math.sqrt(width), causal, masked, drops, drops ? 1.25 : 1);
        long[] result = with(batch, queries, valueWidth);
        Spec[] out = {rows(type, result), Spec.of(DType.FLOAT32, with(batch, queries))};
        compare(p, close(type), in.toArray(Operand[]::new), out);

        Operand y = Operands.allocate(arena, out[0]);
        Operand lse = Operands.allocate(arena, out[1]);
        Oracle.backend("naive").run(p, in.toArray(Operand[]::new), new Operand[] {y, lse});
        in.addAll(List.of(y, lse, Operands.allocate(arena, rows(type, result))));
        Operand g = in.getLast();
        Operand numbers = operand(type, result, Values.ORDINARY);
        Oracle.backend("cpu").run(copy(type), operands(numbers), operands(g));
        DType gradients = random.nextBoolean() ? type : DType.FLOAT32;
        compare(
                new AttentionGrad(p, gradients, 0),
                close(type),
                in.toArray(Operand[]::new),
                rows(gradients, with(batch, queries, width)),
                rows(gradients, with(batch, keys, width)),
                rows(gradients, with(batch, keys, valueWidth)));
    }

    private static fathom.primitive.Pointwise copy(DType type) {
        return new fathom.primitive.Pointwise(fathom.ir.Kernel.of(fathom.ir.Exprs.input(0, type)));
    }
}
