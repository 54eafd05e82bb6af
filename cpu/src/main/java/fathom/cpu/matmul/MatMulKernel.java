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

    /** Elements of a right operand of 16 bits that are converted at a time. */
    private static final long PART = 1 << 20;

    /** Minimum columns of such a part, and what their number is a multiple of. */
    private static final long MIN_COLUMNS = 64;

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

    /**
     * Computes 16-bit floating types in float32, rounded once at the end; large right operands by parts of their
     * columns, since new memory for all takes longer than the product of a few rows.
     */
    private static void half(Operand[] in, Operand out) {
        int rank = out.rank();
        long n = rank == 0 ? 1 : out.shape()[rank - 1];
        if (in[1].numel() <= PART || in[1].rank() < 2 || in[1].shape()[in[1].rank() - 1] != n || rank < 2) {
            wide(in, out);
            return;
        }
        long columns = Math.max(MIN_COLUMNS, PART / (in[1].numel() / n) & -MIN_COLUMNS);
        try (var arena = Arena.ofConfined()) {
            Operand[] part = in.clone();
            part[0] = Half.widenInOrder(in[0], arena);
            for (long from = 0; from < n; from += columns) {
                long count = Math.min(columns, n - from);
                part[1] = columns(in[1], from, count);
                if (in.length > 2) {
                    part[2] = columns(in[2], from, count);
                }
                wide(part, columns(out, from, count));
            }
        }
    }

    /** {@return some columns; the operand itself if it has the same values for all} */
    private static Operand columns(Operand o, long from, long count) {
        int last = o.rank() - 1;
        if (last < 0 || o.shape()[last] == 1) {
            return o;
        }
        long[] shape = o.shape().clone();
        shape[last] = count;
        return new Operand(o.dtype(), o.address() + from * o.strides()[last] * o.dtype().size(), shape, o.strides());
    }

    private static void wide(Operand[] in, Operand out) {
        try (var arena = Arena.ofConfined()) {
            var wide = new Operand[in.length];
            for (int i = 0; i < in.length; i++) {
                wide[i] = Half.widenInOrder(in[i], arena);
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
