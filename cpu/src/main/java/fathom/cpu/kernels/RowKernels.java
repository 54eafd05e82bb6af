package fathom.cpu.kernels;

import fathom.DType;
import fathom.ir.Exprs;
import fathom.ir.Kernel;
import fathom.ir.RowProgram;
import fathom.ir.RowProgram.Kind;
import fathom.ir.RowProgram.Step;
import fathom.primitive.Layouts;
import fathom.primitive.Operand;
import java.lang.foreign.Arena;
import java.util.Arrays;

/**
 * Runs row programs: if a row fits into the cache, all steps on a few rows at a time ({@link FusedRowKernel});
 * otherwise step by step on all rows, with independent folds in one pass ({@link OnePassReduction}).
 */
public final class RowKernels {
    private RowKernels() {}

    /**
     * Runs a program.
     *
     * @param program the program
     * @param scalars the values of its kernels' scalar slots
     * @param dims the dimensions of a row
     * @param in its inputs, all of one shape (zero strides where expanded)
     * @param out its results: element results in that shape, row results with extent 1 in the row's dimensions
     */
    public static void run(RowProgram program, Number[] scalars, int[] dims, Operand[] in, Operand[] out) {
        if (FusedRowKernel.run(program, scalars, dims, in, out)) {
            return;
        }
        try (var arena = Arena.ofConfined()) {
            new Staged(program, scalars, dims, in, out, arena).run();
        }
    }

    /** Runs each step on all rows. */
    private static final class Staged {
        private static final Number[] NO_SCALARS = {};

        private final RowProgram program;
        private final Number[] scalars;
        private final int[] dims;
        private final long[] shape;
        private final long[] rowShape;

        /** All values computed so far; row values in the rows' shape. */
        private final Operand[] values;

        private final Arena arena;

        Staged(RowProgram program, Number[] scalars, int[] dims, Operand[] in, Operand[] out, Arena arena) {
            this.program = program;
            this.scalars = scalars;
            this.dims = dims;
            this.arena = arena;
            this.shape = in[0].shape();
            this.rowShape = shape.clone();
            for (int d : dims) {
                rowShape[d] = 1;
            }
            int inputs = program.inputCount();
            this.values = Arrays.copyOf(in, inputs + program.steps().size());
            for (int i = 0; i < program.resultCount(); i++) {
                values[program.result(i)] = out[i];
            }
            for (int i = values.length - 1; i >= inputs; i--) {
                if (values[i] == null) {
                    values[i] = allocate(i);
                }
            }
        }

        /**
         * {@return memory for an intermediate value: that of the result which its last use computes, or memory of its
         * own}
         */
        private Operand allocate(int number) {
            var step = program.step(number);
            if (step.kind() == Kind.MAP) {
                int last = lastUse(number);
                var user = program.step(last);
                var result = values[last];
                boolean fits = user.kind() == Kind.MAP && user.type() == step.type() && result != null;
                if (fits && Arrays.stream(values, number + 1, last).noneMatch(v -> v == result)) {
                    return result;
                }
            }
            long[] extents = step.kind().isPerRow() ? rowShape : shape;
            long bytes = step.type().size();
            for (long e : extents) {
                bytes *= e;
            }
            return new Operand(
                    step.type(),
                    arena.allocate(Math.max(1, bytes), 64).address(),
                    extents,
                    Layouts.contiguous(extents));
        }

        private int lastUse(int number) {
            int last = number;
            for (int i = number + 1; i < values.length; i++) {
                for (int a : program.step(i).arguments()) {
                    last = a == number ? i : last;
                }
            }
            return last;
        }

        void run() {
            int inputs = program.inputCount();
            for (int i = inputs; i < values.length; ) {
                var step = program.step(i);
                switch (step.kind()) {
                    case MAP -> pointwise(step, arguments(step), values[i++]);
                    case ROW_MAP -> pointwise(step, asRows(arguments(step)), values[i++]);
                    default -> i = fold(i);
                }
            }
        }

        private void pointwise(Step step, Operand[] in, Operand out) {
            PointwiseKernels.run(step.kernel(), scalars, in, new Operand[] {out});
        }

        /** Runs the independent folds from step {@code first} on; {@return the index of the next step} */
        private int fold(int first) {
            int end = first + 1;
            while (end < values.length && isIndependent(first, end)) {
                end++;
            }
            boolean moments = end < values.length && program.step(end).kind() == Kind.VARIANCE && end == first + 1;
            if (moments
                    && OnePassReduction.moments(
                            program.step(first),
                            program.step(end),
                            this::operand,
                            scalars,
                            values[first],
                            values[end],
                            dims)) {
                return end + 1;
            }
            boolean shared = false;
            if (end > first + 1) {
                var steps = program.steps().subList(first - program.inputCount(), end - program.inputCount());
                shared =
                        OnePassReduction.folds(
                                steps, this::operand, scalars, Arrays.copyOfRange(values, first, end), dims);
            }
            for (int i = first; i < end; i++) {
                var step = program.step(i);
                if (!shared) {
                    ReduceKernels.run(step.op(), step.kernel(), scalars, arguments(step), values[i], dims);
                }
                if (step.kind() != Kind.FOLD) {
                    divide(values[i]);
                }
            }
            return end;
        }

        private boolean isIndependent(int first, int number) {
            var step = program.step(number);
            boolean folds = step.kind() == Kind.FOLD || step.kind() == Kind.MEAN;
            return folds && Arrays.stream(step.arguments()).allMatch(a -> a < first);
        }

        /** Divides sums to means. */
        private void divide(Operand sums) {
            double n = 1;
            for (int d : dims) {
                n *= shape[d];
            }
            var e = Exprs.div(Exprs.input(0, sums.dtype()), Exprs.scalar(0, sums.dtype()));
            var operands = new Operand[] {sums};
            PointwiseKernels.run(Kernel.of(e), new Number[] {n}, operands, operands);
        }

        private Operand[] arguments(Step step) {
            var operands = new Operand[step.arguments().length];
            Arrays.setAll(operands, k -> operand(step.arguments()[k]));
            return operands;
        }

        /** {@return a value, expanded to the shape of all elements} */
        private Operand operand(int number) {
            var value = values[number];
            return Arrays.equals(value.shape(), shape) ? value : expanded(value, shape);
        }

        private Operand expanded(Operand row, long[] to) {
            long[] strides = row.strides().clone();
            for (int d : dims) {
                strides[d] = 0;
            }
            return new Operand(row.dtype(), row.address(), to, strides);
        }

        private Operand[] asRows(Operand[] operands) {
            var rows = new Operand[operands.length];
            Arrays.setAll(rows, k -> expanded(operands[k], rowShape));
            return rows;
        }
    }

    /** The compiled kernels of a program's steps. */
    record Prepared(Compiled[] steps, DType[] types, int elementTemporaries) {
        static Prepared of(RowProgram program) {
            if (program.attachment() instanceof Prepared known) {
                return known;
            }
            int n = program.steps().size();
            var compiled = new Compiled[n];
            var types = new DType[n];
            int temporaries = 0;
            for (int i = 0; i < n; i++) {
                var step = program.steps().get(i);
                compiled[i] = Compiled.of(step.kernel());
                types[i] = step.type();
                temporaries += step.kind() == Kind.MAP && !isResult(program, program.inputCount() + i) ? 1 : 0;
            }
            var made = new Prepared(compiled, types, temporaries);
            program.attach(made);
            return made;
        }
    }

    static boolean isResult(RowProgram program, int number) {
        for (int i = 0; i < program.resultCount(); i++) {
            if (program.result(i) == number) {
                return true;
            }
        }
        return false;
    }

    /** {@return the kernel of a fold of partial results, the identity} */
    static Kernel same(DType type) {
        return ReduceKernels.cast(type, type);
    }

    /** Access to the values, expanded to the shape of all elements. */
    @FunctionalInterface
    interface Values {
        /** {@return the operand of value {@code number}} */
        Operand of(int number);
    }
}
