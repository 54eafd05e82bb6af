package fathom.cpu.matmul;

import fathom.DType;
import fathom.cpu.memory.Half;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.rowproduct.RowProduct;
import fathom.primitive.MatMul;
import fathom.primitive.Operand;
import java.lang.foreign.Arena;

/** Runs the primitive {@link MatMul}: dispatches on types and batch dimensions. */
public final class MatMulKernel {
    /** Multiply-adds per chunk of a batch of small products. */
    private static final double CHUNK = 512 * 1024;

    /** Minimum multiply-adds of a product of a batch that is parallelised by itself. */
    private static final double LARGE = 8e6;

    private static final int SLOT_BIAS = 4;

    private MatMulKernel() {}

    /** {@return whether {@link #run} can compute the primitive on these operands} */
    public static boolean supports(MatMul primitive, Operand[] in, Operand[] out) {
        return in[0].dtype() != DType.BOOL
                && in[1].dtype() == in[0].dtype()
                && (in.length < 3 || Half.mayMeet(in[0].dtype(), in[2].dtype()))
                && Half.mayMeet(in[0].dtype(), out[0].dtype());
    }

    /** Computes the product. */
    public static void run(MatMul primitive, Operand[] in, Operand[] out) {
        if (RowProduct.fits(primitive, in, out)) {
            RowProduct.run(in, out[0]);
            return;
        }
        switch (in[0].dtype()) {
            case FLOAT32 -> floating(Elem.FLOAT, in, out[0]);
            case FLOAT64 -> floating(Elem.DOUBLE, in, out[0]);
            case BFLOAT16, FLOAT16 -> half(in, out[0]);
            default -> integers(in, out[0]);
        }
    }

    /** Computes 16-bit floating types in float32, rounded once at the end. */
    private static void half(Operand[] in, Operand out) {
        try (var arena = Arena.ofConfined()) {
            var wide = new Operand[in.length];
            for (int i = 0; i < in.length; i++) {
                wide[i] = Half.widen(in[i], arena);
            }
            var result = Half.allocateLike(out, arena);
            floating(Elem.FLOAT, wide, result);
            Half.store(result, out);
        }
    }

    private static void floating(Elem elem, Operand[] in, Operand out) {
        var batch = Batch.of(elem.size(), in[0], in[1], out);
        if (batch.items() == 0 || batch.m() == 0 || batch.n() == 0) {
            return;
        }
        long bias = in.length > 2 ? Pack.dense(elem, in[2], SLOT_BIAS) : 0;
        var gemm = new Gemm(elem);
        double work = (double) batch.m() * batch.n() * batch.k();
        if (work >= LARGE || batch.items() == 1) {
            for (long item = 0; item < batch.items(); item++) {
                multiply(gemm, batch, item, bias);
            }
        } else {
            long grain = (long) Math.max(1, CHUNK / Math.max(1, work));
            Parallel.forRange(
                    batch.items(),
                    grain,
                    (from, to) -> {
                        for (long item = from; item < to; item++) {
                            multiply(gemm, batch, item, bias);
                        }
                    });
        }
    }

    private static void multiply(Gemm gemm, Batch batch, long item, long bias) {
        gemm.multiply(batch.m(), batch.n(), batch.k(), batch.a(item), batch.b(item), batch.c(item), bias);
    }

    private static void integers(Operand[] in, Operand out) {
        var batch = Batch.of(out.dtype().size(), in[0], in[1], out);
        var bias = in.length > 2 ? in[2] : null;
        long rows = batch.items() * batch.m();
        double work = (double) batch.n() * batch.k();
        Parallel.forRange(
                rows,
                (long) Math.max(1, CHUNK / 16 / Math.max(1, work)),
                (from, to) -> {
                    for (long row = from; row < to; row++) {
                        IntegerProducts.row(out.dtype(), batch, row / batch.m(), row % batch.m(), bias);
                    }
                });
    }
}
