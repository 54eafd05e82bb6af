package fathom.cpu.indexing;

import fathom.ir.ReduceOp;
import fathom.primitive.Operand;

/** Cumulative sums and products. All floating types accumulate in float64 and are rounded when stored. */
public final class Scans {
    private Scans() {}

    /** Writes, at each index along a dimension, the combination of the elements so far. */
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
