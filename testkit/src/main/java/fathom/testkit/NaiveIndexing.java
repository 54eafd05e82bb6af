package fathom.testkit;

import fathom.primitive.Operand;
import fathom.primitive.indexing.Gather;
import fathom.primitive.indexing.IndexAdd;
import fathom.primitive.indexing.IndexSelect;
import fathom.primitive.indexing.ScatterReduce;
import java.util.Arrays;
import java.util.Locale;

/** Gather and scatter by index. All indices are checked before anything is written. */
final class NaiveIndexing {
    private NaiveIndexing() {}

    static void indexSelect(IndexSelect p, Operand x, Operand index, Operand out) {
        long extent = extent(x, p.dim());
        check(p.operation(), index, p.dim(), extent);
        if (x.rank() == 0) {
            Walk.over(out.shape(), (at, place) -> Cells.copy(x, 0, out, at[0]), out.strides());
            return;
        }
        Walk.over(
                out.shape(),
                (at, place) -> {
                    long picked = Cells.getLong(index, place[p.dim()] * stride(index));
                    Cells.copy(x, at[0] + picked * x.strides()[p.dim()], out, at[1]);
                },
                Walk.with(x.strides(), p.dim(), 0),
                out.strides());
    }

    static void indexAdd(IndexAdd p, Operand self, Operand index, Operand src, Operand out) {
        check(p.operation(), index, p.dim(), extent(self, p.dim()));
        copyUnlessSame(self, out);
        if (self.rank() == 0) {
            Walk.over(
                    index.shape(),
                    (at, place) -> combine(ScatterReduce.Mode.ADD, out, 0, src, at[0]),
                    new long[index.rank()]);
            return;
        }
        Walk.over(
                src.shape(),
                (at, place) -> {
                    long picked = Cells.getLong(index, place[p.dim()] * stride(index));
                    combine(ScatterReduce.Mode.ADD, out, at[1] + picked * out.strides()[p.dim()], src, at[0]);
                },
                src.strides(),
                Walk.with(out.strides(), p.dim(), 0));
    }

    static void gather(Gather p, Operand x, Operand index, Operand out) {
        check(p.operation(), index, p.dim(), extent(x, p.dim()));
        if (x.rank() == 0) {
            Walk.over(out.shape(), (at, place) -> Cells.copy(x, 0, out, at[0]), out.strides());
            return;
        }
        Walk.over(
                out.shape(),
                (at, place) -> Cells.copy(x, at[0] + Cells.getLong(index, at[1]) * x.strides()[p.dim()], out, at[2]),
                Walk.with(x.strides(), p.dim(), 0),
                index.strides(),
                out.strides());
    }

    static void scatter(ScatterReduce p, Operand self, Operand index, Operand src, Operand out) {
        check(p.operation(), index, p.dim(), extent(self, p.dim()));
        copyUnlessSame(self, out);
        if (self.rank() == 0) {
            Walk.over(index.shape(), (at, place) -> combine(p.mode(), out, 0, src, at[0]), new long[index.rank()]);
            return;
        }
        Walk.over(
                index.shape(),
                (at, place) -> {
                    long picked = Cells.getLong(index, at[0]);
                    combine(p.mode(), out, at[2] + picked * out.strides()[p.dim()], src, at[1]);
                },
                index.strides(),
                src.strides(),
                Walk.with(out.strides(), p.dim(), 0));
    }

    private static long extent(Operand x, int dim) {
        return x.rank() == 0 ? 1 : x.shape()[dim];
    }

    private static long stride(Operand index) {
        return index.rank() == 0 ? 0 : index.strides()[0];
    }

    private static void check(String name, Operand index, int dim, long extent) {
        Walk.over(
                index.shape(),
                (at, place) -> {
                    long i = Cells.getLong(index, at[0]);
                    if (i < 0 || i >= extent) {
                        throw new IndexOutOfBoundsException(
                                String.format(
                                        Locale.ROOT,
                                        "%s: index %d is out of bounds for dimension %d of size %d",
                                        name,
                                        i,
                                        dim,
                                        extent));
                    }
                },
                index.strides());
    }

    private static void copyUnlessSame(Operand self, Operand out) {
        if (self.address() == out.address() && Arrays.equals(self.strides(), out.strides())) {
            return;
        }
        Walk.over(out.shape(), (at, place) -> Cells.copy(self, at[0], out, at[1]), self.strides(), out.strides());
    }

    private static void combine(ScatterReduce.Mode mode, Operand out, long to, Operand src, long from) {
        if (out.dtype().isFloating()) {
            double a = Cells.getDouble(out, to);
            double b = Cells.getDouble(src, from);
            Cells.set(
                    out,
                    to,
                    switch (mode) {
                        case SET -> b;
                        case ADD -> a + b;
                        case PROD -> a * b;
                        case MAX -> Math.max(a, b);
                        case MIN -> Math.min(a, b);
                    });
        } else {
            long a = Cells.getLong(out, to);
            long b = Cells.getLong(src, from);
            Cells.set(
                    out,
                    to,
                    switch (mode) {
                        case SET -> b;
                        case ADD -> a + b;
                        case PROD -> a * b;
                        case MAX -> Math.max(a, b);
                        case MIN -> Math.min(a, b);
                    });
        }
    }
}
