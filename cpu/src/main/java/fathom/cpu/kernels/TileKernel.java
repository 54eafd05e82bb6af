package fathom.cpu.kernels;

import fathom.cpu.codegen.Code;
import fathom.cpu.codegen.Parameters;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;

/**
 * A generated kernel for tiles: some rows of elements that lie side by side, at any distance from one row to the next.
 * It gives values for each element, or one for each row; inputs may be values of rows themselves.
 */
public final class TileKernel {
    private final Code code;
    private final int operands;

    private TileKernel(Code code, int operands) {
        this.code = code;
        this.operands = operands;
    }

    /**
     * A kernel that gives a value for each element.
     *
     * @param perRow the numbers of the inputs that have one value for each row
     */
    public static TileKernel map(Kernel kernel, int... perRow) {
        int operands = kernel.inputCount() + kernel.outputs().size();
        return new TileKernel(Compiled.of(kernel).pointwise(bits(perRow)), operands);
    }

    /**
     * A kernel whose values are combined along each row.
     *
     * @param perRow the numbers of the inputs that have one value for each row
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
     * @param scratch address of {@link Parameters#SCRATCH_BYTES} bytes, which callers of one thread may share
     * @param scalars the numbers for the kernel's scalar slots
     */
    public Call call(long scratch, Number... scalars) {
        return new Call(scratch, scalars);
    }

    /** One thread's way of calling it. */
    public final class Call {
        private final long[] block;

        private Call(long scratch, Number... scalars) {
            block = new long[Parameters.length(operands, scalars.length)];
            Parameters.putScalars(block, operands, scalars);
            block[Parameters.SCRATCH] = scratch;
        }

        /**
         * Says where an operand lies: the inputs, then the outputs.
         *
         * @param rowStep bytes from one row to the next
         * @return this
         */
        public Call at(int operand, long address, long rowStep) {
            block[Parameters.address(operand)] = address;
            block[Parameters.rowStride(operand)] = rowStep;
            return this;
        }

        /** Computes so many rows of n elements. */
        public void run(int rows, int n) {
            block[Parameters.ROWS] = rows;
            block[Parameters.N] = n;
            code.run(block);
        }
    }
}
