package fathom.cpu.kernels;

import fathom.DType;
import fathom.cpu.codegen.Code;
import fathom.cpu.codegen.Mem;
import fathom.cpu.codegen.Parameters;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.parallel.Scratch;
import fathom.ir.Exprs;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;
import fathom.ir.RowProgram.Step;
import fathom.primitive.Layouts;
import fathom.primitive.Operand;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Several folds over the same dimensions in one pass: the first stage of a {@link Reduction}, in which all kernels run
 * on a tile while it is in the cache. The partial results, one per piece, are small and reduced separately.
 *
 * <p>Mean and variance are such a pair: a tile's mean, then the squared deviations from it. The pieces are combined by
 * the formula of Chan, Golub and LeVeque, in a fixed order, without cancellation for any mean.
 */
final class OnePassReduction {
    private static final Number[] NO_SCALARS = {};

    private final Number[] scalars;
    private final Operand[] operands;
    private final int inputs;
    private final Fold[] folds;
    private final LoopNest nest;
    private final Reduction.Plan plan;
    private final Tiling tiling;
    private final TileInputs sources;
    private final long[] shape;
    private final long[] strides;

    /** One fold: its kernel, and the operand indices of its inputs; -1 denotes the tile's mean. */
    private record Fold(ReduceOp op, Kernel kernel, int[] arguments, DType partial) {}

    private OnePassReduction(
            Number[] scalars,
            Operand[] operands,
            int inputs,
            Fold[] folds,
            LoopNest nest,
            Reduction.Plan plan,
            Tiling tiling) {
        this.scalars = scalars;
        this.operands = operands;
        this.inputs = inputs;
        this.folds = folds;
        this.nest = nest;
        this.plan = plan;
        this.tiling = tiling;
        this.sources = new TileInputs(tiling, operands, inputs);
        this.shape = Arrays.copyOf(nest.extents, nest.rank);
        shape[plan.along()] = pieces();
        this.strides = Layouts.contiguous(shape);
    }

    /** {@return a plan of the first stage; null if rows are too short} */
    private static @Nullable OnePassReduction plan(
            Step[] steps, RowKernels.Values values, Number[] scalars, Operand... targets) {
        int[] used = Arrays.stream(steps).flatMapToInt(s -> Arrays.stream(s.arguments())).distinct().sorted().toArray();
        var operands = new Operand[used.length + targets.length];
        for (int k = 0; k < used.length; k++) {
            operands[k] = values.of(used[k]);
        }
        System.arraycopy(targets, 0, operands, used.length, targets.length);
        if (used.length == 0 || used.length > Compiled.MAX_UNIFORM || operands[0].numel() == 0) {
            return null;
        }
        var folds = new Fold[steps.length];
        for (int f = 0; f < folds.length; f++) {
            var s = steps[f];
            int[] arguments = Arrays.stream(s.arguments()).map(a -> Arrays.binarySearch(used, a)).toArray();
            folds[f] = new Fold(s.op(), s.kernel(), arguments, ReduceKernels.accumulates(s.kernel()));
        }
        var nest = new LoopNest(operands, Reduction.leader(Arrays.copyOf(operands, used.length)));
        var plan = Reduction.Plan.of(nest, nest.strides[used.length]);
        var tiling = plan.tiling();
        return tiling == null ? null : new OnePassReduction(scalars, operands, used.length, folds, nest, plan, tiling);
    }

    /**
     * Runs several folds in one pass.
     *
     * @param steps the folds
     * @param values the folds' arguments
     * @param results the folds' results, with extent 1 in the folded dimensions
     * @return whether one pass is possible
     */
    static boolean folds(List<Step> steps, RowKernels.Values values, Number[] scalars, Operand[] results, int[] dims) {
        long[] shape = values.of(steps.getFirst().arguments()[0]).shape();
        var targets = new Operand[results.length];
        Arrays.setAll(targets, f -> expanded(results[f], shape, dims));
        var shared = plan(steps.toArray(Step[]::new), values, scalars, targets);
        if (shared == null) {
            return false;
        }
        try (var arena = Arena.ofConfined()) {
            long[] partials = shared.run(arena, false);
            for (int f = 0; f < results.length; f++) {
                var fold = shared.folds[f];
                var in = new Operand(fold.partial, partials[f], shared.shape, shared.strides);
                new Reduction(fold.op, RowKernels.same(fold.partial), NO_SCALARS, 0)
                        .run(new Operand[] {in}, shared.result(f));
            }
        }
        return true;
    }

    /** Computes mean and variance of a kernel's values in one pass; {@return whether that is possible} */
    static boolean moments(
            Step mean,
            Step variance,
            RowKernels.Values values,
            Number[] scalars,
            Operand meanOut,
            Operand varianceOut,
            int[] dims) {
        long[] shape = values.of(mean.arguments()[0]).shape();
        var targets = new Operand[] {expanded(meanOut, shape, dims), expanded(varianceOut, shape, dims)};
        var shared = plan(new Step[] {mean}, values, scalars, targets);
        if (shared == null) {
            return false;
        }
        // the variance's kernel takes the inputs of the mean's, then the mean
        int[] arguments = Arrays.copyOf(shared.folds[0].arguments, variance.arguments().length);
        arguments[arguments.length - 1] = -1;
        DType type = shared.folds[0].partial;
        var both = new Fold[] {shared.folds[0], new Fold(ReduceOp.SUM, variance.kernel(), arguments, type)};
        var pair =
                new OnePassReduction(
                        scalars, shared.operands, shared.inputs, both, shared.nest, shared.plan, shared.tiling);
        try (var arena = Arena.ofConfined()) {
            long[] partials = pair.run(arena, true);
            pair.combine(type, partials, arena);
        }
        return true;
    }

    private static Operand expanded(Operand result, long[] shape, int[] dims) {
        long[] strides = result.strides().clone();
        for (int d : dims) {
            strides[d] = 0;
        }
        return new Operand(result.dtype(), result.address(), shape, strides);
    }

    private long pieces() {
        return (nest.extents[plan.along()] - 1) / tiling.steps[plan.along()] + 1;
    }

    /** Combines the pieces' means and sums of squared deviations, weighted by their numbers of elements. */
    private void combine(DType type, long[] partials, Arena arena) {
        int along = plan.along();
        long pieces = shape[along];
        long extent = nest.extents[along];
        double all = extent;
        for (int d = 0; d < nest.rank; d++) {
            if (d != along && nest.strides[inputs][d] == 0) {
                all *= nest.extents[d];
            }
        }
        long weights = arena.allocate(pieces * type.size(), 64).address();
        for (long i = 0; i < pieces; i++) {
            double share = Math.min(tiling.steps[along], extent - i * tiling.steps[along]) / all;
            if (type == DType.FLOAT64) {
                Mem.f64(weights + i * 8, share);
            } else {
                Mem.f32(weights + i * 4, (float) share);
            }
        }
        var weightStrides = new long[nest.rank];
        weightStrides[along] = 1;
        var means = new Operand(type, partials[0], shape, strides);
        var distances = new Operand(type, partials[1], shape, strides);
        var weight = new Operand(type, weights, shape, weightStrides);
        var m = Exprs.input(0, type);
        var w = Exprs.input(1, type);
        new Reduction(ReduceOp.SUM, Kernel.of(Exprs.mul(m, w)), NO_SCALARS, 0)
                .run(new Operand[] {means, weight}, result(0));
        var d = Exprs.sub(m, Exprs.input(2, type));
        var q = Exprs.add(Exprs.div(Exprs.input(3, type), Exprs.scalar(0, type)), Exprs.mul(Exprs.mul(d, d), w));
        new Reduction(ReduceOp.SUM, Kernel.of(q), new Number[] {all}, 0)
                .run(new Operand[] {means, weight, result(0), distances}, result(1));
    }

    /** {@return result {@code f} in the shape of the partial results} */
    private Operand result(int f) {
        int k = inputs + f;
        int size = operands[k].dtype().size();
        var elements = new long[nest.rank];
        Arrays.setAll(elements, d -> nest.strides[k][d] / size);
        return new Operand(operands[k].dtype(), nest.addresses[k], shape, elements);
    }

    /** Runs all kernels on each tile; {@return the addresses of their partial results} */
    private long[] run(Arena arena, boolean moments) {
        long count = 1;
        for (long extent : shape) {
            count *= extent;
        }
        var partials = new long[folds.length];
        var codes = new Code[folds.length];
        long grain = Long.MAX_VALUE;
        boolean columns = plan.columns();
        for (int f = 0; f < folds.length; f++) {
            partials[f] = arena.allocate(count * folds[f].partial.size(), 64).address();
            var compiled = Compiled.of(folds[f].kernel);
            codes[f] = compiled.reduce(folds[f].op, columns, uniform(folds[f], columns));
            grain = Math.min(grain, compiled.grain());
        }
        Parallel.forRange(
                tiling.count,
                Math.max(1, grain / tiling.size),
                (from, to) -> new Worker(partials, codes, moments).run(from, to));
        return partials;
    }

    /** {@return the bit set of a kernel's inputs that are uniform along a row} */
    private long uniform(Fold fold, boolean columns) {
        long bits = 0;
        for (int i = 0; i < fold.arguments.length; i++) {
            int k = fold.arguments[i];
            boolean one = k < 0 ? !columns : (sources.uniform() >> k & 1) != 0;
            bits |= one ? 1L << i : 0;
        }
        return bits;
    }

    /** The state of one thread. */
    private final class Worker {
        private final long[] partials;
        private final Code[] codes;
        private final boolean moments;
        private final long[] union = PointwiseKernels.block(operands, NO_SCALARS);
        private final long[][] blocks = new long[folds.length][];

        Worker(long[] partials, Code[] codes, boolean moments) {
            this.partials = partials;
            this.codes = codes;
            this.moments = moments;
            for (int f = 0; f < folds.length; f++) {
                int n = folds[f].arguments.length + 1;
                blocks[f] = new long[Parameters.length(n, scalars.length)];
                Parameters.putScalars(blocks[f], n, scalars);
            }
        }

        void run(long from, long to) {
            long work = Scratch.address(TiledPointwise.SCRATCH_SLOT, Parameters.SCRATCH_BYTES + sources.bytes());
            var cursor = tiling.new Cursor();
            var reader = sources.new Reader(work + Parameters.SCRATCH_BYTES);
            int along = plan.along();
            boolean columns = plan.columns();
            for (long tile = from; tile < to; tile++) {
                cursor.seek(tile);
                reader.read(cursor, union);
                long offset = 0;
                for (int d = 0; d < nest.rank; d++) {
                    offset += (d == along ? cursor.origin[d] / tiling.steps[d] : cursor.origin[d]) * strides[d];
                }
                long rowStep = columns || tiling.rowDim < 0 ? 0 : strides[tiling.rowDim];
                for (int f = 0; f < folds.length; f++) {
                    int size = folds[f].partial.size();
                    var block = blocks[f];
                    int[] arguments = folds[f].arguments;
                    block[Parameters.N] = union[Parameters.N];
                    block[Parameters.ROWS] = union[Parameters.ROWS];
                    block[Parameters.SCRATCH] = work;
                    for (int i = 0; i < arguments.length; i++) {
                        int k = arguments[i];
                        block[Parameters.address(i)] =
                                k < 0 ? partials[0] + offset * size : union[Parameters.address(k)];
                        block[Parameters.rowStride(i)] = k < 0 ? rowStep * size : union[Parameters.rowStride(k)];
                    }
                    block[Parameters.address(arguments.length)] = partials[f] + offset * size;
                    block[Parameters.rowStride(arguments.length)] = rowStep * size;
                    codes[f].run(block);
                    if (moments && f == 0) {
                        average(partials[0] + offset * size, rowStep, columns);
                    }
                }
            }
        }

        /** Divides a tile's sums to means. */
        private void average(long sums, long rowStep, boolean columns) {
            long rows = union[Parameters.ROWS];
            long n = union[Parameters.N];
            long results = columns ? n : rows;
            long step = columns ? 1 : rowStep;
            double elements = columns ? rows : n;
            if (folds[0].partial == DType.FLOAT64) {
                for (long i = 0; i < results; i++) {
                    long at = sums + i * step * 8;
                    Mem.f64(at, Mem.f64(at) / elements);
                }
            } else {
                for (long i = 0; i < results; i++) {
                    long at = sums + i * step * 4;
                    Mem.f32(at, (float) (Mem.f32(at) / elements));
                }
            }
        }
    }
}
