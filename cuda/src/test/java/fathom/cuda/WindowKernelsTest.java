package fathom.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.cuda.gpu.KernelFamily;
import fathom.cuda.window.ConvolutionKernels;
import fathom.cuda.window.CtcKernels;
import fathom.cuda.window.GridSampleKernels;
import fathom.cuda.window.PoolKernels;
import fathom.cuda.window.ResampleKernels;
import fathom.options.GridSampleOptions;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.Spec;
import fathom.primitive.neural.CtcLoss;
import fathom.primitive.neural.CtcLossGrad;
import fathom.primitive.window.Convolution;
import fathom.primitive.window.ConvolutionInputGrad;
import fathom.primitive.window.ConvolutionWeightGrad;
import fathom.primitive.window.GridSample;
import fathom.primitive.window.GridSampleGridGrad;
import fathom.primitive.window.GridSampleInputGrad;
import fathom.primitive.window.Pool;
import fathom.primitive.window.PoolAxis;
import fathom.primitive.window.PoolGrad;
import fathom.primitive.window.Resample;
import fathom.primitive.window.ResampleAxis;
import fathom.primitive.window.ResampleAxis.Filter;
import fathom.primitive.window.Window;
import fathom.testkit.Operands;
import fathom.testkit.Operands.Layout;
import fathom.testkit.Operands.Values;
import fathom.testkit.Oracle;
import fathom.testkit.Oracle.Tolerance;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The kernels for windows, on operands of all types and layouts, against the oracle. */
@Tag("kernels")
class WindowKernelsTest {
    private static final DType[] FLOATING = {DType.FLOAT32, DType.FLOAT64, DType.BFLOAT16, DType.FLOAT16};

    private final Arena arena = Arena.ofConfined();
    private final SplittableRandom random = new SplittableRandom(Long.getLong("fathom.test.seed", 1));

    @BeforeEach
    void open() {
        Assumptions.assumeTrue(HostCompilers.isHere(), "LEFT OUT: no C++ compiler");
    }

    @AfterEach
    void close() {
        arena.close();
    }

    private int upTo(int n) {
        return random.nextInt(1, n + 1);
    }

    private <T> T pick(T[] choices) {
        return choices[random.nextInt(choices.length)];
    }

    private Operand operand(DType type, Values values, long... shape) {
        Layout layout = random.nextInt(2) == 0 ? Layout.CHANNELS_LAST : pick(Layout.values());
        return Operands.random(arena, type, shape, layout, values, random);
    }

    private Spec output(DType type, long... shape) {
        Layout layout = random.nextInt(2) == 0 ? Layout.CHANNELS_LAST : pick(Layout.values());
        return new Spec(type, shape, Operands.strides(shape, layout == Layout.EXPANDED ? Layout.CONTIGUOUS : layout));
    }

    private static Tolerance sums(DType type) {
        return switch (type) {
            case FLOAT64 -> new Tolerance(1e-12, 1e-11);
            case FLOAT32 -> new Tolerance(1e-5, 1e-4);
            case BFLOAT16 -> new Tolerance(1e-2, 0.1);
            case FLOAT16 -> new Tolerance(2e-3, 0.02);
            default -> Tolerance.EXACT;
        };
    }

    private void compare(KernelFamily family, Computed primitive, Tolerance tolerance, Operand[] in, Spec... out) {
        assertThat(Oracle.compare(new KernelTesting(family), primitive, in, out, tolerance))
                .as("kernels for %s", primitive)
                .isTrue();
    }

    private PoolAxis axis(long in) {
        if (random.nextInt(4) == 0) {
            return new PoolAxis.Adaptive(in, upTo(6));
        }
        int kernel = upTo((int) Math.min(in, 3));
        int stride = upTo(3);
        int low = random.nextInt(kernel / 2 + 1);
        int high = random.nextInt(kernel / 2 + 1);
        int dilation = kernel > 1 && in > 2L * kernel ? upTo(2) : 1;
        long span = in + low + high - (long) dilation * (kernel - 1) - 1;
        long count = span / stride + 1;
        if (random.nextBoolean() && span % stride != 0 && count * stride < in + low) {
            count++;
        }
        return new PoolAxis.Sliding(kernel, stride, low, high, dilation, count);
    }

    private void pools(Pool.Kind kind, DType type, int rank) {
        var shape = new long[2 + rank];
        shape[0] = upTo(3);
        shape[1] = upTo(12);
        long[] y = shape.clone();
        var axes = new ArrayList<PoolAxis>();
        PoolAxis square = random.nextBoolean() ? new PoolAxis.Sliding(upTo(3), upTo(2), 1, 0, 1, 2) : null;
        for (int i = 0; i < rank; i++) {
            shape[2 + i] = square == null ? upTo(rank == 3 ? 7 : 12) : 5;
            axes.add(square == null ? axis(shape[2 + i]) : square.start(0) + square.end(0) > 0 ? square : axis(5));
            y[2 + i] = axes.getLast().count();
        }
        boolean average = kind == Pool.Kind.AVG;
        var pool = new Pool(kind, axes, average && random.nextBoolean(), average && random.nextInt(4) == 0 ? 5 : 0);
        Operand x = operand(type, pick(new Values[] {Values.ORDINARY, Values.WHOLE, Values.EXTREME}), shape);
        x = average ? operand(type, Values.ORDINARY, shape) : x;
        var family = new PoolKernels();
        if (average) {
            compare(family, pool, sums(type), new Operand[] {x}, output(type, y));
        } else {
            compare(family, pool, Tolerance.EXACT, new Operand[] {x}, output(type, y), output(DType.INT64, y));
        }
        if (!type.isFloating()) {
            return;
        }
        var back = new PoolGrad(pool, Arrays.copyOfRange(shape, 2, shape.length));
        Operand g = operand(type, Values.ORDINARY, y);
        if (average) {
            compare(family, back, sums(type), new Operand[] {g}, output(type, shape));
        } else {
            Operand value = Operands.allocate(arena, output(type, y));
            Operand places = Operands.allocate(arena, output(DType.INT64, y));
            Oracle.backend("naive").run(pool, new Operand[] {x}, new Operand[] {value, places});
            compare(family, back, sums(type), new Operand[] {g, places}, output(type, shape));
        }
    }

    @Test
    void maxima() {
        for (int i = 0; i < 20; i++) {
            pools(
                    Pool.Kind.MAX,
                    i < 8 ? DType.values()[i] == DType.BOOL ? DType.INT8 : DType.values()[i] : pick(FLOATING),
                    1 + i % 3);
        }
    }

    @Test
    void averages() {
        for (int i = 0; i < 20; i++) {
            pools(Pool.Kind.AVG, i % 8 == 0 ? DType.INT32 : pick(FLOATING), 1 + i % 3);
        }
    }

    /** The shapes of a convolution. */
    private record Shapes(Window window, int groups, long[] x, long[] w, long[] y) {}

    private Shapes shapes(int rank, int groups, int inputs, int outputs) {
        while (true) {
            var axes = new Window.Axis[rank];
            for (int i = 0; i < rank; i++) {
                int low = random.nextInt(3);
                axes[i] = new Window.Axis(upTo(3), low, random.nextInt(3) == 0 ? random.nextInt(-2, 4) : low, upTo(2));
            }
            var window = new Window(axes);
            var x = new long[2 + rank];
            var w = new long[2 + rank];
            var y = new long[2 + rank];
            x[0] = y[0] = upTo(3);
            x[1] = (long) groups * inputs;
            w[0] = y[1] = (long) groups * outputs;
            w[1] = inputs;
            boolean fits = true;
            for (int i = 0; i < rank; i++) {
                w[2 + i] = upTo(rank == 3 ? 3 : 5);
                x[2 + i] = upTo(rank == 3 ? 6 : 12);
                y[2 + i] = window.axis(i).out(x[2 + i], w[2 + i]);
                fits &= y[2 + i] > 0;
            }
            if (fits) {
                return new Shapes(window, groups, x, w, y);
            }
        }
    }

    private void convolutions(Shapes s, DType type, boolean tf32) {
        var family = new ConvolutionKernels(tf32);
        Tolerance sums = tf32 && type == DType.FLOAT32 ? new Tolerance(1e-2, 0.1) : sums(type);
        long[] in = Arrays.copyOfRange(s.x, 2, s.x.length);
        long[] kernel = Arrays.copyOfRange(s.w, 2, s.w.length);
        DType beside = type == DType.FLOAT64 || random.nextBoolean() ? type : DType.FLOAT32;
        Operand x = operand(type, Values.ORDINARY, s.x);
        Operand w = Operands.random(arena, type, s.w, pick(Layout.values()), Values.ORDINARY, random);
        Operand g = operand(type, Values.ORDINARY, s.y);
        Operand[] all =
                random.nextBoolean()
                        ? new Operand[] {x, w}
                        : new Operand[] {x, w, operand(beside, Values.ORDINARY, s.w[0])};
        compare(family, new Convolution(s.window, s.groups), sums, all, output(type, s.y));
        compare(
                family,
                new ConvolutionInputGrad(s.window, s.groups, in),
                sums,
                new Operand[] {g, w},
                output(type, s.x));
        compare(
                family,
                new ConvolutionWeightGrad(s.window, s.groups, kernel, beside),
                sums,
                new Operand[] {g, x},
                output(beside, s.w));
    }

    @Test
    void denseConvolutions() {
        for (int i = 0; i < 14; i++) {
            boolean few = i % 3 == 0;
            int outputs = few ? upTo(3) : i % 2 == 0 ? 4 * upTo(20) : upTo(80);
            convolutions(shapes(1 + i % 3, 1, few ? upTo(5) : 4 * upTo(20), outputs), FLOATING[i % 4], i % 8 == 4);
        }
    }

    @Test
    void groupedConvolutions() {
        for (int i = 0; i < 14; i++) {
            int groups = i % 4 == 0 ? 2 : upTo(20);
            boolean depthwise = i % 2 == 0;
            convolutions(
                    shapes(1 + i % 3, groups, depthwise ? 1 : upTo(20), depthwise ? 1 : upTo(20)),
                    FLOATING[i % 4],
                    false);
        }
    }

    @Test
    void resampling() {
        Filter[] filters = Filter.values();
        for (int i = 0; i < 21; i++) {
            Filter filter = filters[i % filters.length];
            boolean transposed = random.nextBoolean();
            int count = 1 + i % 3;
            var axes = new ArrayList<ResampleAxis>();
            long[] in = new long[2 + count];
            long[] out = new long[2 + count];
            in[0] = out[0] = upTo(2);
            in[1] = out[1] = upTo(random.nextInt(3) == 0 ? 37 : 4);
            for (int a = 0; a < count; a++) {
                in[2 + a] = upTo(9);
                out[2 + a] = random.nextInt(3) == 0 ? 2 * in[2 + a] : upTo(9);
                boolean align = filter != Filter.AREA && random.nextInt(4) == 0 && out[2 + a] > 1;
                double step = align ? (in[2 + a] - 1.0) / (out[2 + a] - 1) : (double) in[2 + a] / out[2 + a];
                axes.add(new ResampleAxis(filter, in[2 + a], out[2 + a], step, align));
            }
            DType type = i % 3 == 0 ? DType.FLOAT64 : DType.FLOAT32;
            compare(
                    new ResampleKernels(),
                    new Resample(List.copyOf(axes), transposed),
                    sums(type),
                    new Operand[] {operand(type, Values.ORDINARY, transposed ? out : in)},
                    output(type, transposed ? in : out));
        }
    }

    private void gridSample(GridSample sample, int axes, DType type, Values gradients) {
        long[] image = new long[2 + axes];
        long[] result = new long[2 + axes];
        long[] grid = new long[2 + axes];
        image[0] = result[0] = grid[0] = upTo(3);
        image[1] = result[1] = upTo(random.nextInt(3) == 0 ? 37 : 4);
        for (int a = 0; a < axes; a++) {
            image[2 + a] = upTo(6);
            result[2 + a] = grid[1 + a] = upTo(random.nextInt(4) == 0 ? 20 : 5);
        }
        grid[1 + axes] = axes;
        var family = new GridSampleKernels();
        Operand points = operand(type, random.nextInt(4) == 0 ? Values.EXTREME : Values.ORDINARY, grid);
        Layout layout = random.nextBoolean() ? Layout.CHANNELS_LAST : pick(Layout.values());
        Operand x = Operands.random(arena, type, image, layout, Values.ORDINARY, random);
        Operand g = Operands.random(arena, type, result, layout, gradients, random);
        Layout outLayout = layout == Layout.EXPANDED ? Layout.CONTIGUOUS : layout;
        var y = new Spec(type, result, Operands.strides(result, outLayout));
        var back = new Spec(type, image, Operands.strides(image, outLayout));
        compare(family, sample, sums(type), new Operand[] {x, points}, y);
        compare(family, new GridSampleInputGrad(sample, image), sums(type), new Operand[] {g, points}, back);
        if (gradients == Values.ORDINARY) {
            Operand[] in = {g, x, points};
            compare(family, new GridSampleGridGrad(sample), sums(type), in, output(type, grid));
        }
    }

    @Test
    void gridSampling() {
        for (var mode : GridSampleOptions.Mode.values()) {
            for (var padding : GridSampleOptions.PaddingMode.values()) {
                for (int i = random.nextInt(3); i < 4; i += 2) {
                    int axes = mode == GridSampleOptions.Mode.BICUBIC || i % 2 == 0 ? 2 : 3;
                    var sample = new GridSample(mode, padding, (i + padding.ordinal()) % 2 == 0);
                    gridSample(sample, axes, i == 0 ? DType.FLOAT64 : DType.FLOAT32, Values.ORDINARY);
                }
            }
        }
    }

    /** Gradients that are not finite spoil the positions that they reach, and no others. */
    @Test
    void gridSamplingOfInfinities() {
        var sample = new GridSample(GridSampleOptions.Mode.BILINEAR, GridSampleOptions.PaddingMode.ZEROS, false);
        for (DType type : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            long[] image = {1, 2, 3, 3};
            Operand points = Operands.of(arena, type, new long[] {1, 1, 3, 2}, -0.7, -0.6, 0.5, 0.6, 0.1, 0.2);
            double nan = Double.NaN;
            double inf = Double.POSITIVE_INFINITY;
            Operand g = Operands.of(arena, type, new long[] {1, 2, 1, 3}, inf, 1, -2, nan, -inf, 1);
            compare(
                    new GridSampleKernels(),
                    new GridSampleInputGrad(sample, image),
                    sums(type),
                    new Operand[] {g, points},
                    new Spec(type, image, Operands.strides(image, Layout.CONTIGUOUS)));
        }
    }

    @Test
    void ctc() {
        for (int i = 0; i < 60; i++) {
            int classes = random.nextInt(2, 6);
            int examples = random.nextInt(0, 4);
            int frames = upTo(7);
            int most = random.nextInt(0, 4);
            int blank = random.nextInt(classes);
            double[] lengths = random.doubles(examples).map(d -> Math.floor(d * (most + 1))).toArray();
            double[] heard = random.doubles(examples).map(d -> Math.floor(d * (frames + 1))).toArray();
            long total = (long) Arrays.stream(lengths).sum();
            long[] shape = random.nextBoolean() ? new long[] {examples, most} : new long[] {total};
            double[] labels =
                    random.doubles(Arrays.stream(shape).reduce(1, (a, b) -> a * b))
                            .map(d -> (blank + 1 + Math.floor(d * (classes - 1))) % classes)
                            .toArray();
            DType type = i % 3 == 0 ? DType.FLOAT64 : DType.FLOAT32;
            long[] scores = {frames, examples, classes};
            Operand x = operand(type, Values.ORDINARY, scores);
            Operand targets = Operands.of(arena, DType.INT64, shape, labels);
            Operand inputLengths = Operands.of(arena, DType.INT64, new long[] {examples}, heard);
            Operand targetLengths = Operands.of(arena, DType.INT64, new long[] {examples}, lengths);
            var loss = new CtcLoss(blank, random.nextBoolean());
            var family = new CtcKernels();
            Operand[] in = {x, targets, inputLengths, targetLengths};
            compare(family, loss, sums(type), in, output(type, examples));
            Operand g = Operands.random(arena, type, new long[] {examples}, Layout.GAPPED, Values.ORDINARY, random);
            Operand[] all = {g, x, targets, inputLengths, targetLengths};
            compare(family, new CtcLossGrad(loss), sums(type), all, output(type, scores));
        }
    }

    @Test
    void ctcNamesInvalidLabels() {
        Operand x = Operands.of(arena, DType.FLOAT32, new long[] {2, 1, 3}, -1, -2, -3, -1, -2, -3);
        Operand one = Operands.of(arena, DType.INT64, new long[] {1}, 1);
        Operand label = Operands.of(arena, DType.INT64, new long[] {1, 1}, 3);
        Operand out = Operands.allocate(arena, output(DType.FLOAT32, 1));
        var family = new KernelTesting(new CtcKernels());
        assertThatThrownBy(() ->
                        family.run(new CtcLoss(0, false), new Operand[] {x, label, one, one}, new Operand[] {out}))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("ctcLoss: label 3 of example 0 is not one of the 3 classes");
    }

    private Operand channelsLast(DType type, long... shape) {
        return Operands.random(arena, type, shape, Layout.CHANNELS_LAST, Values.ORDINARY, random);
    }

    private static Spec channelsLastSpec(DType type, long... shape) {
        return new Spec(type, shape, Operands.strides(shape, Layout.CHANNELS_LAST));
    }

    private void layouts(Window window, int groups, DType type, Tolerance sums, long[] x, long... w) {
        long[] y = x.clone();
        y[1] = w[0];
        System.arraycopy(window.out(x, w), 0, y, 2, y.length - 2);
        var family = new ConvolutionKernels(true);
        Operand[] in = {channelsLast(type, x), operand(type, Values.ORDINARY, w)};
        Operand g = channelsLast(type, y);
        compare(family, new Convolution(window, groups), sums, in, channelsLastSpec(type, y));
        long[] extents = Arrays.copyOfRange(x, 2, x.length);
        Operand[] back = {g, in[1]};
        compare(family, new ConvolutionInputGrad(window, groups, extents), sums, back, channelsLastSpec(type, x));
        long[] kernel = Arrays.copyOfRange(w, 2, w.length);
        Operand[] both = {g, in[0]};
        compare(family, new ConvolutionWeightGrad(window, groups, kernel), sums, both, output(type, w));
    }

    @Test
    void tensorCores() {
        var window = new Window(new Window.Axis(2, 1, 1, 1), new Window.Axis(1, 0, 2, 1));
        var three = new Window(new Window.Axis(1, 1, 0, 1), new Window.Axis(2, 1, 1, 1), new Window.Axis(1, 1, 1, 2));
        for (DType type : new DType[] {DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16}) {
            var loose = new Tolerance(1e-2, type == DType.FLOAT32 ? 0.1 : 0.3);
            layouts(window, 1, type, loose, new long[] {2, 36, 9, 8}, 68, 36, 3, 3);
            layouts(window, 2, type, loose, new long[] {1, 40, 6, 7}, 48, 20, 1, 1);
            layouts(three, 1, type, loose, new long[] {1, 20, 3, 6, 5}, 24, 20, 2, 3, 2);
        }
    }

    /** Sizes at which threads have several channels and positions each. */
    @Test
    void severalElementsOfAThread() {
        var window = new Window(new Window.Axis(1, 1, 1, 1), new Window.Axis(2, 1, 1, 1));
        var unit = new Window(new Window.Axis(1, 1, 1, 1), new Window.Axis(1, 1, 1, 1));
        long[] shape = {2, 32, 24, 42};
        for (DType type : new DType[] {DType.FLOAT32, DType.BFLOAT16}) {
            layouts(window, 32, type, sums(type), shape, 32, 1, 3, 3);
            layouts(unit, 32, type, sums(type), shape, 32, 1, 3, 3);
            for (var kind : Pool.Kind.values()) {
                long[] y = {2, 32, 12, 21};
                var axes =
                        List.<PoolAxis>of(new PoolAxis.Sliding(3, 2, 1, 1, 12), new PoolAxis.Sliding(3, 2, 1, 1, 21));
                var pool = new Pool(kind, axes, true, 0);
                Operand x = channelsLast(type, shape);
                var family = new PoolKernels();
                Operand g = channelsLast(type, y);
                var back = new PoolGrad(pool, 24, 42);
                if (kind == Pool.Kind.AVG) {
                    compare(family, pool, sums(type), new Operand[] {x}, channelsLastSpec(type, y));
                    compare(family, back, sums(type), new Operand[] {g}, channelsLastSpec(type, shape));
                } else {
                    Spec[] out = {channelsLastSpec(type, y), channelsLastSpec(DType.INT64, y)};
                    compare(family, pool, Tolerance.EXACT, new Operand[] {x}, out);
                    Operand value = Operands.allocate(arena, out[0]);
                    Operand places = Operands.allocate(arena, out[1]);
                    Oracle.backend("naive").run(pool, new Operand[] {x}, new Operand[] {value, places});
                    compare(family, back, sums(type), new Operand[] {g, places}, channelsLastSpec(type, shape));
                }
            }
        }
        var axis = new ResampleAxis(Filter.LINEAR, 24, 48, 0.5, false);
        var other = new ResampleAxis(Filter.LINEAR, 42, 42, 1, false);
        Operand[] x = {channelsLast(DType.FLOAT32, shape)};
        Spec y = channelsLastSpec(DType.FLOAT32, 2, 32, 48, 42);
        compare(new ResampleKernels(), new Resample(List.of(axis, other), false), sums(DType.FLOAT32), x, y);
    }
}
