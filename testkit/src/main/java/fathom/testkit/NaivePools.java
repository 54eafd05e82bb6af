package fathom.testkit;

import static fathom.testkit.NaiveContractions.offset;

import fathom.DType;
import fathom.primitive.Operand;
import fathom.primitive.window.Pool;
import fathom.primitive.window.PoolAxis;
import fathom.primitive.window.PoolGrad;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.LongConsumer;

/** Pooling and its gradients over any number of axes, window by window. */
final class NaivePools {
    private NaivePools() {}

    static void pool(Pool p, Operand x, Operand[] out) {
        long[] in = spatial(x.shape());
        Walk.over(
                out[0].shape(),
                (at, o) -> {
                    var window = new Positions(p, spatial(o), in);
                    if (p.kind() == Pool.Kind.MAX) {
                        long place = greatest(x, o[0], o[1], window);
                        Cells.copy(x, offset(x, index(o[0], o[1], place, in)), out[0], at[0]);
                        Cells.set(out[1], offset(out[1], o), place);
                    } else {
                        double[] sum = {0};
                        window.forEach(place -> sum[0] += Cells.getDouble(x, offset(x, index(o[0], o[1], place, in))));
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
        window.forEach(here -> {
            if (best[0] < 0) {
                best[0] = here;
                return;
            }
            long bestAt = offset(x, index(n, c, best[0], window.in));
            long hereAt = offset(x, index(n, c, here, window.in));
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
            throw new IllegalStateException("the maximum of a window entirely in the padding");
        }
        return best[0];
    }

    static void poolGrad(PoolGrad p, Operand[] in, Operand out) {
        Operand g = in[0];
        DType type = out.dtype();
        if (!type.isFloating()) {
            throw new IllegalArgumentException("pooling has gradients for floating types only, not " + type);
        }
        long[] extents = p.in();
        long size = Arrays.stream(extents).reduce(1, (a, b) -> a * b);
        var sums = new double[Math.toIntExact(size)];
        for (long n = 0; n < g.shape()[0]; n++) {
            for (long c = 0; c < g.shape()[1]; c++) {
                Arrays.fill(sums, 0);
                long image = n;
                long channel = c;
                Walk.over(
                        spatial(g.shape()),
                        (_, o) -> {
                            long[] at = join(image, channel, o);
                            double value = Cells.getDouble(g, offset(g, at));
                            if (p.forward().kind() == Pool.Kind.MAX) {
                                long place = Cells.getLong(in[1], offset(in[1], at));
                                sums[Math.toIntExact(Objects.checkIndex(place, size))] += value;
                            } else {
                                var window = new Positions(p.forward(), o.clone(), extents);
                                window.forEach(place -> sums[(int) place] += value / window.divisor());
                            }
                        });
                for (int place = 0; place < size; place++) {
                    Cells.set(out, offset(out, index(n, c, place, extents)), sums[place]);
                }
            }
        }
    }

    private static long[] spatial(long[] extents) {
        return Arrays.copyOfRange(extents, 2, extents.length);
    }

    private static long[] join(long n, long c, long[] spatial) {
        var index = new long[2 + spatial.length];
        index[0] = n;
        index[1] = c;
        System.arraycopy(spatial, 0, index, 2, spatial.length);
        return index;
    }

    /** {@return the index of the element at a row-major spatial position} */
    private static long[] index(long n, long c, long place, long[] extents) {
        var spatial = new long[extents.length];
        long rest = place;
        for (int d = extents.length - 1; d >= 0; d--) {
            spatial[d] = rest % extents[d];
            rest /= extents[d];
        }
        return join(n, c, spatial);
    }

    /** The input positions covered by one window. */
    private static final class Positions {
        private final Pool pool;
        private final long[] o;
        private final long[] in;

        Positions(Pool pool, long[] o, long[] in) {
            this.pool = pool;
            this.o = o;
            this.in = in;
        }

        /** Visits the row-major positions within the input, in ascending order. */
        void forEach(LongConsumer visit) {
            forEach(0, 0, visit);
        }

        private void forEach(int d, long place, LongConsumer visit) {
            if (d == in.length) {
                visit.accept(place);
                return;
            }
            PoolAxis axis = pool.axes().get(d);
            for (long i = axis.start(o[d]); i < axis.end(o[d]); i += axis.dilation()) {
                if (i >= 0 && i < in[d]) {
                    forEach(d + 1, place * in[d] + i, visit);
                }
            }
        }

        long inside() {
            return count(false);
        }

        double divisor() {
            return pool.divisor() != 0 ? pool.divisor() : count(pool.countIncludePad());
        }

        private long count(boolean padded) {
            long product = 1;
            for (int d = 0; d < in.length; d++) {
                PoolAxis axis = pool.axes().get(d);
                long from = padded ? -axis.low() : 0;
                long to = padded ? in[d] + axis.high() : in[d];
                long count = 0;
                for (long i = axis.start(o[d]); i < axis.end(o[d]); i += axis.dilation()) {
                    count += i >= from && i < to ? 1 : 0;
                }
                product *= count;
            }
            return product;
        }
    }
}
