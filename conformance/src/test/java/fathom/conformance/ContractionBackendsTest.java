package fathom.conformance;

import fathom.DType;
import fathom.primitive.Conv2d;
import fathom.primitive.Conv2dInputGrad;
import fathom.primitive.Conv2dWeightGrad;
import fathom.primitive.MatMul;
import fathom.primitive.Operand;
import fathom.primitive.Pool2d;
import fathom.primitive.Pool2dGrad;
import fathom.primitive.PoolAxis;
import fathom.primitive.Window;
import fathom.testkit.Operands;
import fathom.testkit.Operands.Values;
import fathom.testkit.Oracle;
import fathom.testkit.Oracle.Tolerance;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;

/** Matrix products, convolutions and pooling against the naive backend, on operands of any layout. */
class ContractionBackendsTest extends BackendProperties {
    private static final DType[] FLOATING = {
        DType.FLOAT32, DType.FLOAT32, DType.FLOAT64, DType.BFLOAT16, DType.FLOAT16
    };

    private int upTo(int n) {
        return random.nextInt(1, n + 1);
    }

    @Property(tries = 200, seed = "1", shrinking = ShrinkingMode.OFF)
    void matrixProducts(@ForAll DType type, @ForAll long seed) {
        if (type == DType.BOOL) {
            return;
        }
        seed(seed);
        int batches = random.nextInt(3);
        var a = new long[batches + 2];
        for (int d = 0; d < batches; d++) {
            a[d] = random.nextInt(12) == 0 ? 0 : upTo(4);
        }
        long[] b = a.clone();
        long[] y = a.clone();
        long m = random.nextInt(15) == 0 ? 0 : upTo(random.nextInt(4) == 0 ? 70 : 9);
        long k = random.nextInt(15) == 0 ? 0 : upTo(random.nextInt(4) == 0 ? 130 : 9);
        long n = random.nextInt(15) == 0 ? 0 : upTo(random.nextInt(4) == 0 ? 70 : 9);
        a[batches] = y[batches] = m;
        a[batches + 1] = b[batches] = k;
        b[batches + 1] = y[batches + 1] = n;
        boolean bias = random.nextBoolean();
        Operand[] in = new Operand[bias ? 3 : 2];
        in[0] = batches > 0 ? broadcastBatch(type, a) : operand(type, a, Values.ORDINARY);
        in[1] = batches > 0 ? broadcastBatch(type, b) : operand(type, b, Values.ORDINARY);
        if (bias) {
            in[2] = operand(typeBeside(type), new long[] {n}, Values.ORDINARY);
        }
        DType result = typeBeside(type);
        compare(new MatMul(bias, result), sums(type), in, output(result, y));
    }

    /** The type, or float32 beside a narrow one. */
    private DType typeBeside(DType type) {
        boolean narrow = type == DType.BFLOAT16 || type == DType.FLOAT16;
        return narrow && random.nextBoolean() ? DType.FLOAT32 : type;
    }

    /** An operand whose batch dimensions may be expanded. */
    private Operand broadcastBatch(DType type, long[] shape) {
        long[] from = shape.clone();
        for (int d = 0; d < from.length - 2; d++) {
            from[d] = random.nextInt(3) == 0 ? 1 : from[d];
        }
        return Operands.expand(operand(type, from, Values.ORDINARY), shape);
    }

    private Window window() {
        return new Window(upTo(3), upTo(3), random.nextInt(4), random.nextInt(3), upTo(2), upTo(2));
    }

    /** Shapes of one convolution; null where the kernel does not fit. */
    private record Shapes(Window window, int groups, long[] x, long[] w, long[] y) {}

    private @Nullable Shapes shapes() {
        Window v = window();
        int groups = random.nextInt(3) == 0 ? upTo(4) : 1;
        long n = random.nextInt(20) == 0 ? 0 : upTo(3);
        long c = (long) groups * upTo(random.nextInt(3) == 0 ? 17 : 3);
        long o = (long) groups * upTo(random.nextInt(3) == 0 ? 17 : 3);
        long[] w = {o, c / groups, upTo(5), upTo(5)};
        long[] x = {n, c, upTo(14), upTo(14)};
        long oh = v.outH(x[2], w[2]);
        long ow = v.outW(x[3], w[3]);
        boolean fits =
                x[2] + 2 * v.padH() > v.dilationH() * (w[2] - 1) && x[3] + 2 * v.padW() > v.dilationW() * (w[3] - 1);
        return fits ? new Shapes(v, groups, x, w, new long[] {n, o, oh, ow}) : null;
    }

    @Property(tries = 150, seed = "1", shrinking = ShrinkingMode.OFF)
    void convolutions(@ForAll long seed) {
        seed(seed);
        Shapes s = shapes();
        if (s == null) {
            return;
        }
        DType type = pick(FLOATING);
        Operand x = operand(type, s.x, Values.ORDINARY);
        Operand w = operand(type, s.w, Values.ORDINARY);
        var in =
                random.nextBoolean()
                        ? operands(x, w)
                        : operands(x, w, operand(typeBeside(type), new long[] {s.w[0]}, Values.ORDINARY));
        compare(new Conv2d(s.window, s.groups), sums(type), in, output(type, s.y));
    }

    @Property(tries = 100, seed = "1", shrinking = ShrinkingMode.OFF)
    void convolutionsByInput(@ForAll long seed) {
        seed(seed);
        Shapes s = shapes();
        if (s == null) {
            return;
        }
        DType type = pick(FLOATING);
        compare(
                new Conv2dInputGrad(s.window, s.groups, s.x[2], s.x[3]),
                sums(type),
                operands(operand(type, s.y, Values.ORDINARY), operand(type, s.w, Values.ORDINARY)),
                output(type, s.x));
    }

    @Property(tries = 100, seed = "1", shrinking = ShrinkingMode.OFF)
    void convolutionsByWeight(@ForAll long seed) {
        seed(seed);
        Shapes s = shapes();
        if (s == null) {
            return;
        }
        DType type = pick(FLOATING);
        DType result = typeBeside(type);
        compare(
                new Conv2dWeightGrad(s.window, s.groups, s.w[2], s.w[3], result),
                sums(type),
                operands(operand(type, s.y, Values.ORDINARY), operand(type, s.x, Values.ORDINARY)),
                output(result, s.w));
    }

    /**
     * Windows along one axis of which each begins within the input or its first padding, as the operations above make
     * them.
     */
    private PoolAxis axis(long in) {
        if (random.nextInt(3) == 0) {
            return new PoolAxis.Adaptive(in, upTo(6));
        }
        int kernel = upTo((int) Math.min(in, 4));
        int stride = upTo(3);
        int padding = random.nextInt(kernel / 2 + 1);
        int dilation = kernel > 1 && in > 2L * kernel ? upTo(2) : 1;
        long span = in + 2L * padding - (long) dilation * (kernel - 1) - 1;
        long count = span / stride + 1;
        if (random.nextBoolean() && span % stride != 0 && count * stride < in + padding) {
            count++; // ceil mode: the last window hangs over
        }
        return new PoolAxis.Sliding(kernel, stride, padding, dilation, count);
    }

    @Property(tries = 150, seed = "1", shrinking = ShrinkingMode.OFF)
    void pools(@ForAll Pool2d.Kind kind, @ForAll long seed) {
        seed(seed);
        long[] shape = {
            random.nextInt(20) == 0 ? 0 : upTo(3), upTo(random.nextInt(3) == 0 ? 20 : 4), upTo(12), upTo(12)
        };
        PoolAxis rows = axis(shape[2]);
        PoolAxis columns = axis(shape[3]);
        boolean average = kind == Pool2d.Kind.AVG;
        var pool =
                new Pool2d(
                        kind,
                        rows,
                        columns,
                        average && random.nextBoolean(),
                        average && random.nextInt(4) == 0 ? 5 : 0);
        DType type = pick(FLOATING);
        long[] y = {shape[0], shape[1], rows.count(), columns.count()};
        Tolerance tolerance = average ? sums(type) : Tolerance.EXACT;
        Operand x = operand(type, shape, pick(new Values[] {Values.ORDINARY, Values.WHOLE}));
        Operand g = operand(type, y, Values.ORDINARY);
        var back = new Pool2dGrad(pool, shape[2], shape[3]);
        if (average) {
            compare(pool, tolerance, operands(x), output(type, y));
            compare(back, sums(type), operands(g), output(type, shape));
        } else {
            compare(pool, tolerance, operands(x), output(type, y), output(DType.INT64, y));
            Operand value = Operands.allocate(arena, output(type, y));
            Operand places = Operands.allocate(arena, output(DType.INT64, y));
            Oracle.backend("naive").run(pool, operands(x), operands(value, places));
            compare(back, sums(type), operands(g, places), output(type, shape));
        }
    }
}
