package fathom.cpu.kernels;

import fathom.cpu.codegen.Code;
import fathom.cpu.codegen.Parameters;
import fathom.cpu.parallel.Parallel;
import fathom.ir.Kernel;
import fathom.primitive.Operand;
import java.util.Arrays;

/** Runs pointwise kernels over operands of one shape and any strides. */
public final class PointwiseKernels {
    /** Elements per call of generated code: enough to amortise the call, few enough to stay in the L1 cache. */
    static final long TILE = 4096;

    private static final Operand[] NONE = {};

    private PointwiseKernels() {}

    /**
     * Runs a kernel.
     *
     * @param kernel the expression to compute
     * @param scalars the values of its scalar slots
     * @param in its inputs, in the outputs' shape (zero strides where expanded)
     * @param out its outputs; each may share the memory of an input with the same layout
     * @throws ArithmeticException if integers are divided by zero; nothing is written in that case
     */
    public static void run(Kernel kernel, Number[] scalars, Operand[] in, Operand[] out) {
        long numel = out[0].numel();
        if (numel == 0) {
            return;
        }
        var compiled = Compiled.of(kernel);
        compiled.checkDivisors(scalars, in);
        int inputs = kernel.inputCount();
        long uniform = uniformIfFlat(in, inputs, out);
        if (uniform < 0) {
            new TiledPointwise(compiled, scalars, join(in, inputs, out), out.length).run();
            return;
        }
        if (numel > TILE && DenseCopy.is(kernel, uniform, out)) {
            DenseCopy.run(kernel, in, out[0]);
            return;
        }
        var code = compiled.pointwise(uniform);
        var block = block(in, inputs, out, scalars);
        if (numel <= TILE) {
            block[Parameters.N] = numel;
            code.run(block);
            return;
        }
        var flat = new Flat(code, block, steps(join(in, inputs, out), uniform), numel);
        Parallel.forRange(numel, compiled.grain(), flat::run);
    }

    /**
     * Prepares a kernel for operands at fixed addresses.
     *
     * @return a task that runs it, as {@link #run} does
     */
    public static Runnable bind(Kernel kernel, Number[] scalars, Operand[] in, Operand[] out) {
        long numel = out[0].numel();
        var compiled = Compiled.of(kernel);
        int inputs = kernel.inputCount();
        long uniform = uniformIfFlat(in, inputs, out);
        var operands = join(in, inputs, out);
        if (numel == 0 || compiled.mayDivideByZero()) {
            return () -> run(kernel, scalars, in, out);
        }
        if (uniform < 0) {
            return new TiledPointwise(compiled, scalars, operands, out.length)::run;
        }
        if (numel > TILE && DenseCopy.is(kernel, uniform, out)) {
            return () -> DenseCopy.run(kernel, in, out[0]);
        }
        var code = compiled.pointwise(uniform);
        var block = block(operands, scalars);
        if (numel <= TILE) {
            block[Parameters.N] = numel;
            return () -> code.run(block);
        }
        var flat = new Flat(code, block, steps(operands, uniform), numel);
        long grain = compiled.grain();
        return () -> Parallel.forRange(numel, grain, flat::run);
    }

    /**
     * Runs a kernel over many sets of operands, as one parallel loop if they are dense: the update of all parameters of
     * a model at once.
     *
     * @param kernel the expression to compute
     * @param scalars the values of its scalar slots
     * @param in the inputs of each set
     * @param out the outputs of each set
     */
    public static void runEach(Kernel kernel, Number[] scalars, Operand[][] in, Operand[][] out) {
        var compiled = Compiled.of(kernel);
        var flat = new Flat[in.length];
        int count = 0;
        for (int i = 0; i < in.length; i++) {
            long numel = out[i][0].numel();
            int inputs = kernel.inputCount();
            long uniform = uniformIfFlat(in[i], inputs, out[i]);
            var operands = join(in[i], inputs, out[i]);
            if (numel == 0 || uniform < 0) {
                run(kernel, scalars, in[i], out[i]);
            } else {
                compiled.checkDivisors(scalars, in[i]);
                var code = compiled.pointwise(uniform);
                flat[count++] = new Flat(code, block(operands, scalars), steps(operands, uniform), numel);
            }
        }
        runAll(Arrays.copyOf(flat, count), compiled.grain());
    }

    private static void runAll(Flat[] sets, long grain) {
        var ends = new long[sets.length];
        long chunks = 0;
        for (int i = 0; i < sets.length; i++) {
            chunks += (sets[i].numel - 1) / grain + 1;
            ends[i] = chunks;
        }
        Parallel.forRange(
                chunks,
                1,
                (from, to) -> {
                    for (long chunk = from; chunk < to; chunk++) {
                        int found = Arrays.binarySearch(ends, chunk);
                        int set =
                                found >= 0 ? found + 1 : -found - 1; // the first set that ends after this chunk's start
                        long first = (chunk - (set == 0 ? 0 : ends[set - 1])) * grain;
                        sets[set].run(first, Math.min(first + grain, sets[set].numel));
                    }
                });
    }

    /** One contiguous run of elements for every operand. */
    private record Flat(Code code, long[] block, int[] steps, long numel) {
        void run(long from, long to) {
            var own = block.clone();
            for (long first = from; first < to; first += TILE) {
                for (int k = 0; k < steps.length; k++) {
                    own[Parameters.address(k)] = block[Parameters.address(k)] + first * steps[k];
                }
                own[Parameters.N] = Math.min(TILE, to - first);
                code.run(own);
            }
        }
    }

    /** {@return the inputs that the kernel uses, then the outputs} */
    private static Operand[] join(Operand[] in, int inputs, Operand[] out) {
        var operands = Arrays.copyOf(in, inputs + out.length);
        System.arraycopy(out, 0, operands, inputs, out.length);
        return operands;
    }

    /**
     * {@return the bit set of single-element inputs if all other operands are dense and have the same order; else -1}
     */
    private static long uniformIfFlat(Operand[] in, int inputs, Operand[] out) {
        long[] shape = out[0].shape();
        long[] order = out[0].strides();
        long numel = 1;
        long span = 1;
        for (int d = 0; d < shape.length; d++) {
            numel *= shape[d];
            span += (shape[d] - 1) * order[d];
            if (shape[d] != 1 && order[d] < 0) {
                return -1;
            }
        }
        if (span != numel) {
            return -1;
        }
        for (int k = 1; k < out.length; k++) {
            if (!isOrdered(shape, out[k].strides(), order)) {
                return -1;
            }
        }
        long uniform = 0;
        for (int k = 0; k < inputs; k++) {
            long[] strides = in[k].strides();
            if (!isOrdered(shape, strides, order)) {
                if (k >= Compiled.MAX_UNIFORM || !isSingle(shape, strides)) {
                    return -1;
                }
                uniform |= 1L << k;
            }
        }
        return uniform;
    }

    private static boolean isOrdered(long[] shape, long[] strides, long[] order) {
        for (int d = 0; d < shape.length; d++) {
            if (shape[d] != 1 && strides[d] != order[d]) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSingle(long[] shape, long[] strides) {
        for (int d = 0; d < shape.length; d++) {
            if (shape[d] != 1 && strides[d] != 0) {
                return false;
            }
        }
        return true;
    }

    /** {@return a parameter block for one row, with the operands' addresses} */
    static long[] block(Operand[] operands, Number[] scalars) {
        return block(operands, operands.length, NONE, scalars);
    }

    private static long[] block(Operand[] in, int inputs, Operand[] out, Number[] scalars) {
        int operands = inputs + out.length;
        var block = new long[Parameters.length(operands, scalars.length)];
        block[Parameters.ROWS] = 1;
        for (int k = 0; k < inputs; k++) {
            block[Parameters.address(k)] = in[k].address();
        }
        for (int k = 0; k < out.length; k++) {
            block[Parameters.address(inputs + k)] = out[k].address();
        }
        Parameters.putScalars(block, operands, scalars);
        return block;
    }

    private static int[] steps(Operand[] operands, long uniform) {
        var steps = new int[operands.length];
        for (int k = 0; k < steps.length; k++) {
            boolean fixed = k < Compiled.MAX_UNIFORM && (uniform >> k & 1) != 0;
            steps[k] = fixed ? 0 : operands[k].dtype().size();
        }
        return steps;
    }
}
