package fathom.cpu.resample;

import fathom.DType;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.parallel.Scratch;
import fathom.cpu.warmup.WarmUp;
import fathom.primitive.Operand;
import fathom.primitive.window.Resample;
import jdk.incubator.vector.VectorShape;

/**
 * Runs {@link Resample} row by row of the result: the contributing input rows are combined into one row with the
 * weights of all axes but the last, and that row's positions with the last axis' weights.
 */
public final class ResampleKernel {
    /** The {@link Scratch} slot of the sum of rows. */
    private static final int ROW_SLOT = 0;

    /** Minimum number of products per chunk of rows. */
    private static final long CHUNK = 32 * 1024;

    /** Products after which the vector code is warmed up. */
    private static final long WARM_UP_THRESHOLD = 100_000;

    private static final WarmUp VECTORS = new WarmUp(WARM_UP_THRESHOLD, Exercise::run);

    private ResampleKernel() {}

    /** {@return whether {@link #run} supports the operands: float32 or float64} */
    public static boolean supports(Operand[] in, Operand[] out) {
        DType t = in[0].dtype();
        return (t == DType.FLOAT32 || t == DType.FLOAT64) && out[0].dtype() == t;
    }

    /** Computes the primitive. */
    public static void run(Resample primitive, Operand x, Operand y) {
        if (y.numel() == 0) {
            return;
        }
        var rows = new Rows(primitive, x, y);
        boolean vectors = rows.haveVectors() && VECTORS.isDone(rows.work());
        Parallel.forRange(
                rows.count(),
                Math.max(1, CHUNK * rows.count() / Math.max(1, rows.work())),
                (from, to) -> {
                    long bytes = rows.bytes() + 2L * VectorShape.preferredShape().vectorBitSize() / Byte.SIZE;
                    rows.compute(from, to, Scratch.address(ROW_SLOT, bytes), vectors);
                });
    }
}
