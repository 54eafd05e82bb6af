package fathom.conformance;

import fathom.DType;
import fathom.ir.Expr;
import fathom.ir.Exprs;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;
import fathom.ir.UnaryOp;
import fathom.primitive.ArgReduce;
import fathom.primitive.Operand;
import fathom.primitive.RandomBits;
import fathom.primitive.Reduce;
import fathom.primitive.Scan;
import fathom.primitive.indexing.ArgSort;
import fathom.primitive.indexing.Nonzero;
import fathom.testkit.Operands;
import fathom.testkit.Operands.Layout;
import fathom.testkit.Operands.Values;
import fathom.testkit.Oracle.Tolerance;
import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** Reductions, scans and sorting against the naive backend, on operands of any layout. */
class ReductionBackendsTest extends BackendProperties {
    private static final Number[] NONE = {};

    private int[] someDims(int rank) {
        return IntStream.range(0, rank).filter(d -> random.nextBoolean()).toArray();
    }

    private static long[] reduced(long[] shape, int[] dims) {
        long[] out = shape.clone();
        for (int d : dims) {
            out[d] = 1;
        }
        return out;
    }

    private static Tolerance tolerance(DType type, ReduceOp op) {
        return op == ReduceOp.MAX || op == ReduceOp.MIN ? Tolerance.EXACT : sums(type);
    }

    @Property(tries = 700, seed = "1", shrinking = ShrinkingMode.OFF)
    void reductions(@ForAll ReduceOp op, @ForAll DType type, @ForAll long seed) {
        seed(seed);
        boolean logical = op == ReduceOp.ANY || op == ReduceOp.ALL;
        if (logical != (type == DType.BOOL)) {
            return;
        }
        long[] shape = shape();
        int[] dims = someDims(shape.length);
        boolean none = Arrays.stream(dims).anyMatch(d -> shape[d] == 0);
        if (none && (op == ReduceOp.MAX || op == ReduceOp.MIN)) {
            return;
        }
        Values values =
                op == ReduceOp.MAX || op == ReduceOp.MIN
                        ? Values.EXTREME
                        : op == ReduceOp.PROD ? Values.POSITIVE : Values.ORDINARY;
        Operand x = operand(type, shape, values);
        if (op == ReduceOp.PROD) { // long products overflow
            long n = Arrays.stream(dims).mapToLong(d -> shape[d]).reduce(1, (a, b) -> a * b);
            if (type.isFloating() && n > 40) {
                return;
            }
        }
        var reduce = new Reduce(op, Kernel.of(Exprs.input(0, type)), NONE, dims);
        compare(reduce, tolerance(type, op), operands(x), output(type, reduced(shape, dims)));
    }

    /** A function is reduced without being materialised. */
    @Property(tries = 250, seed = "1", shrinking = ShrinkingMode.OFF)
    void reductionsOfFunctions(@ForAll long seed) {
        seed(seed);
        DType type = pick(new DType[] {DType.FLOAT32, DType.FLOAT64});
        DType other = pick(DType.values());
        long[] shape = shape();
        int[] dims = someDims(shape.length);
        Expr a = Exprs.input(0, type);
        Expr b = Exprs.cast(type, Exprs.input(1, other));
        Expr map =
                switch (random.nextInt(4)) {
                    case 0 -> Exprs.mul(a, b);
                    case 1 -> Exprs.mul(Exprs.sub(a, b), Exprs.sub(a, b));
                    case 2 -> Exprs.unary(UnaryOp.EXP, Exprs.sub(Exprs.unary(UnaryOp.TANH, a), Exprs.scalar(0, type)));
                    default -> Exprs.select(Exprs.cast(DType.BOOL, Exprs.input(1, other)), a, Exprs.constant(type, 0));
                };
        Kernel kernel = Kernel.of(map);
        var in = new Operand[kernel.inputCount()];
        Arrays.setAll(in, i -> broadcast(i == 0 ? type : other, shape, Values.ORDINARY));
        Number[] scalars = kernel.scalarCount() == 0 ? NONE : new Number[] {0.5};
        compare(new Reduce(ReduceOp.SUM, kernel, scalars, dims), sums(type), in, output(type, reduced(shape, dims)));
    }

    /** Sums over all dimensions except the innermost in memory, with few and with many columns: a bias's gradient. */
    @Property(tries = 300, seed = "1", shrinking = ShrinkingMode.OFF)
    void sumsOfColumns(@ForAll DType type, @ForAll long seed) {
        if (type == DType.BOOL) {
            return;
        }
        seed(seed);
        long[] shape = {random.nextInt(1, 8), random.nextInt(1, 80), random.nextInt(1, 40)};
        Operand x = Operands.random(arena, type, shape, Layout.CHANNELS_LAST, Values.ORDINARY, random);
        int[] dims = pick(new int[][] {{0, 2}, {2}, {0}, {0, 1, 2}});
        var sum = new Reduce(ReduceOp.SUM, Kernel.of(Exprs.input(0, type)), NONE, dims);
        compare(sum, sums(type), operands(x), output(type, reduced(shape, dims)));
    }

    @Property(tries = 15, seed = "1", shrinking = ShrinkingMode.OFF)
    void longOperands(@ForAll long seed) {
        seed(seed);
        DType type = pick(new DType[] {DType.FLOAT32, DType.FLOAT64, DType.INT64, DType.BFLOAT16, DType.UINT8});
        long[] shape =
                random.nextBoolean()
                        ? new long[] {random.nextInt(1, 70_000)}
                        : new long[] {random.nextInt(1, 250), random.nextInt(1, 250)};
        int[] dims = shape.length == 1 ? new int[] {0} : pick(new int[][] {{0}, {1}, {0, 1}});
        Tolerance tolerance =
                switch (type) {
                    case FLOAT32 -> new Tolerance(1e-5, 1e-2);
                    case FLOAT64 -> new Tolerance(1e-11, 1e-9);
                    case BFLOAT16 -> new Tolerance(1e-2, 1);
                    default -> Tolerance.EXACT;
                };
        var sum = new Reduce(ReduceOp.SUM, Kernel.of(Exprs.input(0, type)), NONE, dims);
        compare(sum, tolerance, operands(operand(type, shape, Values.ORDINARY)), output(type, reduced(shape, dims)));
        var max = new Reduce(ReduceOp.MAX, Kernel.of(Exprs.input(0, type)), NONE, dims);
        compare(
                max,
                Tolerance.EXACT,
                operands(operand(type, shape, Values.ORDINARY)),
                output(type, reduced(shape, dims)));
    }

    @Property(tries = 250, seed = "1", shrinking = ShrinkingMode.OFF)
    void argReductions(@ForAll DType type, @ForAll boolean greatest, @ForAll Values values, @ForAll long seed) {
        seed(seed);
        long[] shape = shape();
        if (shape.length == 0 || Arrays.stream(shape).anyMatch(n -> n == 0)) {
            return;
        }
        int dim = random.nextInt(shape.length);
        compare(
                new ArgReduce(greatest, dim),
                Tolerance.EXACT,
                operands(operand(type, shape, values)),
                output(DType.INT64, reduced(shape, new int[] {dim})));
    }

    @Property(tries = 200, seed = "1", shrinking = ShrinkingMode.OFF)
    void scans(@ForAll DType type, @ForAll boolean product, @ForAll long seed) {
        if (type == DType.BOOL) {
            return;
        }
        seed(seed);
        long[] shape = shape();
        if (shape.length == 0) {
            return;
        }
        int dim = random.nextInt(shape.length);
        if (product && type.isFloating() && shape[dim] > 20) {
            return;
        }
        Operand x = operand(type, shape, product ? Values.POSITIVE : Values.ORDINARY);
        Tolerance t = sums(type);
        compare(
                new Scan(product ? ReduceOp.PROD : ReduceOp.SUM, dim),
                product ? new Tolerance(10 * t.rtol(), t.atol()) : t,
                operands(x),
                output(type, shape));
    }

    @Property(tries = 200, seed = "1", shrinking = ShrinkingMode.OFF)
    void sorts(@ForAll DType type, @ForAll boolean descending, @ForAll Values values, @ForAll long seed) {
        seed(seed);
        long[] shape = shape();
        if (shape.length == 0) {
            return;
        }
        int dim = random.nextInt(shape.length);
        long limit = random.nextBoolean() ? Long.MAX_VALUE : random.nextInt(8);
        long[] wanted = shape.clone();
        wanted[dim] = Math.min(shape[dim], limit);
        compare(
                new ArgSort(dim, descending, limit),
                Tolerance.EXACT,
                operands(operand(type, shape, values)),
                output(DType.INT64, wanted));
    }

    @Property(tries = 200, seed = "1", shrinking = ShrinkingMode.OFF)
    void nonzero(@ForAll DType type, @ForAll long seed) {
        seed(seed);
        long[] shape = shape();
        Operand x = operand(type, shape, Values.WHOLE);
        long count = Arrays.stream(Operands.toArray(x)).filter(v -> v != 0).count();
        compare(new Nonzero(count), Tolerance.EXACT, operands(x), output(DType.INT64, count, shape.length));
    }

    @Property(tries = 100, seed = "1", shrinking = ShrinkingMode.OFF)
    void randomBits(@ForAll long key, @ForAll long seed) {
        seed(seed);
        DType type = random.nextBoolean() ? DType.INT32 : DType.INT64;
        long[] shape = random.nextInt(5) == 0 ? new long[] {random.nextInt(100_000)} : shape();
        compare(new RandomBits(key, type, shape), Tolerance.EXACT, operands(), output(type, shape));
        var mask = RandomBits.mask(key, random.nextInt(11) / 10.0, shape);
        compare(mask, Tolerance.EXACT, operands(), output(DType.BOOL, shape));
    }
}
