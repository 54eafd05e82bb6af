package fathom.cpu.resample;

import fathom.DType;
import fathom.cpu.memory.Floats;
import fathom.cpu.memory.Memory;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.warmup.WarmUp;
import fathom.primitive.Operand;
import fathom.primitive.window.GridSample;
import fathom.primitive.window.GridSampleGridGrad;
import fathom.primitive.window.GridSampleInputGrad;
import java.lang.foreign.Arena;
import java.util.Arrays;

/** Runs the sampling of images at points, and its gradients. */
public final class GridSampleKernel {
    /** Points looked up at a time, by one thread. */
    private static final int BLOCK = 128;

    /** Products after which the vector code is got ready. */
    private static final long WORTH_IT = 100_000;

    /** Channels of a piece of a gradient are a multiple of this, a line of the cache. */
    private static final int CHANNELS = 16;

    /** Pieces to aim for when gradients are divided between threads. */
    private static final int ENOUGH = 8;

    private static final WarmUp VECTORS = new WarmUp(WORTH_IT, GridSampleKernel::exercise);

    private GridSampleKernel() {}

    /** {@return whether the primitives can be computed: in single or double precision} */
    public static boolean supports(Operand[] in, Operand[] out) {
        DType t = in[0].dtype();
        if (t != DType.FLOAT32 && t != DType.FLOAT64) {
            return false;
        }
        return Arrays.stream(in).allMatch(o -> o.dtype() == t) && out[0].dtype() == t;
    }

    /** Samples images. */
    public static void run(GridSample p, Operand x, Operand grid, Operand y) {
        int channels = (int) x.shape()[1];
        boolean dense = x.dtype() == DType.FLOAT32 && isDense(x) && isDense(y);
        eachBlock(
                grid,
                (image, from, to) -> {
                    var points = new Points(p, x, grid, (int) (to - from), false);
                    points.load(image, from, to);
                    long[] places = points.places(y, 2, from, to);
                    long source = x.address() + image * step(x, 0);
                    long target = y.address() + image * step(y, 0);
                    if (dense) {
                        pixels(points, places, source, target, channels);
                    } else if (x.dtype() == DType.FLOAT32) {
                        floats(points, places, source, step(x, 1), target, step(y, 1), channels);
                    } else {
                        doubles(points, places, source, step(x, 1), target, step(y, 1), channels);
                    }
                });
    }

    private static void pixels(Points points, long[] places, long source, long target, int channels) {
        boolean vectors = VECTORS.isDone((long) places.length * points.terms * channels);
        var rows = new long[points.terms];
        var weights = new double[points.terms];
        for (int p = 0; p < places.length; p++) {
            int n = 0;
            for (int t = p * points.terms; t < (p + 1) * points.terms; t++) {
                if (points.offsets[t] != Points.OUTSIDE) {
                    rows[n] = source + points.offsets[t];
                    weights[n++] = points.weights[t];
                }
            }
            if (vectors) {
                VectorLines.combine(rows, weights, n, channels, target + places[p]);
            } else {
                PlainLines.combineFloats(rows, weights, n, 4, channels, target + places[p]);
            }
        }
    }

    private static void floats(
            Points points, long[] places, long source, long xStep, long target, long yStep, int channels) {
        for (int c = 0; c < channels; c++) {
            long plane = source + c * xStep;
            for (int p = 0; p < places.length; p++) {
                float sum = 0;
                for (int t = p * points.terms; t < (p + 1) * points.terms; t++) {
                    if (points.offsets[t] != Points.OUTSIDE) {
                        sum = Math.fma(Memory.getFloat(plane + points.offsets[t]), points.singles[t], sum);
                    }
                }
                Memory.setFloat(target + c * yStep + places[p], sum);
            }
        }
    }

    private static void doubles(
            Points points, long[] places, long source, long xStep, long target, long yStep, int channels) {
        for (int c = 0; c < channels; c++) {
            long plane = source + c * xStep;
            for (int p = 0; p < places.length; p++) {
                double sum = 0;
                for (int t = p * points.terms; t < (p + 1) * points.terms; t++) {
                    if (points.offsets[t] != Points.OUTSIDE) {
                        sum += Memory.getDouble(plane + points.offsets[t]) * points.weights[t];
                    }
                }
                Memory.setDouble(target + c * yStep + places[p], sum);
            }
        }
    }

    /** Adds each sample's gradient to the positions that took part. */
    public static void run(GridSampleInputGrad primitive, Operand g, Operand grid, Operand out) {
        if (out.numel() == 0) {
            return;
        }
        long images = out.shape()[0];
        int channels = (int) out.shape()[1];
        int parts = (int) Math.clamp(ENOUGH / images, 1, Math.ceilDiv(channels, CHANNELS));
        int each = Math.ceilDiv(Math.ceilDiv(channels, parts), CHANNELS) * CHANNELS;
        int pieces = Math.ceilDiv(channels, each);
        boolean dense = out.dtype() == DType.FLOAT32 && isDense(g) && isDense(out);
        long count = Points.count(grid);
        Parallel.forRange(
                images * pieces,
                1,
                (from, to) -> {
                    for (long piece = from; piece < to; piece++) {
                        int first = (int) (piece % pieces) * each;
                        int last = Math.min(channels, first + each);
                        zero(out, piece / pieces, first, last);
                        var points = new Points(primitive.forward(), out, grid, BLOCK, false);
                        for (long p = 0; p < count; p += BLOCK) {
                            long end = Math.min(count, p + BLOCK);
                            points.load(piece / pieces, p, end);
                            add(points, points.places(g, 2, p, end), piece / pieces, first, last, g, out, dense);
                        }
                    }
                });
    }

    private static void add(
            Points points, long[] places, long image, int first, int last, Operand g, Operand out, boolean dense) {
        long source = g.address() + image * step(g, 0) + first * step(g, 1);
        long target = out.address() + image * step(out, 0) + first * step(out, 1);
        boolean vectors = dense && VECTORS.isDone((long) places.length * points.terms * (last - first));
        for (int p = 0; p < places.length; p++) {
            long from = source + places[p];
            for (int t = p * points.terms; t < (p + 1) * points.terms; t++) {
                if (points.offsets[t] == Points.OUTSIDE) {
                    continue;
                }
                long to = target + points.offsets[t];
                if (vectors) {
                    VectorLines.add(from, points.singles[t], last - first, to);
                } else if (out.dtype() == DType.FLOAT32) {
                    PlainLines.add(from, step(g, 1), points.singles[t], last - first, to, step(out, 1));
                } else {
                    for (int c = 0; c < last - first; c++) {
                        long at = to + c * step(out, 1);
                        double more = Memory.getDouble(from + c * step(g, 1)) * points.weights[t];
                        Memory.setDouble(at, Memory.getDouble(at) + more);
                    }
                }
            }
        }
    }

    private static void zero(Operand out, long image, int first, int last) {
        int rank = out.rank();
        long pixels = 1;
        for (int d = 2; d < rank; d++) {
            pixels *= out.shape()[d];
        }
        for (long p = 0; p < pixels; p++) {
            long at = out.address() + image * step(out, 0);
            long rest = p;
            for (int d = rank - 1; d >= 2; d--) {
                at += rest % out.shape()[d] * step(out, d);
                rest /= out.shape()[d];
            }
            if (isDense(out)) {
                Memory.zero(at + first * step(out, 1), (long) (last - first) * out.dtype().size());
            } else {
                for (int c = first; c < last; c++) {
                    Floats.set(out.dtype(), at + c * step(out, 1), 0);
                }
            }
        }
    }

    /** Computes the gradient by the points' coordinates. */
    public static void run(GridSampleGridGrad primitive, Operand g, Operand x, Operand grid, Operand out) {
        int channels = (int) x.shape()[1];
        eachBlock(
                grid,
                (image, from, to) -> {
                    var points = new Points(primitive.forward(), x, grid, (int) (to - from), true);
                    points.load(image, from, to);
                    long[] samples = points.places(g, 2, from, to);
                    long[] targets = points.places(out, 1, from, to);
                    long source = x.address() + image * step(x, 0);
                    long given = g.address() + image * step(g, 0);
                    int n = points.coordinates;
                    var sums = new double[n];
                    for (int p = 0; p < to - from; p++) {
                        Arrays.fill(sums, 0);
                        for (int t = p * points.terms; t < (p + 1) * points.terms; t++) {
                            if (points.offsets[t] != Points.OUTSIDE) {
                                double dot = dot(g, given + samples[p], x, source + points.offsets[t], channels);
                                for (int a = 0; a < n; a++) {
                                    sums[a] += dot * points.slopes[t * n + a];
                                }
                            }
                        }
                        long target = out.address() + image * step(out, 0) + targets[p];
                        for (int a = 0; a < n; a++) {
                            Floats.set(out.dtype(), target + a * step(out, n + 1), sums[a]);
                        }
                    }
                });
    }

    /** The products of two pixels' channels, summed up in double precision, four sums at a time. */
    private static double dot(Operand g, long a, Operand x, long b, int channels) {
        long aStep = step(g, 1);
        long bStep = step(x, 1);
        if (g.dtype() == DType.FLOAT64) {
            double sum = 0;
            for (int c = 0; c < channels; c++) {
                sum += Memory.getDouble(a + c * aStep) * Memory.getDouble(b + c * bStep);
            }
            return sum;
        }
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int c = 0;
        for (; c + 3 < channels; c += 4) {
            long i = a + c * aStep;
            long j = b + c * bStep;
            s0 += (double) Memory.getFloat(i) * Memory.getFloat(j);
            s1 += (double) Memory.getFloat(i + aStep) * Memory.getFloat(j + bStep);
            s2 += (double) Memory.getFloat(i + 2 * aStep) * Memory.getFloat(j + 2 * bStep);
            s3 += (double) Memory.getFloat(i + 3 * aStep) * Memory.getFloat(j + 3 * bStep);
        }
        for (; c < channels; c++) {
            s0 += (double) Memory.getFloat(a + c * aStep) * Memory.getFloat(b + c * bStep);
        }
        return s0 + s1 + (s2 + s3);
    }

    /** What is done with some points of an image. */
    private interface Block {
        void run(long image, long from, long to);
    }

    private static void eachBlock(Operand grid, Block block) {
        long count = Points.count(grid);
        long blocks = Math.ceilDiv(count, BLOCK);
        Parallel.forRange(
                grid.shape()[0] * blocks,
                1,
                (from, to) -> {
                    for (long b = from; b < to; b++) {
                        long first = b % blocks * BLOCK;
                        block.run(b / blocks, first, Math.min(count, first + BLOCK));
                    }
                });
    }

    private static boolean isDense(Operand o) {
        return o.strides()[1] == 1 && o.shape()[1] > 1;
    }

    private static long step(Operand o, int d) {
        return o.strides()[d] * o.dtype().size();
    }

    private static boolean exercise() {
        try (var arena = Arena.ofConfined()) {
            int channels = 37;
            long bytes = 4L * channels;
            long memory = arena.allocate(8 * bytes, 64).address();
            var rows = new long[] {memory, memory + bytes, memory + 2 * bytes, memory + 3 * bytes, memory + 4 * bytes};
            var weights = new double[] {1, 2, 3, 4, 5};
            Runnable probe = () -> VectorLines.combine(rows, weights, 4, channels, memory + 5 * bytes);
            return WarmUp.untilCompiled(
                    () -> {
                        probe.run();
                        VectorLines.combine(rows, weights, 1, channels, memory + 5 * bytes);
                        VectorLines.combine(rows, weights, 5, channels - 5, memory + 6 * bytes);
                        VectorLines.add(memory, 0.5f, channels, memory + 7 * bytes);
                        VectorLines.add(memory, 0.5f, 16, memory + 7 * bytes);
                    },
                    probe,
                    1_000);
        }
    }
}
