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

/** Runs {@code gridSample} and its gradients. */
public final class GridSampleKernel {
    /** Points per block. */
    private static final int BLOCK = 128;

    /** Products after which the vector code is warmed up. */
    private static final long WARM_UP_THRESHOLD = 100_000;

    /** The number of channels of a gradient's piece is a multiple of this, a cache line. */
    private static final int CHANNEL_MULTIPLE = 16;

    /** Target number of pieces of a parallel gradient. */
    private static final int TARGET_PIECES = 8;

    private static final WarmUp VECTORS = new WarmUp(WARM_UP_THRESHOLD, GridSampleKernel::exercise);

    private GridSampleKernel() {}

    /** {@return whether the operands are supported: float32 or float64} */
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
                    long[] offsets = points.elementOffsets(y, 2, from, to);
                    long source = x.address() + image * step(x, 0);
                    long target = y.address() + image * step(y, 0);
                    if (dense) {
                        pixels(points, offsets, source, target, channels);
                    } else if (x.dtype() == DType.FLOAT32) {
                        floats(points, offsets, source, step(x, 1), target, step(y, 1), channels);
                    } else {
                        doubles(points, offsets, source, step(x, 1), target, step(y, 1), channels);
                    }
                });
    }

    private static void pixels(Points points, long[] offsets, long source, long target, int channels) {
        boolean vectors = VECTORS.isDone((long) offsets.length * points.terms * channels);
        var rows = new long[points.terms];
        var weights = new double[points.terms];
        for (int p = 0; p < offsets.length; p++) {
            int n = 0;
            for (int t = p * points.terms; t < (p + 1) * points.terms; t++) {
                if (points.offsets[t] != Points.OUTSIDE) {
                    rows[n] = source + points.offsets[t];
                    weights[n++] = points.weights[t];
                }
            }
            if (vectors) {
                VectorLines.combine(rows, weights, n, channels, target + offsets[p]);
            } else {
                PlainLines.combineFloats(rows, weights, n, 4, channels, target + offsets[p]);
            }
        }
    }

    private static void floats(
            Points points, long[] offsets, long source, long xStep, long target, long yStep, int channels) {
        for (int c = 0; c < channels; c++) {
            long plane = source + c * xStep;
            for (int p = 0; p < offsets.length; p++) {
                float sum = 0;
                for (int t = p * points.terms; t < (p + 1) * points.terms; t++) {
                    if (points.offsets[t] != Points.OUTSIDE) {
                        sum = Math.fma(Memory.getFloat(plane + points.offsets[t]), points.floatWeights[t], sum);
                    }
                }
                Memory.setFloat(target + c * yStep + offsets[p], sum);
            }
        }
    }

    private static void doubles(
            Points points, long[] offsets, long source, long xStep, long target, long yStep, int channels) {
        for (int c = 0; c < channels; c++) {
            long plane = source + c * xStep;
            for (int p = 0; p < offsets.length; p++) {
                double sum = 0;
                for (int t = p * points.terms; t < (p + 1) * points.terms; t++) {
                    if (points.offsets[t] != Points.OUTSIDE) {
                        sum += Memory.getDouble(plane + points.offsets[t]) * points.weights[t];
                    }
                }
                Memory.setDouble(target + c * yStep + offsets[p], sum);
            }
        }
    }

    /** Adds each sample's gradient to the positions that contributed to it. */
    public static void run(GridSampleInputGrad primitive, Operand g, Operand grid, Operand out) {
        if (out.numel() == 0) {
            return;
        }
        long images = out.shape()[0];
        int channels = (int) out.shape()[1];
        int parts = (int) Math.clamp(TARGET_PIECES / images, 1, Math.ceilDiv(channels, CHANNEL_MULTIPLE));
        int each = Math.ceilDiv(Math.ceilDiv(channels, parts), CHANNEL_MULTIPLE) * CHANNEL_MULTIPLE;
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
                            add(
                                    points,
                                    points.elementOffsets(g, 2, p, end),
                                    piece / pieces,
                                    first,
                                    last,
                                    g,
                                    out,
                                    dense);
                        }
                    }
                });
    }

    private static void add(
            Points points, long[] offsets, long image, int first, int last, Operand g, Operand out, boolean dense) {
        long source = g.address() + image * step(g, 0) + first * step(g, 1);
        long target = out.address() + image * step(out, 0) + first * step(out, 1);
        boolean vectors = dense && VECTORS.isDone((long) offsets.length * points.terms * (last - first));
        for (int p = 0; p < offsets.length; p++) {
            long from = source + offsets[p];
            for (int t = p * points.terms; t < (p + 1) * points.terms; t++) {
                if (points.offsets[t] == Points.OUTSIDE) {
                    continue;
                }
                long to = target + points.offsets[t];
                if (vectors) {
                    VectorLines.add(from, points.floatWeights[t], last - first, to);
                } else if (out.dtype() == DType.FLOAT32) {
                    PlainLines.add(from, step(g, 1), points.floatWeights[t], last - first, to, step(out, 1));
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
            long remaining = p;
            for (int d = rank - 1; d >= 2; d--) {
                at += remaining % out.shape()[d] * step(out, d);
                remaining /= out.shape()[d];
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

    /** Computes the gradient with respect to the points' coordinates. */
    public static void run(GridSampleGridGrad primitive, Operand g, Operand x, Operand grid, Operand out) {
        int channels = (int) x.shape()[1];
        eachBlock(
                grid,
                (image, from, to) -> {
                    var points = new Points(primitive.forward(), x, grid, (int) (to - from), true);
                    points.load(image, from, to);
                    long[] samples = points.elementOffsets(g, 2, from, to);
                    long[] targets = points.elementOffsets(out, 1, from, to);
                    long source = x.address() + image * step(x, 0);
                    long grad = g.address() + image * step(g, 0);
                    int n = points.coordinates;
                    var sums = new double[n];
                    for (int p = 0; p < to - from; p++) {
                        Arrays.fill(sums, 0);
                        for (int t = p * points.terms; t < (p + 1) * points.terms; t++) {
                            if (points.offsets[t] != Points.OUTSIDE) {
                                double dot = dot(g, grad + samples[p], x, source + points.offsets[t], channels);
                                for (int a = 0; a < n; a++) {
                                    sums[a] += dot * points.derivatives[t * n + a];
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

    /** The dot product of two pixels' channels in double precision, with four partial sums. */
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

    /** The work on a block of points of an image. */
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
