package fathom.conformance;

import fathom.DType;
import fathom.primitive.MatMul;
import fathom.primitive.Operand;
import fathom.primitive.window.Convolution;
import fathom.primitive.window.ConvolutionInputGrad;
import fathom.primitive.window.ConvolutionWeightGrad;
import fathom.primitive.window.Pool;
import fathom.primitive.window.PoolAxis;
import fathom.primitive.window.PoolGrad;
import fathom.primitive.window.Window;
import fathom.testkit.Operands;
import fathom.testkit.Operands.Values;
import fathom.testkit.Oracle;
import fathom.testkit.Oracle.Tolerance;
import java.util.ArrayList;
import java.util.Arrays;
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

    /** {@return the type, or float32 beside a 16-bit type} */
    private DType typeBeside(DType type) {
        boolean narrow = type == DType.BFLOAT16 || type == DType.FLOAT16;
        return narrow && random.nextBoolean() ? DType.FLOAT32 : type;
    }

    /** {@return an operand whose batch dimensions may be expanded} */
    private Operand broadcastBatch(DType type, long[] shape) {
        long[] from = shape.clone();
        for (int d = 0; d < from.length - 2; d++) {
            from[d] = random.nextInt(3) == 0 ? 1 : from[d];
        }
        return Operands.expand(operand(type, from, Values.ORDINARY), shape);
    }

    /** {@return a window over several axes with asymmetric padding; trailing padding may be negative} */
    private Window window(int rank) {
        var axes = new Window.Axis[rank];
        for (int i = 0; i < rank; i++) {
            int low = random.nextInt(i == 0 ? 4 : 3);
            int high = random.nextInt(3) == 0 ? random.nextInt(-2, 4) : low;
            axes[i] = new Window.Axis(upTo(3), low, high, upTo(2));
        }
        return new Window(axes);
    }

    /** {@return the shapes of a convolution over one to three axes; null if the kernel does not fit} */
    private record Shapes(Window window, int groups, long[] x, long[] w, long[] y) {
        long[] in() {
            return Arrays.copyOfRange(x, 2, x.length);
        }

        long[] kernel() {
            return Arrays.copyOfRange(w, 2, w.length);
        }
    }

    private @Nullable Shapes shapes() {
        int rank = pick(new Integer[] {1, 2, 2, 3});
        Window v = window(rank);
        int groups = random.nextInt(3) == 0 ? upTo(4) : 1;
        long n = random.nextInt(20) == 0 ? 0 : upTo(3);
        long c = (long) groups * upTo(random.nextInt(3) == 0 ? 17 : 3);
        long o = (long) groups * upTo(random.nextInt(3) == 0 ? 17 : 3);
        var x = new long[2 + rank];
        var w = new long[2 + rank];
        var y = new long[2 + rank];
        x[0] = y[0] = n;
        x[1] = c;
        w[0] = y[1] = o;
        w[1] = c / groups;
        for (int i = 0; i < rank; i++) {
            w[2 + i] = upTo(rank == 3 ? 3 : 5);
            x[2 + i] = upTo(rank == 3 ? 7 : 14);
            y[2 + i] = v.axis(i).out(x[2 + i], w[2 + i]);
            if (y[2 + i] < 1) {
                return null;
            }
        }
        return new Shapes(v, groups, x, w, y);
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
        compare(new Convolution(s.window, s.groups), sums(type), in, output(type, s.y));
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
                new ConvolutionInputGrad(s.window, s.groups, s.in()),
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
                new ConvolutionWeightGrad(s.window, s.groups, s.kernel(), result),
                sums(type),
                operands(operand(type, s.y, Values.ORDINARY), operand(type, s.x, Values.ORDINARY)),
                output(result, s.w));
    }

    /**
     * Windows along one axis, each of which starts within the input or its leading padding, as in the windows that the
     * functions create.
     */
    private PoolAxis axis(long in) {
        if (random.nextInt(3) == 0) {
            return new PoolAxis.Adaptive(in, upTo(6));
        }
        int kernel = upTo((int) Math.min(in, 4));
        int stride = upTo(3);
        int low = random.nextInt(kernel / 2 + 1);
        int high = random.nextInt(3) == 0 ? random.nextInt(kernel / 2 + 1) : low;
        int dilation = kernel > 1 && in > 2L * kernel ? upTo(2) : 1;
        long span = in + low + high - (long) dilation * (kernel - 1) - 1;
        long count = span / stride + 1;
        if (random.nextBoolean() && span % stride != 0 && count * stride < in + low) {
            count++; // ceil mode: the last window exceeds the input
        }
        return new PoolAxis.Sliding(kernel, stride, low, high, dilation, count);
    }

    @Property(tries = 150, seed = "1", shrinking = ShrinkingMode.OFF)
    void pools(@ForAll Pool.Kind kind, @ForAll long seed) {
        seed(seed);
        int rank = pick(new Integer[] {1, 2, 2, 3});
        var shape = new long[2 + rank];
        shape[0] = random.nextInt(20) == 0 ? 0 : upTo(3);
        shape[1] = upTo(random.nextInt(3) == 0 ? 20 : 4);
        long[] y = shape.clone();
        var axes = new ArrayList<PoolAxis>();
        for (int i = 0; i < rank; i++) {
            shape[2 + i] = upTo(rank == 3 ? 7 : 12);
            axes.add(axis(shape[2 + i]));
            y[2 + i] = axes.getLast().count();
        }
        boolean average = kind == Pool.Kind.AVG;
        var pool = new Pool(kind, axes, average && random.nextBoolean(), average && random.nextInt(4) == 0 ? 5 : 0);
        DType type = pick(FLOATING);
        Tolerance tolerance = average ? sums(type) : Tolerance.EXACT;
        Operand x = operand(type, shape, pick(new Values[] {Values.ORDINARY, Values.WHOLE}));
        Operand g = operand(type, y, Values.ORDINARY);
        var back = new PoolGrad(pool, Arrays.copyOfRange(shape, 2, shape.length));
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
