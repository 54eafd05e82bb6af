package fathom.testkit;

import fathom.primitive.Operand;
import fathom.primitive.indexing.SearchSorted;

/** Insertion points in sorted rows, by counting. */
final class NaiveSearch {
    private NaiveSearch() {}

    static void run(SearchSorted p, Operand sorted, Operand values, Operand out) {
        int last = out.rank() - 1;
        long m = sorted.shape()[last];
        long step = sorted.strides()[last];
        boolean real = values.dtype().isFloating();
        Walk.over(
                out.shape(),
                (at, index) -> {
                    long before = 0;
                    for (long i = 0; i < m; i++) {
                        long there = at[0] + i * step;
                        boolean counts;
                        if (real) {
                            double a = Cells.getDouble(sorted, there);
                            double v = Cells.getDouble(values, at[1]);
                            counts = Double.isNaN(v) || (p.right() ? a <= v : a < v);
                        } else {
                            long a = Cells.getLong(sorted, there);
                            long v = Cells.getLong(values, at[1]);
                            counts = p.right() ? a <= v : a < v;
                        }
                        before += counts ? 1 : 0;
                    }
                    Cells.set(out, at[2], before);
                },
                Walk.with(sorted.strides(), last, 0),
                values.strides(),
                out.strides());
    }
}
