package fathom.cpu.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.cpu.CpuBackend;
import fathom.cpu.parallel.Parallel;
import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.Exprs;
import fathom.ir.Kernel;
import fathom.ir.UnaryOp;
import fathom.primitive.Operand;
import fathom.primitive.Pointwise;
import fathom.primitive.Spec;
import fathom.testkit.Operands;
import fathom.testkit.Operands.Layout;
import fathom.testkit.Operands.Values;
import fathom.testkit.Oracle;
import fathom.testkit.Oracle.Tolerance;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pointwise kernels over operands of all layouts. */
class PointwiseLayoutsTest {
    private static final long[][] SHAPES = {
        {},
        {0},
        {1},
        {5},
        {300},
        {9000},
        {3, 0, 2},
        {1, 1, 1},
        {7, 5},
        {256, 10},
        {10, 256},
        {70, 130},
        {33, 6, 1},
        {2, 3, 4, 5},
        {2, 6, 9, 11},
        {3, 40, 70},
        {130, 3, 5},
        {2, 3, 1, 2, 5, 3},
        {4, 70, 3, 2},
        {5000, 2},
        {2, 5000}
    };

    private final CpuBackend cpu = new CpuBackend();
    private final Random random = new Random(7);

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "INT8", "BFLOAT16", "INT64", "BOOL"})
    void everyLayoutOfInputAndOutput(DType type) {
        var kernel =
                Kernel.of(
                        new Expr.Binary(
                                type == DType.BOOL ? BinaryOp.XOR : BinaryOp.ADD,
                                Exprs.input(0, type),
                                Exprs.input(1, type)));
        try (var arena = Arena.ofConfined()) {
            for (var shape : SHAPES) {
                for (var a : Layout.values()) {
                    for (var b : Layout.values()) {
                        var in = new Operand[] {operand(arena, type, shape, a), operand(arena, type, shape, b)};
                        for (var o : List.of(Layout.CONTIGUOUS, Layout.CHANNELS_LAST, a, b)) {
                            if (o != Layout.EXPANDED) {
                                check(kernel, in, shape, o);
                            }
                        }
                    }
                }
            }
        }
    }

    @Test
    void broadcasting() {
        var kernel =
                Kernel.of(
                        Exprs.add(
                                Exprs.mul(Exprs.input(0, DType.FLOAT32), Exprs.input(1, DType.FLOAT32)),
                                Exprs.cast(DType.FLOAT32, Exprs.input(2, DType.INT16))));
        try (var arena = Arena.ofConfined()) {
            for (var shape : SHAPES) {
                for (int trial = 0; trial < 30; trial++) {
                    var in =
                            new Operand[] {
                                broadcast(arena, DType.FLOAT32, shape),
                                broadcast(arena, DType.FLOAT32, shape),
                                broadcast(arena, DType.INT16, shape)
                            };
                    check(kernel, in, shape, trial % 2 == 0 ? Layout.CONTIGUOUS : Layout.CHANNELS_LAST);
                }
            }
        }
    }

    @Test
    void severalOutputsAndScalars() {
        var x = Exprs.input(0, DType.FLOAT32);
        var y = Exprs.input(1, DType.FLOAT32);
        var step = Exprs.mul(Exprs.scalar(1, DType.FLOAT32), y);
        var kernel =
                Kernel.of(
                        Exprs.sub(x, step),
                        Exprs.cast(DType.INT32, Exprs.add(step, Exprs.scalar(0, DType.FLOAT32))),
                        step);
        try (var arena = Arena.ofConfined()) {
            for (var shape : SHAPES) {
                var in =
                        new Operand[] {
                            operand(arena, DType.FLOAT32, shape, Layout.CONTIGUOUS),
                            operand(arena, DType.FLOAT32, shape, Layout.TRANSPOSED)
                        };
                var out =
                        new Spec[] {
                            Spec.of(DType.FLOAT32, shape), Spec.of(DType.INT32, shape), Spec.of(DType.FLOAT32, shape)
                        };
                Oracle.compare(cpu, new Pointwise(kernel, 3, 0.25), in, out, Tolerance.EXACT);
            }
        }
    }

    @Test
    void inPlace() {
        var kernel =
                Kernel.of(
                        Exprs.add(Exprs.input(0, DType.FLOAT64), Exprs.input(1, DType.FLOAT64)),
                        Exprs.input(0, DType.FLOAT64));
        try (var arena = Arena.ofConfined()) {
            for (var layout : List.of(Layout.CONTIGUOUS, Layout.GAPPED, Layout.TRANSPOSED, Layout.BACKWARDS)) {
                long[] shape = {70, 90};
                var a = operand(arena, DType.FLOAT64, shape, layout);
                var b = operand(arena, DType.FLOAT64, shape, layout);
                double[] x = Operands.toArray(a);
                double[] y = Operands.toArray(b);
                cpu.run(new Pointwise(kernel), new Operand[] {a, b}, new Operand[] {a, b}); // Fibonacci's step
                var sum = new double[x.length];
                Arrays.setAll(sum, i -> x[i] + y[i]);
                assertThat(Operands.toArray(a)).isEqualTo(sum);
                assertThat(Operands.toArray(b)).isEqualTo(x);
            }
        }
    }

    @Test
    void constantsAreBroadcast() {
        var kernel = Kernel.of(Exprs.constant(DType.BFLOAT16, 1.5), Exprs.scalar(0, DType.INT64));
        try (var arena = Arena.ofConfined()) {
            for (var shape : SHAPES) {
                var out = new Spec[] {Spec.of(DType.BFLOAT16, shape), Spec.of(DType.INT64, shape)};
                Oracle.compare(cpu, new Pointwise(kernel, 1L << 60), new Operand[0], out, Tolerance.EXACT);
            }
        }
    }

    @Test
    void integerDivisionByZeroWritesNothing() {
        var kernel =
                Kernel.of(
                        new Expr.Binary(BinaryOp.FLOOR_DIV, Exprs.input(0, DType.INT32), Exprs.input(1, DType.INT32)));
        try (var arena = Arena.ofConfined()) {
            var a = Operands.of(arena, DType.INT32, new long[] {3}, 7, -7, 5);
            var b = Operands.of(arena, DType.INT32, new long[] {3}, 2, 2, 0);
            assertThatThrownBy(() -> cpu.run(new Pointwise(kernel), new Operand[] {a, b}, new Operand[] {a}))
                    .isInstanceOf(ArithmeticException.class)
                    .hasMessageContaining("zero");
            assertThat(Operands.toArray(a)).containsExactly(7, -7, 5);
            var c = Operands.of(arena, DType.INT32, new long[] {3}, 2, 2, -1);
            cpu.run(new Pointwise(kernel), new Operand[] {a, c}, new Operand[] {a});
            assertThat(Operands.toArray(a)).containsExactly(3, -4, -5);
        }
    }

    @Test
    void sameBitsForAnyNumberOfThreadsAndAnyPosition() {
        var x = Exprs.input(0, DType.FLOAT32);
        var kernel = Kernel.of(Exprs.unary(UnaryOp.ERF, Exprs.unary(UnaryOp.TANH, Exprs.unary(UnaryOp.EXP, x))));
        int before = Parallel.threads();
        try (var arena = Arena.ofConfined()) {
            long n = 300_001;
            var in = operand(arena, DType.FLOAT32, new long[] {n}, Layout.CONTIGUOUS);
            Parallel.setThreads(1);
            Tiered.mode = Tiered.Mode.VECTOR;
            double[] one = run(arena, kernel, in);
            Parallel.setThreads(3);
            assertThat(run(arena, kernel, in)).isEqualTo(one);
            Tiered.mode = Tiered.Mode.PLAIN;
            assertThat(run(arena, kernel, in)).isEqualTo(one);
            Tiered.mode = Tiered.Mode.AUTO;
            var shifted = new Operand(DType.FLOAT32, in.address() + 4, new long[] {n - 1}, new long[] {1});
            assertThat(run(arena, kernel, shifted)).isEqualTo(Arrays.copyOfRange(one, 1, one.length));
        } finally {
            Parallel.setThreads(before);
        }
    }

    @Test
    void manySetsAtOnce() {
        var kernel =
                Kernel.of(
                        Exprs.sub(
                                Exprs.input(0, DType.FLOAT32),
                                Exprs.mul(Exprs.scalar(0, DType.FLOAT32), Exprs.input(1, DType.FLOAT32))));
        try (var arena = Arena.ofConfined()) {
            long[][] shapes = {{3}, {0}, {200_000}, {70, 50}, {1}, {400, 300}, {}};
            var in = new Operand[shapes.length][];
            var out = new Operand[shapes.length][];
            var expected = new double[shapes.length][];
            for (int i = 0; i < shapes.length; i++) {
                var layout = i == 3 ? Layout.TRANSPOSED : Layout.CONTIGUOUS;
                in[i] =
                        new Operand[] {
                            operand(arena, DType.FLOAT32, shapes[i], layout),
                            operand(arena, DType.FLOAT32, shapes[i], Layout.CONTIGUOUS)
                        };
                out[i] = new Operand[] {in[i][0]};
                double[] x = Operands.toArray(in[i][0]);
                double[] y = Operands.toArray(in[i][1]);
                expected[i] = new double[x.length];
                Arrays.setAll(expected[i], j -> (float) x[j] - 0.5f * (float) y[j]);
            }
            PointwiseKernels.runEach(kernel, new Number[] {0.5}, in, out);
            for (int i = 0; i < shapes.length; i++) {
                assertThat(Operands.toArray(out[i][0])).isEqualTo(expected[i]);
            }
        }
    }

    private double[] run(Arena arena, Kernel kernel, Operand in) {
        var out = Operands.allocate(arena, Spec.of(kernel.outputType(0), in.shape()));
        cpu.run(new Pointwise(kernel), new Operand[] {in}, new Operand[] {out});
        return Operands.toArray(out);
    }

    private void check(Kernel kernel, Operand[] in, long[] shape, Layout out) {
        var spec = new Spec(kernel.outputType(0), shape, Operands.strides(shape, out));
        Oracle.compare(cpu, new Pointwise(kernel), in, new Spec[] {spec}, Tolerance.EXACT);
    }

    private Operand operand(Arena arena, DType type, long[] shape, Layout layout) {
        return Operands.random(arena, type, shape, layout, Values.ORDINARY, random);
    }

    /** {@return an operand with some expanded dimensions} */
    private Operand broadcast(Arena arena, DType type, long[] shape) {
        var small = shape.clone();
        for (int d = 0; d < small.length; d++) {
            if (small[d] != 0 && random.nextInt(3) == 0) {
                small[d] = 1;
            }
        }
        var layouts = new Layout[] {Layout.CONTIGUOUS, Layout.TRANSPOSED, Layout.GAPPED};
        var o = operand(arena, type, small, layouts[random.nextInt(layouts.length)]);
        var strides = o.strides().clone();
        for (int d = 0; d < small.length; d++) {
            if (small[d] != shape[d]) {
                strides[d] = 0;
            }
        }
        return new Operand(type, o.address(), shape, strides);
    }
}
