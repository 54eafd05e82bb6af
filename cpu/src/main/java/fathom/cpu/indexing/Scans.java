package fathom.cpu.indexing;

import fathom.ir.ReduceOp;
import fathom.primitive.Operand;

/** Running sums and products. Floats of all widths run in float64 and are rounded where they are written. */
public final class Scans {
    private Scans() {}

    /** Writes, at each place along a dimension, the combination of all elements up to it. */
    public static void scan(Operand x, Operand out, int dim, ReduceOp op) {
        if (op != ReduceOp.SUM && op != ReduceOp.PROD) {
            throw new IllegalArgumentException("scan: expected SUM or PROD, got " + op);
        }
        if (out.numel() == 0) {
            return;
        }
        boolean sum = op == ReduceOp.SUM;
        var type = x.dtype();
        long n = Lines.extent(x, dim);
        long from = Lines.step(x, dim);
        long to = Lines.step(out, dim);
        new Lines(x.shape(), x.rank() == 0 ? -1 : dim, x, out)
                .forEachParallel(
                        n,
                        at -> {
                            if (type.isFloating()) {
                                double running = sum ? 0 : 1;
                                for (long i = 0; i < n; i++) {
                                    double v = Cells.getDouble(type, at[0] + i * from);
                                    running = sum ? running + v : running * v;
                                    Cells.set(type, at[1] + i * to, running);
                                }
                            } else {
                                long running = sum ? 0 : 1;
                                for (long i = 0; i < n; i++) {
                                    long v = Cells.getLong(type, at[0] + i * from);
                                    running = sum ? running + v : running * v;
                                    Cells.set(type, at[1] + i * to, running);
                                }
                            }
                        });
    }
}
