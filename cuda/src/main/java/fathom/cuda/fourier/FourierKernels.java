package fathom.cuda.fourier;

import fathom.DType;
import fathom.cuda.code.Geometry;
import fathom.cuda.code.Places;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelFamily;
import fathom.cuda.gpu.Launch;
import fathom.cuda.gpu.Work;
import fathom.primitive.Computed;
import fathom.primitive.FourierTransform;
import fathom.primitive.FourierTransform.Kind;
import fathom.primitive.Operand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Fourier transforms of any length. Powers of two that fit into shared memory by one launch; longer ones by two, as
 * columns and rows of a matrix (the four-step algorithm of D. Bailey, FFTs in external or hierarchical memory, 1990);
 * other lengths as a convolution with a chirp (L. Bluestein, A linear filtering approach to the computation of the
 * discrete Fourier transform, 1970). Transforms of real numbers are computed as those of complex ones.
 */
public final class FourierKernels implements KernelFamily {
    private static final int THREADS = 256;

    /** The longest transform in all, because of its tables. */
    private static final long LONGEST = 1 << 20;

    /** The scratch memory of one group of lines. */
    private static final long GROUP_BYTES = 256L << 20;

    @Override
    public Set<Class<? extends Computed>> primitives() {
        return Set.of(FourierTransform.class);
    }

    @Override
    public @Nullable Work prepare(Gpu gpu, Computed primitive, Operand[] in, Operand[] out) {
        var p = (FourierTransform) primitive;
        if (out[0].numel() == 0) {
            return () -> {};
        }
        if (p.n() > LONGEST) {
            return null;
        }
        int n = (int) p.n();
        DType type = in[0].dtype();
        boolean isChirp = Integer.bitCount(n) != 1;
        int padded = isChirp ? Integer.highestOneBit(2 * n - 1) * 2 : n;
        int most = type == DType.FLOAT64 ? 1024 : 2048;
        if (padded > LONGEST || padded > most * most) {
            return null;
        }
        long chirp = isChirp ? Roots.chirp(gpu, n, type) : 0;
        long filter = isChirp ? Roots.filter(gpu, n, padded, type) : 0;
        if (isChirp && (chirp == 0 || filter == 0)) {
            return null;
        }
        var signal = new Signal(p, in[0], out[0]);
        if (padded <= most) {
            Step step = new Step(signal, true, LineSource.To.SIGNAL, isChirp, isChirp);
            long[] arguments = arguments(gpu, step, padded, 1, new long[] {1, 0, 1, 0}, chirp, filter, padded);
            if (arguments[Fields.ROOTS] == 0) {
                return null;
            }
            Launch launch = launch(gpu, step, arguments, signal.lines());
            return () -> gpu.launch(launch);
        }
        return twoSteps(gpu, signal, padded, most, chirp, filter);
    }

    /** The operands and the geometry of their lines: operand 0 is the input, 1 the output. */
    record Signal(FourierTransform p, Operand in, Operand out, Geometry g) {
        Signal(FourierTransform p, Operand in, Operand out) {
            this(p, in, out, geometry(p, in, out));
        }

        private static Geometry geometry(FourierTransform p, Operand in, Operand out) {
            int rank = p.kind().takesReal() ? in.rank() : in.rank() - 1;
            int[] dims = IntStream.range(0, rank).filter(d -> d != p.dim()).toArray();
            long[] shape = IntStream.of(dims).mapToLong(d -> in.shape()[d]).toArray();
            var strides =
                    new long[][] {
                        IntStream.of(dims).mapToLong(d -> in.strides()[d]).toArray(),
                        IntStream.of(dims).mapToLong(d -> out.strides()[d]).toArray()
                    };
            return Geometry.of(shape, strides, 1);
        }

        long lines() {
            return g.numel();
        }

        Kind kind() {
            return p.kind();
        }
    }

    /**
     * One launch.
     *
     * @param fromSignal whether the input is the operand, not scratch memory
     * @param isChirp whether the operands are multiplied by the chirp
     * @param isFiltered whether the block also convolves with the chirp
     */
    record Step(Signal signal, boolean fromSignal, LineSource.To to, boolean isChirp, boolean isFiltered) {
        LineSource.Variant variant() {
            return new LineSource.Variant(
                    signal.in.dtype(), signal.kind(), fromSignal, to, isChirp, isFiltered, signal.g.rank());
        }
    }

    private static @Nullable Work twoSteps(Gpu gpu, Signal signal, int padded, int most, long chirp, long filter) {
        boolean isChirp = chirp != 0;
        int rows = padded / most; // lines of the first launch; the second one's are as long as can be
        long[] first = {most, 1, most, 1};
        long[] second = {1, most, rows, 1};
        List<Step> steps = new ArrayList<>();
        steps.add(new Step(signal, true, LineSource.To.TWIDDLED, isChirp, false));
        if (isChirp) {
            steps.add(new Step(signal, false, LineSource.To.FILTERED, false, false));
            steps.add(new Step(signal, false, LineSource.To.TWIDDLED, false, false));
        }
        steps.add(new Step(signal, false, LineSource.To.SIGNAL, isChirp, false));
        List<long[]> arguments = new ArrayList<>();
        for (int s = 0; s < steps.size(); s++) {
            boolean isFirst = s % 2 == 0;
            long[] a =
                    arguments(
                            gpu,
                            steps.get(s),
                            isFirst ? rows : most,
                            isFirst ? most : rows,
                            isFirst ? first : second,
                            chirp,
                            filter,
                            padded);
            a[Fields.TWIDDLES] = Roots.unity(gpu, padded, signal.in.dtype());
            if (a[Fields.ROOTS] == 0 || a[Fields.TWIDDLES] == 0) {
                return null;
            }
            arguments.add(a);
        }
        long lineBytes = 2L * signal.in.dtype().size() * padded;
        long group = Math.max(1, Math.min(signal.lines(), GROUP_BYTES / (2 * lineBytes)));
        return () -> {
            synchronized (gpu.lock()) {
                long scratch = gpu.scratch(2 * group * lineBytes);
                for (long line = 0; line < signal.lines(); line += group) {
                    long count = Math.min(group, signal.lines() - line);
                    for (int s = 0; s < steps.size(); s++) {
                        long[] a = arguments.get(s);
                        a[Fields.FIRST] = line;
                        a[Fields.FROM] = scratch + (s + 1) % 2 * group * lineBytes;
                        a[Fields.TO] = scratch + s % 2 * group * lineBytes;
                        gpu.launch(launch(gpu, steps.get(s), a, count * a[Fields.LOWS]));
                    }
                }
            }
        };
    }

    /** Fields of the kernels' arguments. */
    private static final class Fields {
        static final int LINES = 0;
        static final int FIRST = 1;
        static final int LENGTH = 2;
        static final int EACH = 3;
        static final int PER = 4;
        static final int LOWS = 5;
        static final int IN_STEP = 6;
        static final int COUNT_IN = 10;
        static final int COUNT_OUT = 11;
        static final int WHOLE = 12;
        static final int N = 13;
        static final int IN = 14;
        static final int OUT = 17;
        static final int FROM = 20;
        static final int TO = 21;
        static final int ROOTS = 22;
        static final int TWIDDLES = 23;
        static final int CHIRP = 24;
        static final int FILTER = 25;
        static final int INTERIOR = 26;
        static final int SCALE = 27;
        static final int PLACES = 28;
    }

    /**
     * @param length of a line's transform
     * @param lows how many lines a signal has
     * @param steps from one element to the next and from one line to the next, in the input and in the output
     */
    private static long[] arguments(
            Gpu gpu, Step step, int length, int lows, long[] steps, long chirp, long filter, int padded) {
        Signal s = step.signal;
        FourierTransform p = s.p;
        var a = new long[Fields.PLACES + 3 * s.g.rank()];
        int per = Math.max(1, Math.min(THREADS, length / 4));
        a[Fields.LENGTH] = length;
        a[Fields.EACH] = THREADS / per;
        a[Fields.PER] = per;
        a[Fields.LOWS] = lows;
        System.arraycopy(steps, 0, a, Fields.IN_STEP, 4);
        a[Fields.COUNT_IN] = s.in.shape()[p.dim()];
        a[Fields.COUNT_OUT] = s.out.shape()[p.dim()];
        a[Fields.WHOLE] = padded;
        a[Fields.N] = p.n();
        a[Fields.IN] = s.in.address();
        a[Fields.IN + 1] = s.in.strides()[p.dim()];
        a[Fields.IN + 2] = p.kind().takesReal() ? 0 : s.in.strides()[s.in.rank() - 1];
        a[Fields.OUT] = s.out.address();
        a[Fields.OUT + 1] = s.out.strides()[p.dim()];
        a[Fields.OUT + 2] = p.kind().givesReal() ? 0 : s.out.strides()[s.out.rank() - 1];
        a[Fields.ROOTS] = Roots.unity(gpu, length, s.in.dtype());
        a[Fields.CHIRP] = chirp;
        a[Fields.FILTER] = filter;
        a[Fields.INTERIOR] = Double.doubleToRawLongBits(p.interior());
        a[Fields.SCALE] = Double.doubleToRawLongBits(p.scale());
        Places.put(a, Fields.PLACES, s.g);
        return a;
    }

    private static Launch launch(Gpu gpu, Step step, long[] arguments, long lines) {
        LineSource.Variant variant = step.variant();
        var function = gpu.function(variant, () -> LineSource.of(variant));
        long each = arguments[Fields.EACH];
        long[] own = Arrays.copyOf(arguments, arguments.length);
        own[Fields.LINES] = lines;
        int shared = (int) (2 * each * arguments[Fields.LENGTH] * 2 * step.signal.in.dtype().size());
        int[] grid = {Math.toIntExact((lines + each - 1) / each), 1, 1};
        return new Launch(function, grid, new int[] {THREADS, 1, 1}, shared, own);
    }
}
