package fathom.cpu.kernels;

import fathom.cpu.codegen.Code;
import fathom.cpu.codegen.Parameters;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;

/**
 * A generated kernel for tiles of contiguous rows with any row stride. It yields a value per element or per row; inputs
 * may be per-row values.
 */
public final class TileKernel {
    private final Code code;
    private final int operands;

    private TileKernel(Code code, int operands) {
        this.code = code;
        this.operands = operands;
    }

    /**
     * {@return a kernel that yields a value per element}
     *
     * @param perRow the indices of the inputs with one value per row
     */
    public static TileKernel map(Kernel kernel, int... perRow) {
        int operands = kernel.inputCount() + kernel.outputs().size();
        return new TileKernel(Compiled.of(kernel).pointwise(bits(perRow)), operands);
    }

    /**
     * {@return a kernel whose values are combined along each row}
     *
     * @param perRow the indices of the inputs with one value per row
     */
    public static TileKernel fold(ReduceOp op, Kernel kernel, int... perRow) {
        return new TileKernel(Compiled.of(kernel).reduce(op, false, bits(perRow)), kernel.inputCount() + 1);
    }

    private static long bits(int... inputs) {
        long bits = 0;
        for (int i : inputs) {
            bits |= 1L << i;
        }
        return bits;
    }

    /**
     * {@return a caller for one thread}
     *
     * @param scratch address of {@link Parameters#SCRATCH_BYTES} bytes, which the callers of one thread may share
     * @param scalars the values of the kernel's scalar slots
     */
    public Call call(long scratch, Number... scalars) {
        return new Call(scratch, scalars);
    }

    /** The state of one thread's calls. */
    public final class Call {
        private final long[] block;

        private Call(long scratch, Number... scalars) {
            block = new long[Parameters.length(operands, scalars.length)];
            Parameters.putScalars(block, operands, scalars);
            block[Parameters.SCRATCH] = scratch;
        }

        /**
         * Sets the location of an operand; inputs are numbered first, then outputs.
         *
         * @param rowStep row stride in bytes
         * @return this
         */
        public Call at(int operand, long address, long rowStep) {
            block[Parameters.address(operand)] = address;
            block[Parameters.rowStride(operand)] = rowStep;
            return this;
        }

        /** Computes {@code rows} rows of {@code n} elements. */
        public void run(int rows, int n) {
            block[Parameters.ROWS] = rows;
            block[Parameters.N] = n;
            code.run(block);
        }
    }
}
