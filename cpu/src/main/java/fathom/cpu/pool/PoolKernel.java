package fathom.cpu.pool;

import fathom.DType;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.warmup.WarmUp;
import fathom.primitive.Operand;
import fathom.primitive.window.OneDimensional;
import fathom.primitive.window.Pool;
import fathom.primitive.window.Pool.Kind;
import fathom.primitive.window.PoolGrad;
import java.util.List;
import java.util.Locale;

/** Runs the pooling primitives. */
public final class PoolKernel {
    /** Elements read per chunk of the parallel loop. */
    private static final long CHUNK = 16 * 1024;

    /** Target number of pieces of a parallel gradient. */
    private static final int TARGET_PIECES = 8;

    /** Minimum height of a piece that is a band of rows. */
    private static final int MIN_BAND = 16;

    /** The number of channels of a gradient's piece is a multiple of this: a cache line, at least a vector. */
    private static final int CHANNEL_MULTIPLE = 16;

    /** Elements after which the vector code is warmed up. */
    private static final long WARM_UP_THRESHOLD = 100_000;

    private static final WarmUp MAX = new WarmUp(WARM_UP_THRESHOLD, () -> Exercise.run(Kind.MAX, DType.FLOAT32));
    private static final WarmUp WIDE_MAX = new WarmUp(WARM_UP_THRESHOLD, () -> Exercise.run(Kind.MAX, DType.FLOAT64));
    private static final WarmUp NARROW_MAX =
            new WarmUp(WARM_UP_THRESHOLD, () -> Exercise.run(Kind.MAX, DType.BFLOAT16));
    private static final WarmUp NARROW_AVG =
            new WarmUp(WARM_UP_THRESHOLD, () -> Exercise.run(Kind.AVG, DType.BFLOAT16));
    private static final WarmUp AVG = new WarmUp(WARM_UP_THRESHOLD, () -> Exercise.run(Kind.AVG, DType.FLOAT32));
    private static final WarmUp WIDE_AVG = new WarmUp(WARM_UP_THRESHOLD, () -> Exercise.run(Kind.AVG, DType.FLOAT64));

    private PoolKernel() {}

    /**
     * {@return whether {@link #run(Pool, Operand[], Operand[])} supports it: any type but bool; 3-D averages of
     * floating types only}
     */
    public static boolean supports(Pool primitive, Operand[] in, Operand[] out) {
        return in[0].dtype() != DType.BOOL
                && out[0].dtype() == in[0].dtype()
                && (primitive.rank() < 3 || primitive.kind() == Kind.MAX || in[0].dtype().isFloating());
    }

    /** {@return whether {@link #run(PoolGrad, Operand[], Operand[])} supports it: floating types} */
    public static boolean supports(PoolGrad primitive, Operand[] in, Operand[] out) {
        return in[0].dtype().isFloating() && out[0].dtype() == in[0].dtype();
    }

    /**
     * Computes the pooling.
     *
     * @throws IllegalArgumentException for a maximum over a window that is entirely in the padding
     */
    public static void run(Pool primitive, Operand[] in, Operand[] out) {
        long[] shape = out[0].shape();
        if (primitive.kind() == Kind.MAX && shape[0] > 0 && shape[1] > 0) {
            checkNotEmpty(primitive, in[0].shape());
        }
        switch (primitive.rank()) {
            case 1 -> images(OneDimensional.as2d(primitive), OneDimensional.as2d(in), OneDimensional.as2d(out));
            case 2 -> images(primitive, in, out);
            default -> VolumePool.run(primitive, in, out);
        }
    }

    /** Computes 2-D pooling. */
    static void images(Pool primitive, Operand[] in, Operand[] out) {
        var x = Plane.of(in[0]);
        var y = Plane.of(out[0]);
        var rows = Axis.of(primitive.rows(), x.height());
        var columns = Axis.of(primitive.columns(), x.width());
        var indices = primitive.kind() == Kind.MAX ? Plane.of(out[1]) : null;
        long perLine = (long) x.width() * x.channels() * Math.ceilDiv(x.height(), Math.max(1, y.height()));
        var forward = new Forward(primitive, x, y, indices, rows, columns);
        boolean vectors =
                forward.hasVectors() && warmUp(primitive.kind(), x.type()).isDone(perLine * y.count() * y.height());
        Parallel.forRange(
                y.count() * y.height(),
                Math.max(1, CHUNK / Math.max(1, perLine)),
                (from, to) -> forward.lines(from, to, vectors));
    }

    /** Computes the gradient. */
    public static void run(PoolGrad primitive, Operand[] in, Operand[] out) {
        switch (primitive.forward().rank()) {
            case 1 -> images(OneDimensional.as2d(primitive), OneDimensional.as2d(in), OneDimensional.as2d(out));
            case 2 -> images(primitive, in, out);
            default -> VolumePool.run(primitive, in, out[0]);
        }
    }

    /** Computes the gradient of 2-D pooling. */
    static void images(PoolGrad primitive, Operand[] in, Operand[] out) {
        var g = Plane.of(in[0]);
        var x = Plane.of(out[0]);
        var pool = primitive.forward();
        if (x.count() == 0 || x.channels() == 0) {
            return;
        }
        var rows = Axis.of(pool.rows(), x.height());
        var columns = Axis.of(pool.columns(), x.width());
        var backward = new Backward(pool, g, pool.kind() == Kind.MAX ? Plane.of(in[1]) : null, x, rows, columns);
        long work = x.count() * x.channels() * x.height() * x.width();
        boolean bfloat16 = x.type() == DType.BFLOAT16;
        boolean vectors =
                (backward.hasLines() || backward.hasVectors() || bfloat16)
                        && warmUp(pool.kind(), x.type()).isDone(work);
        if (vectors && backward.hasLines()) {
            Parallel.forRange(
                    x.count() * rows.count(),
                    Math.max(1, CHUNK / Math.max(1, work / x.count() / rows.count())),
                    (from, to) -> {
                        for (long line = from; line < to; line++) {
                            backward.line(line / rows.count(), (int) (line % rows.count()));
                        }
                    });
            return;
        }
        if (backward.hasBands()) {
            // each band reads all indices; an element's sum does not depend on the bands, which follow the threads
            int target = Math.min(TARGET_PIECES, Parallel.threads());
            int bands = (int) Math.clamp(target / x.count(), 1, Math.ceilDiv(x.height(), MIN_BAND));
            int height = Math.ceilDiv(x.height(), bands);
            long banded = work / x.count() / bands;
            Parallel.forRange(
                    x.count() * bands,
                    Math.max(1, CHUNK / Math.max(1, banded)),
                    (from, to) -> {
                        for (long piece = from; piece < to; piece++) {
                            int begin = Math.min(x.height(), (int) (piece % bands) * height);
                            backward.band(piece / bands, begin, Math.min(x.height(), begin + height));
                        }
                    });
            return;
        }
        int parts = (int) Math.clamp(TARGET_PIECES / x.count(), 1, Math.ceilDiv(x.channels(), CHANNEL_MULTIPLE));
        int each = Math.ceilDiv(Math.ceilDiv(x.channels(), parts), CHANNEL_MULTIPLE) * CHANNEL_MULTIPLE;
        int pieces =
                Math.max(
                        1, x.channels() / each); // the last piece takes the remainder, so that it has at least a vector
        long grain = Math.max(1, CHUNK / Math.max(1, work / x.count() / pieces));
        Parallel.forRange(
                x.count() * pieces,
                grain,
                (from, to) -> {
                    for (long piece = from; piece < to; piece++) {
                        int first = (int) (piece % pieces) * each;
                        int last = piece % pieces == pieces - 1 ? x.channels() : first + each;
                        backward.image(piece / pieces, first, last, vectors);
                    }
                });
    }

    private static WarmUp warmUp(Kind kind, DType type) {
        boolean wide = type == DType.FLOAT64;
        return switch (kind) {
            case MAX -> wide ? WIDE_MAX : type == DType.BFLOAT16 ? NARROW_MAX : MAX;
            case AVG -> wide ? WIDE_AVG : type == DType.BFLOAT16 ? NARROW_AVG : AVG;
        };
    }

    private static void checkNotEmpty(Pool primitive, long[] in) {
        int rank = primitive.rank();
        for (int i = 0; i < rank; i++) {
            int[] inside = Axis.of(primitive.axes().get(i), in[2 + i]).inside();
            for (int o = 0; o < inside.length; o++) {
                if (inside[o] == 0) {
                    String name = rank == 1 ? "elements" : List.of("planes", "rows", "columns").get(3 - rank + i);
                    throw new IllegalArgumentException(
                            String.format(
                                    Locale.ROOT,
                                    "maxPool%dd: window %d along the %s lies wholly in the padding of the %d %s; make the padding smaller",
                                    rank,
                                    o,
                                    name,
                                    in[2 + i],
                                    name));
                }
            }
        }
    }
}
