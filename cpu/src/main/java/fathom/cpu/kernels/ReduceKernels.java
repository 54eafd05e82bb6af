package fathom.cpu.kernels;

import fathom.DType;
import fathom.cpu.codegen.KernelCompiler;
import fathom.cpu.codegen.Mem;
import fathom.cpu.parallel.Scratch;
import fathom.ir.Expr;
import fathom.ir.Exprs;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;
import fathom.primitive.Layouts;
import fathom.primitive.Operand;
import java.util.Arrays;

/** Runs reductions: a kernel's values, combined over some dimensions. */
public final class ReduceKernels {
    private static final int RESULT_SLOT = 6;

    private ReduceKernels() {}

    /**
     * Runs a reduction.
     *
     * @param op the operation that combines values
     * @param map the expression to reduce, with one output
     * @param scalars the values of the map's scalar slots
     * @param in its inputs (at least one), all of one shape
     * @param out the result, of the inputs' shape but with extent 1 in the reduced dimensions
     * @param dims the reduced dimensions
     * @throws ArithmeticException if integers are divided by zero in the map
     */
    public static void run(ReduceOp op, Kernel map, Number[] scalars, Operand[] in, Operand out, int[] dims) {
        if (out.numel() == 0) {
            return;
        }
        long[] shape = in[0].shape();
        if (in[0].numel() == 0) {
            var identity = new Expr.Const(out.dtype(), identity(op, out.dtype()));
            PointwiseKernels.run(Kernel.of(identity), new Number[0], new Operand[0], new Operand[] {out});
            return;
        }
        var compiled = Compiled.of(map);
        compiled.checkDivisors(scalars, in);
        long[] strides = out.strides().clone();
        for (int d : dims) {
            strides[d] = 0;
        }
        var target = new Operand(out.dtype(), out.address(), shape, strides);
        new Reduction(op, map, scalars, 0).run(Arrays.copyOf(in, map.inputCount() == 0 ? 1 : map.inputCount()), target);
    }

    /** {@return whether a boolean kernel is true for any element} */
    static boolean any(Kernel test, Number[] scalars, Operand[] in) {
        // a test of scalars alone reads no operand: a reduction's code would take the first operand for its result
        boolean reads = test.inputCount() > 0;
        int rank = reads ? in[0].rank() : 0;
        var ones = new long[rank];
        Arrays.fill(ones, 1);
        try (var _ = Scratch.open()) {
            var result = new Operand(DType.BOOL, Scratch.address(RESULT_SLOT, 8), ones, Layouts.contiguous(ones));
            if (!reads) {
                PointwiseKernels.run(test, scalars, new Operand[0], new Operand[] {result});
            } else {
                var dims = new int[rank];
                Arrays.setAll(dims, d -> d);
                run(ReduceOp.ANY, test, scalars, in, result, dims);
            }
            return Mem.bool(result.address()) != 0;
        }
    }

    /** {@return the bits of the result of an empty reduction} */
    private static long identity(ReduceOp op, DType type) {
        double value =
                switch (op) {
                    case SUM, ANY -> 0;
                    case PROD, ALL -> 1;
                    case MAX -> Double.NEGATIVE_INFINITY;
                    case MIN -> Double.POSITIVE_INFINITY;
                };
        return type.isFloating() ? Double.doubleToRawLongBits(value) : (long) value;
    }

    /** {@return the kernel that casts one type to another} */
    static Kernel cast(DType from, DType to) {
        return Kernel.of(Exprs.cast(to, Exprs.input(0, from)));
    }

    /** {@return the type in which a kernel's values are accumulated} */
    static DType accumulates(Kernel map) {
        return KernelCompiler.accumulates(map.outputType(0));
    }
}
