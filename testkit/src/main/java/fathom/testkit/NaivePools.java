package fathom.testkit;

import static fathom.testkit.NaiveContractions.offset;

import fathom.DType;
import fathom.primitive.Operand;
import fathom.primitive.Pool2d;
import fathom.primitive.Pool2dGrad;
import fathom.primitive.PoolAxis;

/** Pooling and its gradients, window by window. */
final class NaivePools {
    private NaivePools() {}

    static void pool(Pool2d p, Operand x, Operand[] out) {
        long h = x.shape()[2];
        long w = x.shape()[3];
        Walk.over(
                out[0].shape(),
                (at, o) -> {
                    var window = new Positions(p, o[2], o[3], h, w);
                    if (p.kind() == Pool2d.Kind.MAX) {
                        long place = greatest(x, o[0], o[1], window);
                        Cells.copy(x, offset(x, o[0], o[1], place / w, place % w), out[0], at[0]);
                        Cells.set(out[1], offset(out[1], o), place);
                    } else {
                        double[] sum = {0};
                        window.forEach((i, j) -> sum[0] += Cells.getDouble(x, offset(x, o[0], o[1], i, j)));
                        double mean = window.inside() == 0 ? 0 : sum[0] / window.divisor();
                        if (x.dtype().isFloating()) {
                            Cells.set(out[0], at[0], mean);
                        } else {
                            Cells.set(out[0], at[0], (long) mean);
                        }
                    }
                },
                out[0].strides());
    }

    private static long greatest(Operand x, long n, long c, Positions window) {
        long[] best = {-1};
        window.forEach((i, j) -> {
            long here = i * window.w + j;
            if (best[0] < 0) {
                best[0] = here;
                return;
            }
            long bestAt = offset(x, n, c, best[0] / window.w, best[0] % window.w);
            long hereAt = offset(x, n, c, i, j);
            boolean greater =
                    x.dtype().isFloating()
                            ? !Double.isNaN(Cells.getDouble(x, bestAt))
                                    && !(Cells.getDouble(x, hereAt) <= Cells.getDouble(x, bestAt))
                            : Cells.getLong(x, hereAt) > Cells.getLong(x, bestAt);
            if (greater) {
                best[0] = here;
            }
        });
        if (best[0] < 0) {
            throw new IllegalStateException("the greatest of a window that lies wholly in the padding");
        }
        return best[0];
    }

    static void poolGrad(Pool2dGrad p, Operand[] in, Operand out) {
        Operand g = in[0];
        long h = p.inH();
        long w = p.inW();
        DType type = out.dtype();
        if (!type.isFloating()) {
            throw new IllegalArgumentException("pooling has gradients of floating types only, not of " + type);
        }
        var image = new double[Math.toIntExact(h * w)];
        for (long n = 0; n < g.shape()[0]; n++) {
            for (long c = 0; c < g.shape()[1]; c++) {
                java.util.Arrays.fill(image, 0);
                for (long oh = 0; oh < g.shape()[2]; oh++) {
                    for (long ow = 0; ow < g.shape()[3]; ow++) {
                        double value = Cells.getDouble(g, offset(g, n, c, oh, ow));
                        if (p.forward().kind() == Pool2d.Kind.MAX) {
                            long place = Cells.getLong(in[1], offset(in[1], n, c, oh, ow));
                            image[Math.toIntExact(java.util.Objects.checkIndex(place, h * w))] += value;
                        } else {
                            var window = new Positions(p.forward(), oh, ow, h, w);
                            window.forEach((i, j) -> image[(int) (i * w + j)] += value / window.divisor());
                        }
                    }
                }
                for (long i = 0; i < h; i++) {
                    for (long j = 0; j < w; j++) {
                        Cells.set(out, offset(out, n, c, i, j), image[(int) (i * w + j)]);
                    }
                }
            }
        }
    }

    @FunctionalInterface
    private interface Visit {
        void at(long row, long column);
    }

    /** The positions of the input that one window covers. */
    private static final class Positions {
        private final Pool2d pool;
        private final long oh;
        private final long ow;
        private final long h;
        private final long w;

        Positions(Pool2d pool, long oh, long ow, long h, long w) {
            this.pool = pool;
            this.oh = oh;
            this.ow = ow;
            this.h = h;
            this.w = w;
        }

        void forEach(Visit visit) {
            PoolAxis r = pool.rows();
            PoolAxis c = pool.columns();
            for (long i = r.start(oh); i < r.end(oh); i += r.dilation()) {
                for (long j = c.start(ow); j < c.end(ow); j += c.dilation()) {
                    if (i >= 0 && i < h && j >= 0 && j < w) {
                        visit.at(i, j);
                    }
                }
            }
        }

        long inside() {
            return count(pool.rows(), oh, 0, h) * count(pool.columns(), ow, 0, w);
        }

        double divisor() {
            if (pool.divisor() != 0) {
                return pool.divisor();
            }
            int padH = pool.rows().padding();
            int padW = pool.columns().padding();
            return pool.countIncludePad()
                    ? count(pool.rows(), oh, -padH, h + padH) * count(pool.columns(), ow, -padW, w + padW)
                    : inside();
        }

        private static long count(PoolAxis axis, long o, long from, long to) {
            long count = 0;
            for (long i = axis.start(o); i < axis.end(o); i += axis.dilation()) {
                if (i >= from && i < to) {
                    count++;
                }
            }
            return count;
        }
    }
}
