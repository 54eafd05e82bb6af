package fathom.cuda;

import static fathom.ir.Exprs.add;
import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.scalar;
import static fathom.ir.Exprs.sub;
import static fathom.ir.Exprs.unary;
import static org.assertj.core.api.Assertions.assertThat;

import fathom.DType;
import fathom.cuda.host.HostGpu;
import fathom.cuda.reduction.RowwiseKernels;
import fathom.ir.Expr;
import fathom.ir.ReduceOp;
import fathom.ir.RowProgram;
import fathom.ir.UnaryOp;
import fathom.primitive.Operand;
import fathom.primitive.Rowwise;
import fathom.primitive.Spec;
import fathom.testkit.Operands;
import fathom.testkit.Operands.Layout;
import fathom.testkit.Operands.Values;
import fathom.testkit.Oracle;
import fathom.testkit.Oracle.Tolerance;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Row programs by kernels against the oracle: rows in registers, read several times, and in parts. */
@EnabledIf("fathom.cuda.HostCompilers#isHere")
@Tag("kernels")
class GpuRowwiseTest {
    /** Shapes and the dimensions of rows: along and across memory, short, long, and few but very long. */
    private record Case(long[] shape, int... dims) {}

    private static final Case[] CASES = {
        new Case(new long[] {300, 10}, 1),
        new Case(new long[] {5, 7, 31}, 2),
        new Case(new long[] {40, 256}, 1),
        new Case(new long[] {9, 1000}, 1),
        new Case(new long[] {3, 2052}, 1),
        new Case(new long[] {2, 17_003}, 1),
        new Case(new long[] {1, 70_000}, 1),
        new Case(new long[] {4, 21, 6, 7}, 1),
        new Case(new long[] {6, 64, 8, 8}, 0, 2, 3),
        new Case(new long[] {4, 3, 60, 50}, 0, 2, 3),
        new Case(new long[] {3000, 24}, 0),
        new Case(new long[] {2, 6, 5, 8}, 1, 3),
        new Case(new long[] {4, 5}),
        new Case(new long[] {1, 1}, 0, 1),
    };

    private final Arena arena = Arena.ofConfined();
    private final SplittableRandom random = new SplittableRandom(5);
    private FamilyBackend backend;

    @BeforeEach
    void open() {
        var folder = Path.of(System.getProperty("java.io.tmpdir"), "fathom-cuda-host");
        backend = new FamilyBackend(new HostGpu(folder, "c++"), new RowwiseKernels());
    }

    @AfterEach
    void close() {
        arena.close();
    }

    private static DType wide(DType t) {
        return t == DType.FLOAT64 ? t : DType.FLOAT32;
    }

    private static RowProgram softmax(DType t) {
        var p = new RowProgram.Builder(1);
        Expr x = cast(wide(t), input(0, t));
        Expr max = p.fold(ReduceOp.MAX, x);
        Expr e = p.map(unary(UnaryOp.EXP, sub(x, max)));
        Expr sum = p.fold(ReduceOp.SUM, e);
        return p.results(p.map(cast(t, mul(e, unary(UnaryOp.RECIPROCAL, sum)))), sum);
    }

    private static RowProgram normalize(DType t) {
        var p = new RowProgram.Builder(3);
        DType w = wide(t);
        Expr x = cast(w, input(0, t));
        Expr[] moments = p.moments(x);
        Expr rstd = p.rowMap(unary(UnaryOp.RSQRT, add(moments[1], scalar(0, w))));
        Expr y = add(mul(mul(sub(x, moments[0]), rstd), cast(w, input(1, t))), input(2, w));
        return p.results(p.map(cast(t, y)), moments[0], rstd, moments[1]);
    }

    /** Independent folds, a value computed from an input that is constant along rows, then a fold that uses it. */
    private static RowProgram folds(DType t) {
        var p = new RowProgram.Builder(3);
        DType w = wide(t);
        Expr x = cast(w, input(0, t));
        Expr g = cast(w, input(1, t));
        Expr half = p.rowMap(mul(input(2, w), scalar(0, w)));
        Expr sum = p.fold(ReduceOp.SUM, g);
        Expr product = p.fold(ReduceOp.SUM, mul(g, x));
        Expr least = p.fold(ReduceOp.MIN, x);
        Expr row = p.rowMap(add(mul(sum, half), product));
        Expr mean = p.mean(mul(sub(x, least), half));
        return p.results(sum, product, least, row, mean);
    }

    private Operand along(DType t, Case c, boolean rows, Layout layout) {
        long[] from = c.shape.clone();
        for (int d = 0; d < from.length; d++) {
            int at = d;
            if (IntStream.of(c.dims).anyMatch(e -> e == at) == rows) {
                from[d] = 1;
            }
        }
        return Operands.expand(Operands.random(arena, t, from, layout, Values.ORDINARY, random), c.shape);
    }

    private void compare(RowProgram program, Case c, DType t, Layout layout, Operand... in) {
        long[] row = c.shape.clone();
        for (int d : c.dims) {
            row[d] = 1;
        }
        var out = new Spec[program.resultCount()];
        for (int i = 0; i < out.length; i++) {
            var step = program.step(program.result(i));
            long[] shape = step.kind().isPerRow() ? row : c.shape;
            Layout like = random.nextInt(4) == 0 ? Layout.TRANSPOSED : layout;
            out[i] = new Spec(step.type(), shape, Operands.strides(shape, like));
        }
        double rtol = t == DType.FLOAT64 ? 1e-11 : t == DType.FLOAT32 ? 2e-5 : 2e-2;
        long n = Arrays.stream(c.dims).mapToLong(d -> c.shape[d]).reduce(1, (a, b) -> a * b);
        var tolerance = new Tolerance(rtol, rtol * Math.max(20, Math.sqrt(n)));
        Oracle.compare(backend, new Rowwise(program, new Number[] {1e-3}, c.dims), in, out, tolerance);
    }

    /** Runs the three programs on each {@code every}-th case. */
    private void all(DType t, Layout layout, int every) {
        for (int i = 0; i < CASES.length; i += every) {
            Case c = CASES[i];
            Operand x = Operands.random(arena, t, c.shape, layout, Values.ORDINARY, random);
            compare(softmax(t), c, t, layout, x);
            boolean rows = random.nextBoolean();
            compare(normalize(t), c, t, layout, x, along(t, c, rows, layout), along(wide(t), c, rows, layout));
            Operand g = Operands.random(arena, t, c.shape, layout, Values.ORDINARY, random);
            compare(folds(t), c, t, layout, x, g, along(wide(t), c, true, layout));
        }
    }

    @Test
    void float32RowMajor() {
        all(DType.FLOAT32, Layout.CONTIGUOUS, 1);
    }

    @Test
    void float32ChannelsLast() {
        all(DType.FLOAT32, Layout.CHANNELS_LAST, 2);
    }

    @Test
    void bfloat16Transposed() {
        all(DType.BFLOAT16, Layout.TRANSPOSED, 3);
    }

    @Test
    void float64Backwards() {
        all(DType.FLOAT64, Layout.BACKWARDS, 5);
    }

    @Test
    void varianceOfEqualNumbersIsZeroAndOfNumbersFarFromZeroExact() {
        var p = new RowProgram.Builder(1);
        Expr[] moments = p.moments(input(0, DType.FLOAT32));
        RowProgram program = p.results(moments[0], moments[1]);
        for (long[] shape : new long[][] {{3, 1000}, {1000, 3}, {2, 20_003}, {20_000, 8}, {40, 3}}) {
            for (int dim = 0; dim < 2; dim++) {
                Operand x = Operands.random(arena, DType.FLOAT32, shape, Layout.CONTIGUOUS, Values.ORDINARY, random);
                var memory = java.lang.foreign.MemorySegment.ofAddress(x.address()).reinterpret(4 * x.numel());
                long[] row = shape.clone();
                row[dim] = 1;
                Operand mean = Operands.allocate(arena, DType.FLOAT32, row, Operands.strides(row, Layout.CONTIGUOUS));
                Operand variance = Operands.allocate(arena, DType.FLOAT32, row, mean.strides());
                for (boolean equal : new boolean[] {true, false}) {
                    for (long i = 0; i < x.numel(); i++) {
                        float v = equal ? 0.1f : 10_000 + (i * 7919 % 1000 < 500 ? -1 : 1);
                        memory.setAtIndex(java.lang.foreign.ValueLayout.JAVA_FLOAT, i, v);
                    }
                    var rowwise = new Rowwise(program, new Number[0], new int[] {dim});
                    backend.run(rowwise, new Operand[] {x}, new Operand[] {mean, variance});
                    double[] elements = Operands.toArray(x);
                    double[] found = Operands.toArray(variance);
                    double[] means = Operands.toArray(mean);
                    for (int r = 0; r < found.length; r++) {
                        int at = r;
                        int n = (int) shape[dim];
                        int step = dim == 0 ? (int) shape[1] : 1;
                        int from = dim == 0 ? at : at * n;
                        double m = IntStream.range(0, n).mapToDouble(i -> elements[from + i * step]).sum() / n;
                        double exact =
                                IntStream.range(0, n).mapToDouble(i -> Math.pow(elements[from + i * step] - m, 2)).sum()
                                        / n;
                        if (equal) {
                            assertThat(found[r]).isZero();
                            assertThat(means[r]).isEqualTo(0.1f);
                        } else {
                            assertThat(found[r])
                                    .isCloseTo(exact, org.assertj.core.data.Offset.offset(1e-3 * exact + 1e-9));
                        }
                    }
                }
            }
        }
    }
}
