package fathom.cpu.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import fathom.DType;
import fathom.cpu.CpuBackend;
import fathom.cpu.parallel.Parallel;
import fathom.ir.Exprs;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;
import fathom.ir.UnaryOp;
import fathom.primitive.Layouts;
import fathom.primitive.Operand;
import fathom.primitive.Pointwise;
import fathom.primitive.Reduce;
import fathom.primitive.Spec;
import fathom.testkit.Operands;
import fathom.testkit.Operands.Layout;
import fathom.testkit.Operands.Values;
import fathom.testkit.Oracle;
import fathom.testkit.Oracle.Tolerance;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Reductions against the oracle: every operation and type, any dimensions, any layout. */
class ReduceKernelsTest {
    private static final Number[] NONE = {};
    private static final long[][] SHAPES = {
        {},
        {1},
        {5},
        {300},
        {20_000},
        {3, 0, 2},
        {7, 5},
        {256, 10},
        {10, 256},
        {70, 130},
        {2, 3, 4, 5},
        {2, 6, 9, 11},
        {3, 40, 70},
        {130, 3, 5},
        {2, 3, 1, 2, 5, 3},
        {3000, 6},
        {3001, 7},
        {2, 5000},
        {8, 6, 14, 14},
        {600, 80}
    };

    private final CpuBackend cpu = new CpuBackend();
    private final Random random = new Random(11);

    @AfterEach
    void restore() {
        Tiered.mode = Tiered.Mode.AUTO;
    }

    @TestFactory
    List<DynamicTest> everyOperationAndType() {
        var tests = new ArrayList<DynamicTest>();
        for (var type : DType.values()) {
            for (var op : ReduceOp.values()) {
                boolean logical = op == ReduceOp.ANY || op == ReduceOp.ALL;
                if (logical == (type == DType.BOOL)) {
                    tests.add(DynamicTest.dynamicTest(op + " " + type, () -> check(op, type)));
                }
            }
        }
        return tests;
    }

    private void check(ReduceOp op, DType type) {
        var kernel = Kernel.of(Exprs.input(0, type));
        // products stay near 1, so that they neither vanish nor overflow
        var values = op == ReduceOp.PROD ? Values.POSITIVE : Values.ORDINARY;
        try (var arena = Arena.ofConfined()) {
            for (var shape : SHAPES) {
                for (int trial = 0; trial < 6; trial++) {
                    int[] dims = dims(shape.length);
                    if (numel(shape) == 0 && (op == ReduceOp.MAX || op == ReduceOp.MIN)
                            || op == ReduceOp.PROD && type.isFloating() && numel(shape) > 2000) {
                        continue;
                    }
                    var layout = Layout.values()[random.nextInt(Layout.values().length)];
                    var in = new Operand[] {Operands.random(arena, type, shape, layout, values, random)};
                    compare(new Reduce(op, kernel, NONE, dims), in, type, shape, dims);
                }
            }
        }
    }

    @Test
    void extremeValues() {
        try (var arena = Arena.ofConfined()) {
            for (var type : List.of(DType.FLOAT32, DType.FLOAT64, DType.BFLOAT16)) {
                var kernel = Kernel.of(Exprs.input(0, type));
                for (var op : List.of(ReduceOp.MAX, ReduceOp.MIN)) {
                    for (var shape : new long[][] {{3}, {40}, {400}, {40, 60}}) {
                        var in =
                                new Operand[] {
                                    Operands.random(arena, type, shape, Layout.CONTIGUOUS, Values.EXTREME, random)
                                };
                        compare(new Reduce(op, kernel, NONE, new int[] {0}), in, type, shape, new int[] {0});
                    }
                }
            }
        }
    }

    @Test
    void mapsOfSeveralBroadcastInputs() {
        var x = Exprs.cast(DType.FLOAT64, Exprs.input(0, DType.FLOAT32));
        var y = Exprs.input(1, DType.FLOAT64);
        var kernel = Kernel.of(Exprs.mul(Exprs.unary(UnaryOp.EXP, Exprs.sub(x, y)), Exprs.scalar(0, DType.FLOAT64)));
        var squares =
                Kernel.of(
                        Exprs.mul(
                                Exprs.sub(Exprs.input(0, DType.FLOAT32), Exprs.cast(DType.FLOAT32, y)),
                                Exprs.scalar(0, DType.FLOAT32)));
        try (var arena = Arena.ofConfined()) {
            for (var shape : SHAPES) {
                for (int trial = 0; trial < 12; trial++) {
                    var in =
                            new Operand[] {
                                broadcast(arena, DType.FLOAT32, shape), broadcast(arena, DType.FLOAT64, shape)
                            };
                    int[] dims = dims(shape.length);
                    var number = new Number[] {0.5};
                    compare(new Reduce(ReduceOp.SUM, kernel, number, dims), in, DType.FLOAT64, shape, dims);
                    compare(new Reduce(ReduceOp.SUM, squares, number, dims), in, DType.FLOAT32, shape, dims);
                }
            }
        }
    }

    @Test
    void longSumsOfFloatsAreAccurate() {
        var kernel = Kernel.of(Exprs.input(0, DType.FLOAT32));
        long n = 3_000_000;
        try (var arena = Arena.ofConfined()) {
            var memory = arena.allocate(n * 4, 64);
            double exact = 0;
            for (long i = 0; i < n; i++) {
                float v = random.nextFloat();
                memory.setAtIndex(java.lang.foreign.ValueLayout.JAVA_FLOAT, i, v);
                exact += v;
            }
            var in = new Operand(DType.FLOAT32, memory.address(), new long[] {n}, new long[] {1});
            assertThat(reduce(arena, kernel, in, 0)[0]).isCloseTo(exact, within(exact * 2e-7));
            var matrix = new Operand(DType.FLOAT32, memory.address(), new long[] {n / 100, 100}, new long[] {100, 1});
            double first = 0;
            for (long i = 0; i < n; i += 100) {
                first += memory.getAtIndex(java.lang.foreign.ValueLayout.JAVA_FLOAT, i);
            }
            assertThat(reduce(arena, kernel, matrix, 0)[0]).isCloseTo(first, within(first * 5e-7));
        }
    }

    @Test
    void sameBitsForAnyNumberOfThreadsInScalarAndVectorCode() {
        var kernel = Kernel.of(Exprs.unary(UnaryOp.EXP, Exprs.input(0, DType.FLOAT32)));
        int before = Parallel.threads();
        try (var arena = Arena.ofConfined()) {
            for (var shape : new long[][] {{1_000_003}, {70_001, 6}, {6, 70_001}, {64, 6, 28, 28}}) {
                for (var layout : List.of(Layout.CONTIGUOUS, Layout.CHANNELS_LAST)) {
                    var in = Operands.random(arena, DType.FLOAT32, shape, layout, Values.ORDINARY, random);
                    for (int[] dims : List.of(new int[] {0}, dims(shape.length))) {
                        Parallel.setThreads(1);
                        Tiered.mode = Tiered.Mode.VECTOR;
                        double[] one = reduce(arena, kernel, in, dims);
                        Parallel.setThreads(4);
                        assertThat(reduce(arena, kernel, in, dims)).isEqualTo(one);
                        Tiered.mode = Tiered.Mode.PLAIN;
                        assertThat(reduce(arena, kernel, in, dims)).isEqualTo(one);
                    }
                }
            }
        } finally {
            Parallel.setThreads(before);
        }
    }

    /**
     * A captured plan fuses the computation of the values into the reduction; an eager step writes them to memory
     * first.
     */
    @Test
    void sameBitsWithAndWithoutFusion() {
        var x = Exprs.input(0, DType.FLOAT32);
        var wide = Exprs.cast(DType.FLOAT64, x);
        var small = Exprs.add(x, Exprs.constant(DType.FLOAT32, 1));
        var maps =
                List.of(
                        small,
                        Exprs.mul(Exprs.unary(UnaryOp.TANH, x), Exprs.unary(UnaryOp.ERF, small)),
                        Exprs.unary(UnaryOp.SIN, x),
                        Exprs.unary(UnaryOp.LGAMMA, x),
                        Exprs.cast(DType.FLOAT32, Exprs.mul(wide, wide)),
                        Exprs.cast(DType.FLOAT32, Exprs.cast(DType.INT64, Exprs.mul(x, Exprs.input(0, DType.FLOAT32)))),
                        Exprs.unary(UnaryOp.TANH, wide));
        for (var map : maps) {
            var type = map.type();
            for (var shape : new long[][] {{9}, {24}, {70}, {219}, {20_011}, {37, 130}, {300, 7}, {5, 6, 7, 33}}) {
                try (var arena = Arena.ofConfined()) {
                    var in = Operands.random(arena, DType.FLOAT32, shape, Layout.CONTIGUOUS, Values.ORDINARY, random);
                    var values = Operands.allocate(arena, Spec.of(type, shape));
                    cpu.run(new Pointwise(Kernel.of(map), NONE, false), new Operand[] {in}, new Operand[] {values});
                    for (var mode : List.of(Tiered.Mode.VECTOR, Tiered.Mode.PLAIN)) {
                        Tiered.mode = mode;
                        for (int[] dims : List.of(new int[] {0}, new int[] {shape.length - 1}, all(shape.length))) {
                            assertThat(reduce(arena, Kernel.of(map), in, dims))
                                    .as("%s of %s over %s, %s", map, List.of(shape), List.of(dims), mode)
                                    .isEqualTo(reduce(arena, Kernel.of(Exprs.input(0, type)), values, dims));
                        }
                    }
                }
            }
        }
    }

    private static int[] all(int rank) {
        return java.util.stream.IntStream.range(0, rank).toArray();
    }

    private double[] reduce(Arena arena, Kernel kernel, Operand in, int... dims) {
        long[] shape = reduced(in.shape(), dims);
        var out = Operands.allocate(arena, Spec.of(kernel.outputType(0), shape));
        cpu.run(new Reduce(ReduceOp.SUM, kernel, NONE, dims), new Operand[] {in}, new Operand[] {out});
        return Operands.toArray(out);
    }

    private void compare(Reduce reduce, Operand[] in, DType type, long[] shape, int[] dims) {
        var tolerance =
                switch (type) {
                    case FLOAT64 -> new Tolerance(1e-12, 1e-12);
                    case FLOAT32 -> new Tolerance(1e-5, 1e-4);
                    case BFLOAT16 -> new Tolerance(0x1p-7, 1e-3);
                    case FLOAT16 -> new Tolerance(0x1p-9, 1e-3);
                    default -> Tolerance.EXACT;
                };
        if (reduce.op() == ReduceOp.MAX || reduce.op() == ReduceOp.MIN) {
            tolerance = Tolerance.EXACT;
        }
        long[] result = reduced(shape, dims);
        for (var mode : List.of(Tiered.Mode.VECTOR, Tiered.Mode.PLAIN)) {
            Tiered.mode = mode;
            Oracle.compare(cpu, reduce, in, new Spec[] {Spec.of(type, result)}, tolerance);
        }
        var gaps = new Spec(type, result, Operands.strides(result, Layout.GAPPED));
        Oracle.compare(cpu, reduce, in, new Spec[] {gaps}, tolerance);
    }

    private static long[] reduced(long[] shape, int[] dims) {
        long[] result = shape.clone();
        for (int d : dims) {
            result[d] = 1;
        }
        return result;
    }

    /** {@return a random subset of the dimensions, ascending} */
    private int[] dims(int rank) {
        int bits = random.nextInt(1 << rank);
        return java.util.stream.IntStream.range(0, rank).filter(d -> (bits >> d & 1) != 0).toArray();
    }

    private static long numel(long[] shape) {
        return java.util.Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }

    private Operand broadcast(Arena arena, DType type, long[] shape) {
        var small = shape.clone();
        for (int d = 0; d < small.length; d++) {
            if (small[d] != 0 && random.nextInt(3) == 0) {
                small[d] = 1;
            }
        }
        var o = Operands.random(arena, type, small, Layout.CONTIGUOUS, Values.ORDINARY, random);
        var strides = Layouts.contiguous(small);
        for (int d = 0; d < small.length; d++) {
            if (small[d] != shape[d]) {
                strides[d] = 0;
            }
        }
        return new Operand(type, o.address(), shape, strides);
    }
}
