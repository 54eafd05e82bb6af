package fathom.cpu.kernels;

import fathom.cpu.memory.Memory;
import fathom.cpu.parallel.Parallel;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.primitive.Operand;

/**
 * Copies between operands that lie alike, by the JVM's own copy. It is twice as fast as a loop of vectors: on x86 it
 * does not read what it overwrites, and for several megabytes at once it writes past the caches (with AVX-512). The
 * Vector API has no such stores.
 */
final class DenseCopy {
    private static final long CHUNK = 256L << 10;

    /** Bytes from which on the caches do not hold the copy anyway. */
    private static final long LARGE = 32L << 20;

    /** Below some 4 MB the JVM writes through the caches. */
    private static final long LARGE_CHUNK = 8L << 20;

    private DenseCopy() {}

    /**
     * {@return whether a kernel is a copy}
     *
     * @param uniform its inputs that are one element throughout, as bits; all other operands lie alike, without gaps
     */
    static boolean is(Kernel kernel, long uniform, Operand[] out) {
        return uniform == 0
                && out.length == 1
                && kernel.body() instanceof Expr.Input(int _, var type)
                && type == out[0].dtype();
    }

    static void run(Kernel kernel, Operand[] in, Operand out) {
        long from = in[((Expr.Input) kernel.body()).index()].address();
        long to = out.address();
        long bytes = out.numel() * out.dtype().size();
        Parallel.forRange(
                bytes,
                bytes < LARGE ? CHUNK : LARGE_CHUNK,
                (first, end) -> Memory.copy(from + first, to + first, end - first));
    }
}
