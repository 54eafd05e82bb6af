package fathom.testkit;

import fathom.ir.ReduceOp;
import fathom.primitive.ArgReduce;
import fathom.primitive.Operand;
import fathom.primitive.Reduce;
import fathom.primitive.Scan;
import fathom.primitive.indexing.ArgSort;
import fathom.primitive.indexing.Nonzero;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.LongStream;

/** Reductions, scans, sorting and nonzero, element by element. */
final class NaiveReductions {
    private NaiveReductions() {}

    static void reduce(Reduce p, Operand[] in, Operand out) {
        long[] full = in[0].shape();
        boolean[] reduced = new boolean[full.length];
        for (int d : p.dims()) {
            reduced[d] = true;
        }
        var inner = new long[full.length];
        for (int d = 0; d < full.length; d++) {
            inner[d] = reduced[d] ? full[d] : 1;
        }
        var interpreter = new Interpreter(p.map(), p.scalars());
        long[][] strides = Arrays.stream(in).map(Operand::strides).toArray(long[][]::new);
        long[][] all = Arrays.copyOf(strides, in.length + 1);
        all[in.length] = out.strides();
        boolean floating = out.dtype().isFloating();
        var offsets = new long[in.length];
        Walk.over(
                out.shape(),
                (base, at) -> {
                    var fold = new Fold(p.op(), floating);
                    Walk.over(
                            inner,
                            (inside, place) -> {
                                for (int k = 0; k < offsets.length; k++) {
                                    offsets[k] = base[k] + inside[k];
                                }
                                interpreter.evaluate(in, offsets);
                                if (floating) {
                                    fold.take(interpreter.real(0));
                                } else {
                                    fold.take(interpreter.whole(0));
                                }
                            },
                            strides);
                    fold.store(out, base[in.length]);
                },
                all);
    }

    /** The elements combined so far. */
    private static final class Fold {
        private final ReduceOp op;
        private final boolean floating;
        private boolean any;
        private double real;
        private long whole;

        Fold(ReduceOp op, boolean floating) {
            this.op = op;
            this.floating = floating;
            real = op == ReduceOp.PROD ? 1 : 0;
            whole = op == ReduceOp.PROD || op == ReduceOp.ALL ? 1 : 0;
        }

        void take(double v) {
            real =
                    switch (op) {
                        case SUM -> real + v;
                        case PROD -> real * v;
                        case MAX -> any ? Math.max(real, v) : v;
                        case MIN -> any ? Math.min(real, v) : v;
                        case ANY, ALL -> throw new IllegalArgumentException(op + " of floating values");
                    };
            any = true;
        }

        void take(long v) {
            whole =
                    switch (op) {
                        case SUM -> whole + v;
                        case PROD -> whole * v;
                        case MAX -> any ? Math.max(whole, v) : v;
                        case MIN -> any ? Math.min(whole, v) : v;
                        case ANY -> whole | v;
                        case ALL -> whole & v;
                    };
            any = true;
        }

        void store(Operand out, long offset) {
            if (!any && (op == ReduceOp.MAX || op == ReduceOp.MIN)) {
                throw new IllegalStateException(op + " over no elements");
            }
            if (floating) {
                Cells.set(out, offset, real);
            } else {
                Cells.set(out, offset, whole);
            }
        }
    }

    static void argReduce(ArgReduce p, Operand x, Operand out) {
        long n = x.shape()[p.dim()];
        long step = x.strides()[p.dim()];
        var order = order(x);
        Walk.over(
                out.shape(),
                (at, index) -> {
                    if (n == 0) {
                        throw new IllegalStateException("the maximum of no elements");
                    }
                    long best = 0;
                    for (long i = 1; i < n; i++) {
                        int c = order.compare(at[0] + i * step, at[0] + best * step);
                        boolean bestIsNan = Double.isNaN(Cells.getDouble(x, at[0] + best * step));
                        boolean isNan = Double.isNaN(Cells.getDouble(x, at[0] + i * step));
                        if (!bestIsNan && (isNan || (p.greatest() ? c > 0 : c < 0))) {
                            best = i;
                        }
                    }
                    Cells.set(out, at[1], best);
                },
                Walk.with(x.strides(), p.dim(), 0),
                out.strides());
    }

    /** {@return the order of an operand's elements, given by their offsets; NaN is largest, -0 equals 0} */
    private static Comparator<Long> order(Operand x) {
        return x.dtype().isFloating()
                ? (a, b) -> Double.compare(Cells.getDouble(x, a) + 0.0, Cells.getDouble(x, b) + 0.0)
                : (a, b) -> Long.compare(Cells.getLong(x, a), Cells.getLong(x, b));
    }

    static void argSort(ArgSort p, Operand x, Operand out) {
        if (x.rank() == 0) {
            Cells.set(out, 0, 0L);
            return;
        }
        int n = Math.toIntExact(x.shape()[p.dim()]);
        long step = x.strides()[p.dim()];
        Comparator<Long> byOffset = p.descending() ? order(x).reversed() : order(x);
        Walk.over(
                Walk.with(x.shape(), p.dim(), Math.min(n, 1)),
                (at, index) -> {
                    long base = at[0];
                    Long[] sorted = LongStream.range(0, n).boxed().toArray(Long[]::new);
                    Arrays.sort(sorted, (a, b) -> byOffset.compare(base + a * step, base + b * step));
                    for (int i = 0; i < out.shape()[p.dim()]; i++) {
                        Cells.set(out, at[1] + i * out.strides()[p.dim()], sorted[i]);
                    }
                },
                x.strides(),
                out.strides());
    }

    static void scan(Scan p, Operand x, Operand out) {
        if (x.rank() == 0) {
            Cells.copy(x, 0, out, 0);
            return;
        }
        long n = x.shape()[p.dim()];
        Walk.over(
                Walk.with(x.shape(), p.dim(), Math.min(n, 1)),
                (at, index) -> {
                    var fold = new Fold(p.op(), x.dtype().isFloating());
                    for (long i = 0; i < n; i++) {
                        long from = at[0] + i * x.strides()[p.dim()];
                        if (x.dtype().isFloating()) {
                            fold.take(Cells.getDouble(x, from));
                        } else {
                            fold.take(Cells.getLong(x, from));
                        }
                        fold.store(out, at[1] + i * out.strides()[p.dim()]);
                    }
                },
                x.strides(),
                out.strides());
    }

    static void nonzero(Nonzero p, Operand x, Operand out) {
        long[] row = {0};
        Walk.over(
                x.shape(),
                (at, index) -> {
                    boolean set =
                            x.dtype().isFloating() ? Cells.getDouble(x, at[0]) != 0 : Cells.getLong(x, at[0]) != 0;
                    if (!set) {
                        return;
                    }
                    if (row[0] == p.count()) {
                        throw new IllegalStateException("more than the " + p.count() + " elements announced are not 0");
                    }
                    for (int d = 0; d < index.length; d++) {
                        Cells.set(out, row[0] * out.strides()[0] + d * out.strides()[1], index[d]);
                    }
                    row[0]++;
                },
                x.strides());
        if (row[0] != p.count()) {
            throw new IllegalStateException(row[0] + " elements are not 0, " + p.count() + " were announced");
        }
    }
}
