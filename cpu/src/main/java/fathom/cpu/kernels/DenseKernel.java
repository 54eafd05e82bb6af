package fathom.cpu.kernels;

import fathom.cpu.codegen.Code;
import fathom.cpu.codegen.Parameters;
import fathom.ir.Kernel;

/** A pointwise kernel without scalars, for many calls on short contiguous runs. */
public final class DenseKernel {
    private final Code code;
    private final int operands;

    /**
     * @param kernel the expression to compute
     */
    public DenseKernel(Kernel kernel) {
        this.code = Compiled.of(kernel).pointwise(0);
        this.operands = kernel.inputCount() + kernel.outputs().size();
    }

    /** {@return a caller for one thread} */
    public Call call() {
        return new Call();
    }

    /** The state of one thread's calls. */
    public final class Call {
        private final long[] block = new long[Parameters.length(operands, 0)];

        private Call() {
            block[Parameters.ROWS] = 1;
        }

        /**
         * Runs the kernel.
         *
         * @param n number of elements
         * @param addresses of the inputs, then of the outputs
         */
        public void run(long n, long... addresses) {
            block[Parameters.N] = n;
            for (int k = 0; k < addresses.length; k++) {
                block[Parameters.address(k)] = addresses[k];
            }
            code.run(block);
        }
    }
}
