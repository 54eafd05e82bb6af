package outside;

import fathom.DType;
import fathom.backend.ComputeBackend;
import fathom.backend.KernelOperand;
import fathom.backend.OperandLayout;
import fathom.backend.Operation;
import fathom.ir.Exprs;
import fathom.ir.Kernel;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A backend: small products of matrices of float32, summed up in float64 and rounded once, and one function of single
 * elements.
 */
public final class ExactProducts implements ComputeBackend {
    /** The greatest number of terms of a sum that it takes. */
    private static final long MAX_TERMS = 64;

    /** max(x, 0) squared. */
    private static final Kernel SQUARED_RELU = Kernel.of(Exprs.input(0, DType.FLOAT32).max(0).square());

    /** How many products and functions it computed. */
    static final AtomicLong PRODUCTS = new AtomicLong();

    static final AtomicLong FUNCTIONS = new AtomicLong();

    /** Found as a service. */
    public ExactProducts() {}

    @Override
    public String name() {
        return "exact";
    }

    @Override
    public double cost(Operation operation, List<OperandLayout> in, List<OperandLayout> out) {
        OperandLayout x = in.isEmpty() ? out.getFirst() : in.getFirst();
        boolean fits =
                x.dtype() == DType.FLOAT32
                        && out.getFirst().dtype() == DType.FLOAT32
                        && switch (operation) {
                            case Operation.MatrixProduct(boolean hasBias) ->
                                    !hasBias && x.rank() == 2 && x.size(1) <= MAX_TERMS;
                            case Operation.Elementwise(var kernel, var _) -> kernel.equals(SQUARED_RELU);
                            default -> false;
                        };
        return fits ? 0.5 : NOT_SUPPORTED;
    }

    @Override
    public void compute(Operation operation, List<KernelOperand> in, List<KernelOperand> out) {
        switch (operation) {
            case Operation.MatrixProduct _ -> product(in.get(0), in.get(1), out.getFirst());
            case Operation.Elementwise _ ->
                    squaredRelu(in.getFirst(), out.getFirst(), new long[out.getFirst().layout().rank()], 0);
            default -> throw new IllegalArgumentException("not taken: " + operation);
        }
    }

    private static void product(KernelOperand a, KernelOperand b, KernelOperand c) {
        PRODUCTS.incrementAndGet();
        for (long i = 0; i < c.layout().size(0); i++) {
            for (long j = 0; j < c.layout().size(1); j++) {
                double sum = 0;
                for (long k = 0; k < a.layout().size(1); k++) {
                    sum += (double) a.getFloat(i, k) * b.getFloat(k, j);
                }
                c.setFloat((float) sum, i, j);
            }
        }
    }

    /** Of all elements whose first indices are those of {@code index}. */
    private static void squaredRelu(KernelOperand x, KernelOperand y, long[] index, int dim) {
        if (dim == index.length) {
            if (dim == 0 || isFirst(index)) {
                FUNCTIONS.incrementAndGet();
            }
            float positive = Math.max(x.getFloat(index), 0);
            y.setFloat(positive * positive, index);
            return;
        }
        for (long i = 0; i < y.layout().size(dim); i++) {
            index[dim] = i;
            squaredRelu(x, y, index, dim + 1);
        }
    }

    private static boolean isFirst(long[] index) {
        for (long i : index) {
            if (i != 0) {
                return false;
            }
        }
        return true;
    }
}
