package fathom.cpu.pool;

import fathom.DType;
import fathom.cpu.memory.Half;
import fathom.cpu.memory.Memory;
import fathom.cpu.memory.StridedCopy;
import fathom.cpu.parallel.Parallel;
import fathom.primitive.Operand;
import fathom.primitive.window.Pool;
import fathom.primitive.window.Pool.Kind;
import fathom.primitive.window.PoolAxis;
import fathom.primitive.window.PoolGrad;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * 3-D pooling as two passes of 2-D pooling per volume: over the rows and columns of each plane, then over the planes,
 * where a plane's positions and channels, which are contiguous, are the channels. The order of maxima is preserved,
 * since planes come first; the divisor of an average is the product of the axes' divisors.
 */
final class VolumePool {
    /** The identity along an axis. */
    private static final PoolAxis ONE = new PoolAxis.Sliding(1, 1, 0, 1, 1);

    private VolumePool() {}

    static void run(Pool p, Operand[] in, Operand[] out) {
        try (var arena = Arena.ofConfined()) {
            boolean widen = p.kind() == Kind.AVG && in[0].dtype().size() < Float.BYTES;
            Operand x = widen ? Half.widen(in[0], arena) : in[0];
            Operand y = widen ? Half.allocateLike(out[0], arena) : out[0];
            Operand flat = dense(x.dtype(), x.shape()[2], y, arena);
            Operand buffer = dense(y.dtype(), y.shape()[2], y, arena);
            boolean max = p.kind() == Kind.MAX;
            Operand inPlanes = max ? dense(DType.INT64, x.shape()[2], y, arena) : buffer;
            Operand planes = max ? dense(DType.INT64, y.shape()[2], y, arena) : buffer;
            for (long n = 0; n < x.shape()[0]; n++) {
                Operand target = slice(y, n);
                Operand volume = isDense(target) ? target : buffer;
                if (max) {
                    max(p, slice(x, n), flat, inPlanes, volume, planes);
                    copy(planes, slice(out[1], n));
                } else {
                    average(p, slice(x, n), flat, volume);
                }
                if (volume == buffer) {
                    copy(buffer, target);
                }
            }
            if (widen) {
                Half.store(y, out[0]);
            }
        }
    }

    private static void max(Pool p, Operand x, Operand flat, Operand inPlanes, Operand volume, Operand planes) {
        PoolKernel.images(
                Pool.ofImages(Kind.MAX, p.rows(), p.columns(), false),
                new Operand[] {planes(x)},
                new Operand[] {planes(flat), planes(inPlanes)});
        PoolKernel.images(
                Pool.ofImages(Kind.MAX, p.axes().getFirst(), ONE, false),
                new Operand[] {column(flat)},
                new Operand[] {column(volume), column(planes)});
        places(x.shape()[3] * x.shape()[4], planes, inPlanes);
    }

    /** Replaces the plane index of each maximum by its index in the volume. */
    private static void places(long plane, Operand planes, Operand inPlanes) {
        long per = planes.numel() / Math.max(1, planes.shape()[2]);
        Parallel.forRange(
                planes.shape()[2],
                1,
                (from, to) -> {
                    for (long d = from; d < to; d++) {
                        for (long i = 0; i < per; i++) {
                            long at = planes.address() + (d * per + i) * Long.BYTES;
                            long of = Memory.getLong(at);
                            long index = Memory.getLong(inPlanes.address() + (of * per + i) * Long.BYTES);
                            Memory.setLong(at, of * plane + index);
                        }
                    }
                });
    }

    private static void average(Pool p, Operand x, Operand flat, Operand volume) {
        PoolKernel.images(inPlanes(p), new Operand[] {planes(x)}, new Operand[] {planes(flat)});
        PoolKernel.images(acrossPlanes(p), new Operand[] {column(flat)}, new Operand[] {column(volume)});
    }

    /** {@return the pooling over rows and columns: averages, or sums if the divisor is that of the whole window} */
    private static Pool inPlanes(Pool p) {
        int divisor = p.divisor() == 0 ? 0 : 1;
        return new Pool(Kind.AVG, List.of(p.rows(), p.columns()), p.countIncludePad(), divisor);
    }

    private static Pool acrossPlanes(Pool p) {
        return new Pool(Kind.AVG, List.of(p.axes().getFirst(), ONE), p.countIncludePad(), p.divisor());
    }

    static void run(PoolGrad p, Operand[] in, Operand out) {
        try (var arena = Arena.ofConfined()) {
            boolean max = p.forward().kind() == Kind.MAX;
            boolean widen = !max && out.dtype().size() < Float.BYTES;
            Operand g = widen ? Half.widen(in[0], arena) : in[0];
            Operand x = widen ? Half.allocateLike(out, arena) : out;
            Operand buffer = dense(g.dtype(), g.shape()[2], g, arena);
            Operand flat = max ? buffer : dense(g.dtype(), x.shape()[2], g, arena);
            Operand resultBuffer = max ? dense(x.dtype(), x.shape()[2], x, arena) : buffer;
            Operand indexBuffer = max ? dense(DType.INT64, g.shape()[2], g, arena) : buffer;
            for (long n = 0; n < x.shape()[0]; n++) {
                Operand volume = denseOr(slice(g, n), buffer);
                Operand target = slice(x, n);
                if (max) {
                    Operand result = isDense(target) ? target : resultBuffer;
                    maxGradient(volume, denseOr(slice(in[1], n), indexBuffer), result);
                    if (result == resultBuffer) {
                        copy(resultBuffer, target);
                    }
                } else {
                    averageGradient(p.forward(), volume, flat, target);
                }
            }
            if (widen) {
                Half.store(x, out);
            }
        }
    }

    /** Indices are numbered over the rows of all planes. */
    private static void maxGradient(Operand g, Operand places, Operand result) {
        var rows = new PoolAxis.Sliding(1, 1, 0, 1, g.shape()[2] * g.shape()[3]);
        var columns = new PoolAxis.Sliding(1, 1, 0, 1, g.shape()[4]);
        long[] x = result.shape();
        PoolKernel.images(
                new PoolGrad(Pool.ofImages(Kind.MAX, rows, columns, false), x[2] * x[3], x[4]),
                new Operand[] {stacked(g), stacked(places)},
                new Operand[] {stacked(result)});
    }

    private static void averageGradient(Pool p, Operand g, Operand flat, Operand x) {
        PoolKernel.images(
                new PoolGrad(acrossPlanes(p), flat.shape()[2], 1),
                new Operand[] {column(g)},
                new Operand[] {column(flat)});
        PoolKernel.images(
                new PoolGrad(inPlanes(p), x.shape()[3], x.shape()[4]),
                new Operand[] {planes(flat)},
                new Operand[] {planes(x)});
    }

    /** {@return memory for a volume [1, C, depth, H, W], channels last, with the other extents of {@code like}} */
    private static Operand dense(DType type, long depth, Operand like, Arena arena) {
        long c = like.shape()[1];
        long h = like.shape()[3];
        long w = like.shape()[4];
        long address = arena.allocate(Math.max(8, depth * c * h * w * type.size()), 64).address();
        return new Operand(type, address, new long[] {1, c, depth, h, w}, new long[] {0, 1, h * w * c, w * c, c});
    }

    /** {@return whether a volume [1, C, D, H, W] is dense and channels last} */
    private static boolean isDense(Operand x) {
        long[] shape = x.shape();
        long[] s = x.strides();
        return (shape[1] == 1 || s[1] == 1)
                && (shape[4] == 1 || s[4] == shape[1])
                && (shape[3] == 1 || s[3] == shape[4] * shape[1])
                && (shape[2] == 1 || s[2] == shape[3] * shape[4] * shape[1]);
    }

    /** {@return the volume if it is dense, else its copy in {@code buffer}} */
    private static Operand denseOr(Operand volume, Operand buffer) {
        if (isDense(volume)) {
            return volume;
        }
        copy(volume, buffer);
        return buffer;
    }

    /** {@return one volume of several, as a batch of one} */
    private static Operand slice(Operand x, long n) {
        long[] shape = x.shape().clone();
        shape[0] = 1;
        return new Operand(x.dtype(), x.address() + n * x.strides()[0] * x.dtype().size(), shape, x.strides());
    }

    /** {@return the planes of a volume as images} */
    private static Operand planes(Operand x) {
        long[] shape = x.shape();
        long[] s = x.strides();
        return new Operand(
                x.dtype(),
                x.address(),
                new long[] {shape[2], shape[1], shape[3], shape[4]},
                new long[] {s[2], s[1], s[3], s[4]});
    }

    /** {@return a dense volume as an image of one column, whose rows are its planes} */
    private static Operand column(Operand x) {
        long[] s = x.shape();
        long channels = s[1] * s[3] * s[4];
        return new Operand(
                x.dtype(),
                x.address(),
                new long[] {1, channels, s[2], 1},
                new long[] {channels * s[2], 1, channels, channels});
    }

    /** {@return a dense volume as an image whose rows are those of all planes} */
    private static Operand stacked(Operand x) {
        long[] s = x.shape();
        return new Operand(
                x.dtype(),
                x.address(),
                new long[] {1, s[1], s[2] * s[3], s[4]},
                new long[] {s[1] * s[2] * s[3] * s[4], 1, s[4] * s[1], s[1]});
    }

    /**
     * Copies a volume [1, C, D, H, W] with the channels in the innermost loop; they are contiguous on at least one
     * side.
     */
    private static void copy(Operand from, Operand to) {
        int size = from.dtype().size();
        long[] s = from.shape();
        StridedCopy.copy(
                size,
                4,
                new long[] {s[2], s[3], s[4], s[1]},
                to.address(),
                steps(to, size),
                from.address(),
                steps(from, size));
    }

    private static long[] steps(Operand x, int size) {
        long[] s = x.strides();
        return new long[] {s[2] * size, s[3] * size, s[4] * size, s[1] * size};
    }
}
