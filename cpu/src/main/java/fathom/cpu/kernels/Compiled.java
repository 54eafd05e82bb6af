package fathom.cpu.kernels;

import fathom.DType;
import fathom.cpu.codegen.Code;
import fathom.cpu.codegen.KernelCompiler;
import fathom.cpu.codegen.ZeroDivisors;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;
import fathom.primitive.Operand;
import fathom.primitive.Pointwise;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** The compiled variants of a kernel, one per use and layout class, cached on the kernel. */
final class Compiled {
    /** Inputs from this index on are never treated as uniform. */
    static final int MAX_UNIFORM = 63;

    private static final int POINTWISE = 0;
    private static final ReduceOp[] OPS = ReduceOp.values();

    private record Variant(int form, long uniform, Code code) {}

    private static final Variant[] NONE = {};

    private final Kernel kernel;

    private final double cost;

    /** Elements per chunk of a parallel loop, some 15 microseconds of work. */
    private final long grain;

    private final @Nullable Kernel zeroTest;
    private volatile Variant[] variants = NONE;

    private Compiled(Kernel kernel) {
        this.kernel = kernel;
        this.cost = KernelCompiler.cost(kernel);
        long elements = (long) (15_000 / cost);
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

    /** {@return whether divisors must be checked for zeros before each run} */
    boolean mayDivideByZero() {
        return zeroTest != null;
    }

    /** Throws if an integer divisor is zero. */
    void checkDivisors(Number[] scalars, Operand[] in) {
        if (zeroTest != null && ReduceKernels.any(zeroTest, scalars, in)) {
            throw new ArithmeticException(
                    "%s: integer division by zero: an element of the divisor is 0; divide floating numbers, or replace the zeros first"
                            .formatted(new Pointwise(kernel, scalars).name()));
        }
    }

    /** {@return the pointwise code for a set of uniform inputs (bit i for input i)} */
    Code pointwise(long uniform) {
        return code(POINTWISE, uniform);
    }

    /** {@return the code of a reduction, across rows or along them} */
    Code reduce(ReduceOp op, boolean columns, long uniform) {
        return code(1 + 2 * op.ordinal() + (columns ? 1 : 0), uniform);
    }

    private Code code(int form, long uniform) {
        for (var v : variants) {
            if (v.uniform == uniform && v.form == form) {
                return v.code;
            }
        }
        return compile(form, uniform);
    }

    private synchronized Code compile(int form, long uniform) {
        for (var v : variants) {
            if (v.uniform == uniform && v.form == form) {
                return v.code;
            }
        }
        var inputs = BitSet.valueOf(new long[] {uniform});
        var code =
                form == POINTWISE
                        ? KernelCompiler.pointwise(kernel, inputs)
                        : KernelCompiler.reduce(OPS[(form - 1) / 2], kernel, inputs, (form - 1) % 2 == 1);
        code = new Tiered(code, types(form), kernel.scalarCount(), cost);
        var longer = Arrays.copyOf(variants, variants.length + 1);
        longer[longer.length - 1] = new Variant(form, uniform, code);
        variants = longer;
        return code;
    }

    /** {@return the types of the operands} */
    private DType[] types(int form) {
        int inputs = kernel.inputCount();
        int outputs = kernel.outputs().size();
        var types = new DType[inputs + outputs];
        Arrays.fill(types, DType.FLOAT32); // for unused inputs
        KernelCompiler.inputTypes(kernel, types);
        for (int i = 0; i < outputs; i++) {
            var type = kernel.outputType(i);
            types[inputs + i] = form == POINTWISE ? type : KernelCompiler.accumulates(type);
        }
        return types;
    }
}
