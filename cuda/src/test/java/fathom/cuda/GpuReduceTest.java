package fathom.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.DType;
import fathom.cuda.host.HostGpu;
import fathom.cuda.reduction.ReduceKernels;
import fathom.ir.Expr;
import fathom.ir.Exprs;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;
import fathom.primitive.ArgReduce;
import fathom.primitive.Operand;
import fathom.primitive.Reduce;
import fathom.primitive.Spec;
import fathom.testkit.Operands;
import fathom.testkit.Operands.Layout;
import fathom.testkit.Operands.Values;
import fathom.testkit.Oracle;
import fathom.testkit.Oracle.Tolerance;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Reductions by kernels against the oracle: types, layouts, rows along and across memory, whole and in parts. */
@EnabledIf("fathom.cuda.HostCompilers#isHere")
@Tag("kernels")
class GpuReduceTest {
    private static final Number[] NONE = {};
    private static final long[][] SHAPES = {
        {},
        {1},
        {7},
        {4096},
        {40_000},
        {3, 5},
        {2, 3000},
        {300, 8},
        {70, 33},
        {4, 6, 5, 7},
        {2, 0, 3},
        {6, 64, 8, 8},
        {2000, 16}
    };

    private final Arena arena = Arena.ofConfined();
    private final SplittableRandom random = new SplittableRandom(3);
    private FamilyBackend backend;

    @BeforeEach
    void open() {
        var folder = Path.of(System.getProperty("java.io.tmpdir"), "fathom-cuda-host");
        backend = new FamilyBackend(new HostGpu(folder, "c++"), new ReduceKernels());
    }

    @AfterEach
    void close() {
        arena.close();
    }

    private static Tolerance sums(DType type) {
        return switch (type) {
            case FLOAT64 -> new Tolerance(1e-12, 1e-10);
            case FLOAT32 -> new Tolerance(1e-5, 2e-4);
            case BFLOAT16 -> new Tolerance(1e-2, 0.1);
            case FLOAT16 -> new Tolerance(2e-3, 0.02);
            default -> Tolerance.EXACT;
        };
    }

    private int[] someDims(int rank) {
        return java.util.stream.IntStream.range(0, rank).filter(d -> random.nextBoolean()).toArray();
    }

    private static long[] reduced(long[] shape, int... dims) {
        long[] out = shape.clone();
        for (int d : dims) {
            out[d] = 1;
        }
        return out;
    }

    private Layout layout(boolean output) {
        Layout[] all = Layout.values();
        Layout l = all[random.nextInt(all.length)];
        return output && l == Layout.EXPANDED ? Layout.CONTIGUOUS : l;
    }

    private Spec output(DType type, long[] shape) {
        return new Spec(type, shape, Operands.strides(shape, layout(true)));
    }

    @Test
    void reductionsOfAllTypes() {
        for (int i = 0; i < 70; i++) {
            DType type = DType.values()[i % DType.values().length];
            boolean logical = type == DType.BOOL;
            ReduceOp op = ReduceOp.values()[logical ? 4 + random.nextInt(2) : random.nextInt(4)];
            long[] shape = SHAPES[random.nextInt(SHAPES.length)];
            int[] dims = someDims(shape.length);
            long n = 1;
            for (int d : dims) {
                n *= shape[d];
            }
            boolean extremum = op == ReduceOp.MAX || op == ReduceOp.MIN;
            if (extremum && n == 0 || op == ReduceOp.PROD && type.isFloating() && n > 40) {
                continue;
            }
            Values values = extremum ? Values.EXTREME : op == ReduceOp.PROD ? Values.POSITIVE : Values.ORDINARY;
            Operand x = Operands.random(arena, type, shape, layout(false), values, random);
            var reduce = new Reduce(op, Kernel.of(Exprs.input(0, type)), NONE, dims);
            Tolerance t = extremum ? Tolerance.EXACT : sums(type);
            Oracle.compare(backend, reduce, new Operand[] {x}, new Spec[] {output(type, reduced(shape, dims))}, t);
        }
    }

    @Test
    void functionsOfSeveralOperandsAreReduced() {
        DType[] types = {DType.FLOAT32, DType.BFLOAT16, DType.INT32};
        for (int i = 0; i < 14; i++) {
            long[] shape = SHAPES[5 + random.nextInt(SHAPES.length - 5)];
            int[] dims = someDims(shape.length);
            DType other = types[i % types.length];
            Expr b = Exprs.cast(DType.FLOAT32, Exprs.input(1, other));
            Expr map = Exprs.mul(Exprs.sub(Exprs.input(0, DType.FLOAT32), b), Exprs.scalar(0, DType.FLOAT32));
            long[] from = shape.clone();
            from[random.nextInt(from.length)] = 1;
            Operand x = Operands.random(arena, DType.FLOAT32, shape, layout(false), Values.ORDINARY, random);
            Operand y =
                    Operands.expand(Operands.random(arena, other, from, layout(false), Values.ORDINARY, random), shape);
            var sum = new Reduce(ReduceOp.SUM, Kernel.of(map), new Number[] {0.5}, dims);
            Spec out = output(DType.FLOAT32, reduced(shape, dims));
            Oracle.compare(backend, sum, new Operand[] {x, y}, new Spec[] {out}, sums(DType.FLOAT32));
        }
    }

    @Test
    void indicesOfExtrema() {
        for (int i = 0; i < 30; i++) {
            long[] shape = SHAPES[i % SHAPES.length];
            if (shape.length == 3 || shape.length == 0) {
                continue;
            }
            DType type = DType.values()[random.nextInt(DType.values().length)];
            int dim = random.nextInt(shape.length);
            Values values = random.nextBoolean() ? Values.EXTREME : Values.WHOLE;
            Operand x = Operands.random(arena, type, shape, layout(false), values, random);
            var arg = new ArgReduce(random.nextBoolean(), dim);
            Spec out = output(DType.INT64, reduced(shape, dim));
            Oracle.compare(backend, arg, new Operand[] {x}, new Spec[] {out}, Tolerance.EXACT);
        }
    }

    @Test
    void longSumsOfFloatsKeepTheirDigits() {
        long n = 1 << 20;
        var x = Operands.allocate(arena, DType.FLOAT32, new long[] {n}, new long[] {1});
        var values = java.lang.foreign.MemorySegment.ofAddress(x.address()).reinterpret(4 * n);
        double exact = 0;
        for (int i = 0; i < n; i++) {
            float v = random.nextFloat();
            values.setAtIndex(java.lang.foreign.ValueLayout.JAVA_FLOAT, i, v);
            exact += v;
        }
        for (long[] strides : new long[][] {{1, 0}, {16, 1}}) {
            long[] shape = strides[1] == 0 ? new long[] {n, 1} : new long[] {n / 16, 16};
            var in = new Operand(DType.FLOAT32, x.address(), shape, strides);
            var out = Operands.allocate(arena, DType.FLOAT32, new long[] {1, shape[1]}, new long[] {shape[1], 1});
            backend.run(
                    new Reduce(ReduceOp.SUM, Kernel.of(Exprs.input(0, DType.FLOAT32)), NONE, new int[] {0}),
                    new Operand[] {in},
                    new Operand[] {out});
            double sum = java.util.Arrays.stream(Operands.toArray(out)).sum();
            assertThat(Math.abs(sum - exact) / exact).isLessThan(1e-6);
        }
    }
}
