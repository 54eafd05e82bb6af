package fathom.conformance;

import static fathom.ir.Exprs.add;
import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.scalar;
import static fathom.ir.Exprs.sub;
import static fathom.ir.Exprs.unary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.Fathom;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
import fathom.ir.Expr;
import fathom.ir.ReduceOp;
import fathom.ir.RowProgram;
import fathom.ir.UnaryOp;
import fathom.primitive.Operand;
import fathom.primitive.Ops;
import fathom.primitive.Rowwise;
import fathom.primitive.Spec;
import fathom.testkit.Operands;
import fathom.testkit.Operands.Layout;
import fathom.testkit.Operands.Values;
import fathom.testkit.Oracle.Tolerance;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

/** Row programs against the naive backend: rows along, across and in runs of memory, in the cache and beyond it. */
class RowProgramBackendsTest extends BackendProperties {
    private static final DType[] TYPES = {DType.FLOAT32, DType.FLOAT64, DType.BFLOAT16, DType.FLOAT16};

    private static DType wide(DType t) {
        return t == DType.FLOAT64 ? t : DType.FLOAT32;
    }

    /** Exponentials divided by their sum, in place; and the sum. */
    private static RowProgram softmax(DType t) {
        var p = new RowProgram.Builder(1);
        Expr x = cast(wide(t), input(0, t));
        Expr max = p.fold(ReduceOp.MAX, x);
        Expr e = p.map(unary(UnaryOp.EXP, sub(x, max)));
        Expr sum = p.fold(ReduceOp.SUM, e);
        Expr y = p.map(cast(t, mul(e, unary(UnaryOp.RECIPROCAL, sum))));
        return p.results(y, sum);
    }

    /** Mean and variance, and the normalised values scaled and shifted. */
    private static RowProgram normalize(DType t, DType weights) {
        var p = new RowProgram.Builder(3);
        DType w = wide(t);
        Expr x = cast(w, input(0, t));
        Expr[] moments = p.moments(x);
        Expr rstd = p.rowMap(unary(UnaryOp.RSQRT, add(moments[1], scalar(0, w))));
        Expr y = add(mul(mul(sub(x, moments[0]), rstd), cast(w, input(1, weights))), cast(w, input(2, weights)));
        return p.results(p.map(cast(t, y)), moments[0], rstd, moments[1]);
    }

    /** Independent folds, and a per-row value computed from a per-row input. */
    private static RowProgram folds(DType t) {
        var p = new RowProgram.Builder(3);
        DType w = wide(t);
        Expr x = cast(w, input(0, t));
        Expr g = cast(w, input(1, t));
        Expr sum = p.fold(ReduceOp.SUM, g);
        Expr product = p.fold(ReduceOp.SUM, mul(g, x));
        Expr least = p.fold(ReduceOp.MIN, x);
        Expr row = p.rowMap(add(mul(sum, input(2, w)), product));
        return p.results(sum, product, least, row);
    }

    private void compare(RowProgram program, int[] dims, DType t, long[] shape, Operand... in) {
        long[] row = shape.clone();
        for (int d : dims) {
            row[d] = 1;
        }
        var out = new Spec[program.resultCount()];
        Layout like = random.nextInt(3) == 0 ? pick(OUTPUTS) : layoutOf;
        for (int i = 0; i < out.length; i++) {
            var step = program.step(program.result(i));
            out[i] =
                    step.kind().isPerRow()
                            ? output(step.type(), row)
                            : new Spec(step.type(), shape, Operands.strides(shape, like));
        }
        double rtol = t == DType.FLOAT64 ? 1e-11 : t == DType.FLOAT32 ? 2e-5 : 2e-2;
        Tolerance tolerance = new Tolerance(rtol, rtol * 20);
        compare(new Rowwise(program, new Number[] {1e-3}, dims), tolerance, in, out);
    }

    private Layout layoutOf = Layout.CONTIGUOUS;

    private Operand elements(DType t, long... shape) {
        layoutOf = random.nextInt(4) > 0 ? pick(new Layout[] {Layout.CONTIGUOUS, Layout.CHANNELS_LAST}) : pick(OUTPUTS);
        return Operands.random(arena, t, shape, layoutOf, Values.ORDINARY, random);
    }

    private Operand same(DType t, long... shape) {
        return Operands.random(arena, t, shape, layoutOf, Values.ORDINARY, random);
    }

    /** {@return a tensor that varies along some dimensions only} */
    private Operand along(DType t, long[] shape, int... dims) {
        var from = new long[shape.length];
        for (int d = 0; d < from.length; d++) {
            int at = d;
            from[d] = IntStream.of(dims).anyMatch(e -> e == at) ? shape[d] : 1;
        }
        return Operands.expand(Operands.random(arena, t, from, Layout.CONTIGUOUS, Values.ORDINARY, random), shape);
    }

    private long[] someShape() {
        return switch (random.nextInt(12)) {
            case 0, 5, 6 -> new long[] {random.nextInt(1, 9), random.nextInt(1, 500)};
            case 1, 7, 8 -> new long[] {random.nextInt(1, 5), random.nextInt(1, 50), random.nextInt(1, 50)};
            case 2, 9 ->
                    new long[] {
                        random.nextInt(1, 5), random.nextInt(1, 70), random.nextInt(1, 9), random.nextInt(1, 9)
                    };
            case 3 -> new long[] {1, random.nextInt(16_500, 18_000)};
            case 4 -> new long[] {6, random.nextInt(1, 3), 50, 60};
            default -> shape();
        };
    }

    @Property(tries = 80, seed = "1", shrinking = ShrinkingMode.OFF)
    void softmaxOverAnyDimension(@ForAll long seed) {
        seed(seed);
        DType t = pick(TYPES);
        long[] shape = someShape();
        if (shape.length == 0 || IntStream.range(0, shape.length).anyMatch(d -> shape[d] == 0)) {
            return;
        }
        int[] dims = {random.nextInt(shape.length)};
        compare(softmax(t), dims, t, shape, elements(t, shape));
    }

    @Property(tries = 80, seed = "1", shrinking = ShrinkingMode.OFF)
    void normsOverSomeDimensions(@ForAll long seed) {
        seed(seed);
        DType t = pick(TYPES);
        DType weights = random.nextBoolean() ? t : DType.FLOAT32;
        long[] shape = someShape();
        if (IntStream.range(0, shape.length).anyMatch(d -> shape[d] == 0)) {
            return;
        }
        int[] last = shape.length == 0 ? new int[0] : new int[] {shape.length - 1};
        int[] others = IntStream.range(0, shape.length).filter(d -> d != 1).toArray();
        boolean batch = random.nextBoolean();
        int[] dims = batch ? others : last;
        int[] varying = batch && shape.length > 1 ? new int[] {1} : last;
        compare(
                normalize(t, weights),
                dims,
                t,
                shape,
                elements(t, shape),
                along(weights, shape, varying),
                along(weights, shape, varying));
    }

    @Property(tries = 80, seed = "1", shrinking = ShrinkingMode.OFF)
    void independentFolds(@ForAll long seed) {
        seed(seed);
        DType t = pick(TYPES);
        long[] shape = someShape();
        int[] dims = IntStream.range(0, shape.length).filter(d -> random.nextBoolean()).toArray();
        if (IntStream.of(dims).anyMatch(d -> shape[d] == 0)) {
            return; // empty minimum
        }
        int[] kept = IntStream.range(0, shape.length).filter(d -> IntStream.of(dims).noneMatch(e -> e == d)).toArray();
        compare(folds(t), dims, t, shape, elements(t, shape), same(t, shape), along(wide(t), shape, kept));
    }

    @Property(tries = 60, seed = "1", shrinking = ShrinkingMode.OFF)
    void manyShortRows(@ForAll long seed) {
        seed(seed);
        DType t = random.nextInt(4) == 0 ? pick(TYPES) : DType.FLOAT32;
        long rows = random.nextInt(60, 400);
        long n = random.nextInt(2, 70);
        long[] shape = random.nextBoolean() ? new long[] {rows, n} : new long[] {random.nextInt(1, 4), rows, n};
        int last = shape.length - 1;
        int[] dims = {last};
        int[] kept = IntStream.range(0, last).toArray();
        switch (random.nextInt(3)) {
            case 0 -> compare(softmax(t), dims, t, shape, elements(t, shape));
            case 1 ->
                    compare(
                            normalize(t, t),
                            dims,
                            t,
                            shape,
                            elements(t, shape),
                            along(t, shape, last),
                            along(t, shape, last));
            default ->
                    compare(folds(t), dims, t, shape, elements(t, shape), same(t, shape), along(wide(t), shape, kept));
        }
    }

    @Test
    void varianceOfNumbersFarFromZeroIsExact() {
        for (long[] shape : new long[][] {{32, 64, 12, 12}, {5, 100_000}, {64, 3, 64, 64}}) {
            Tensor x = Tensors.randn(shape).add(10_000);
            for (Tensor laid : new Tensor[] {x, x.transpose(1, -1).contiguous().transpose(1, -1)}) {
                var p = new RowProgram.Builder(1);
                Expr[] moments = p.moments(input(0, DType.FLOAT32));
                RowProgram program = p.results(moments[0], moments[1]);
                int[] dims = IntStream.range(0, shape.length).filter(d -> d != 1 || shape.length == 2).toArray();
                Tensor[] out = Ops.applyAll(new Rowwise(program, new Number[0], dims), laid);
                Tensor wide = laid.to(DType.FLOAT64);
                Tensor mean = wide.mean(dims, KeepDim.KEEP_DIM);
                Tensor variance = wide.sub(mean).square().mean(dims, KeepDim.KEEP_DIM);
                assertThat(out[1].to(DType.FLOAT64).allclose(variance, 1e-3, 0)).isTrue();
            }
        }
    }

    @Test
    void resultsDoNotDependOnTheNumberOfThreads() {
        int threads = Fathom.threads();
        try {
            for (long[] shape : new long[][] {{64, 500}, {16, 64, 24, 24}, {7, 70_000}}) {
                Tensor x = Tensors.randn(shape);
                for (Tensor laid : new Tensor[] {x, x.transpose(1, -1).contiguous().transpose(1, -1)}) {
                    for (int dim = 0; dim < 2; dim++) {
                        var program = new Rowwise(softmax(DType.FLOAT32), new Number[0], new int[] {dim});
                        Fathom.setThreads(1);
                        Tensor one = Ops.apply(program, laid);
                        Fathom.setThreads(3);
                        assertThat(Ops.apply(program, laid).equal(one)).isTrue();
                    }
                }
            }
        } finally {
            Fathom.setThreads(threads);
        }
    }

    @Test
    void programsAreCheckedWhenWritten() {
        var p = new RowProgram.Builder(1);
        assertThatThrownBy(() -> p.fold(ReduceOp.SUM, input(0, DType.INT64))).hasMessageContaining("INT64");
        Expr e = p.map(input(0, DType.FLOAT32));
        assertThatThrownBy(() -> p.rowMap(e)).hasMessageContaining("elements");
        assertThatThrownBy(() -> p.results(input(0, DType.FLOAT32))).hasMessageContaining("not the value of a step");
    }
}
