package fathom.cpu.kernels;

import fathom.cpu.codegen.Code;
import fathom.cpu.codegen.KernelCompiler;
import fathom.cpu.codegen.ZeroDivisors;
import fathom.ir.Kernel;
import fathom.primitive.Operand;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** The compiled forms of a kernel, one per use and layout class; they hang on the kernel. */
final class Compiled {
    /** The inputs beyond this many are never taken as uniform. */
    static final int MAX_UNIFORM = 63;

    private record Variant(long key, Code code) {}

    private static final Variant[] NONE = {};

    private final Kernel kernel;

    /** Elements per chunk of a parallel loop: some 15 microseconds of work. */
    private final long grain;

    private final @Nullable Kernel zeroTest;
    private volatile Variant[] pointwise = NONE;

    private Compiled(Kernel kernel) {
        this.kernel = kernel;
        long elements = (long) (15_000 / KernelCompiler.cost(kernel));
        this.grain = Math.max(256, Long.highestOneBit(elements));
        this.zeroTest = ZeroDivisors.test(kernel);
    }

    static Compiled of(Kernel kernel) {
        if (kernel.attachment() instanceof Compiled known) {
            return known;
        }
        synchronized (kernel) {
            if (kernel.attachment() instanceof Compiled known) {
                return known;
            }
            var made = new Compiled(kernel);
            kernel.attach(made);
            return made;
        }
    }

    long grain() {
        return grain;
    }

    /** Throws if an integer divisor is zero. */
    void refuseZeroDivisors(Number[] scalars, Operand[] in) {
        if (zeroTest != null && ReduceKernels.any(zeroTest, scalars, in)) {
            throw new ArithmeticException("integer division or modulo by zero, in " + kernel);
        }
    }

    /** {@return the pointwise code for a set of uniform inputs (bit i for input i)} */
    Code pointwise(long uniform) {
        for (var v : pointwise) {
            if (v.key == uniform) {
                return v.code;
            }
        }
        return compilePointwise(uniform);
    }

    private synchronized Code compilePointwise(long uniform) {
        for (var v : pointwise) {
            if (v.key == uniform) {
                return v.code;
            }
        }
        var code = KernelCompiler.pointwise(kernel, BitSet.valueOf(new long[] {uniform}));
        var longer = Arrays.copyOf(pointwise, pointwise.length + 1);
        longer[longer.length - 1] = new Variant(uniform, code);
        pointwise = longer;
        return code;
    }
}
