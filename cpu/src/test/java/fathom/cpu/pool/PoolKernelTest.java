package fathom.cpu.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.cpu.ContractionBackend;
import fathom.cpu.memory.Memory;
import fathom.cpu.parallel.Parallel;
import fathom.primitive.Layouts;
import fathom.primitive.Operand;
import fathom.primitive.Spec;
import fathom.primitive.window.Pool;
import fathom.primitive.window.Pool.Kind;
import fathom.primitive.window.PoolAxis;
import fathom.primitive.window.PoolGrad;
import fathom.testkit.Operands;
import fathom.testkit.Operands.Layout;
import fathom.testkit.Operands.Values;
import fathom.testkit.Oracle;
import fathom.testkit.Oracle.Tolerance;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pooling and its gradients against the naive backend. */
class PoolKernelTest {
    private static final Tolerance ROUNDED = new Tolerance(1e-6, 1e-6);

    private final ContractionBackend backend = new ContractionBackend();

    @Property(tries = 300, seed = "1")
    void slidingWindows(
            @ForAll Kind kind,
            @ForAll DType type,
            @ForAll @IntRange(max = 3) int n,
            @ForAll @IntRange(max = 40) int channels,
            @ForAll @IntRange(min = 1, max = 12) int height,
            @ForAll @IntRange(min = 1, max = 4) int kernel,
            @ForAll @IntRange(min = 1, max = 3) int stride,
            @ForAll @IntRange(min = 1, max = 2) int dilation,
            @ForAll boolean ceil,
            @ForAll boolean includePad,
            @ForAll @IntRange(max = 2) int divisor,
            @ForAll Layout layout) {
        int width = height + 3;
        int pad = kernel / 2;
        var rows = sliding(height, kernel, stride, pad, dilation, ceil);
        var columns = sliding(width, kernel, stride + 1, pad, dilation, !ceil);
        if (rows.count() < 1 || columns.count() < 1 || type == DType.BOOL) {
            return;
        }
        check(
                new Pool(kind, List.of(rows, columns), includePad, 3 * divisor),
                type,
                n,
                channels,
                height,
                width,
                layout,
                Values.WHOLE);
    }

    /** PyTorch's number of windows. */
    private static PoolAxis.Sliding sliding(int in, int kernel, int stride, int pad, int dilation, boolean ceil) {
        int last = in + 2 * pad - dilation * (kernel - 1) - 1;
        int count = (ceil ? Math.ceilDiv(last, stride) : Math.floorDiv(last, stride)) + 1;
        if (ceil && (count - 1) * stride >= in + pad) {
            count--;
        }
        boolean someInside = dilation == 1 || in > pad; // no empty windows
        return new PoolAxis.Sliding(kernel, stride, pad, dilation, someInside ? count : 0);
    }

    @Property(tries = 100, seed = "1")
    void adaptiveWindows(
            @ForAll Kind kind,
            @ForAll @IntRange(min = 1, max = 12) int height,
            @ForAll @IntRange(min = 1, max = 12) int width,
            @ForAll @IntRange(min = 1, max = 7) int rows,
            @ForAll @IntRange(min = 1, max = 7) int columns,
            @ForAll boolean wide,
            @ForAll Layout layout) {
        var pool =
                Pool.ofImages(kind, new PoolAxis.Adaptive(height, rows), new PoolAxis.Adaptive(width, columns), false);
        check(pool, wide ? DType.FLOAT64 : DType.FLOAT32, 2, 18, height, width, layout, Values.WHOLE);
    }

    @Test
    void nanAndInfinityInMaxima() {
        var axis = new PoolAxis.Sliding(3, 2, 1, 1, 5);
        for (var type : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            for (var layout : new Layout[] {Layout.CHANNELS_LAST, Layout.CONTIGUOUS}) {
                forward(Pool.ofImages(Kind.MAX, axis, axis, true), type, 3, 20, 9, 9, layout, Values.EXTREME);
            }
        }
    }

    /** The vector code, compiled or not, has the bits of the scalar loops. */
    @Tag("vector-api")
    @ParameterizedTest
    @EnumSource
    void vectorCodeHasTheBitsOfScalarCode(Kind kind) {
        var axis = new PoolAxis.Sliding(3, 2, 1, 1, 5);
        var random = new Random(3);
        for (var type : new DType[] {DType.FLOAT32, DType.FLOAT64, DType.BFLOAT16}) {
            for (int channels : new int[] {1, 6, 8, 16, 19, 37}) {
                try (var arena = Arena.ofConfined()) {
                    long[] in = {2, channels, 9, 9};
                    long[] out = {2, channels, 5, 5};
                    var pool = Pool.ofImages(kind, axis, axis, true);
                    var x = Operands.random(arena, type, in, Layout.CHANNELS_LAST, Values.EXTREME, random);
                    var windows = Axis.of(axis, 9);
                    var y = new Operand[2];
                    var places = new Operand[2];
                    var gradient = new Operand[2];
                    for (int i = 0; i < 2; i++) {
                        y[i] = Operands.allocate(arena, Layouts.channelsLast(type, 2, channels, 5, 5));
                        places[i] = Operands.allocate(arena, Layouts.channelsLast(DType.INT64, 2, channels, 5, 5));
                        gradient[i] = Operands.allocate(arena, Layouts.channelsLast(type, 2, channels, 9, 9));
                        var to = kind == Kind.MAX ? Plane.of(places[i]) : null;
                        var forward = new Forward(pool, Plane.of(x), Plane.of(y[i]), to, windows, windows);
                        forward.lines(0, 4, i == 0);
                        forward.lines(4, 10, i == 0);
                        if (kind == Kind.AVG) {
                            var g =
                                    Operands.random(
                                            arena, type, out, Layout.CHANNELS_LAST, Values.ORDINARY, new Random(4));
                            var backward =
                                    new Backward(pool, Plane.of(g), null, Plane.of(gradient[i]), windows, windows);
                            backward.image(0, 0, channels, i == 0);
                            backward.image(1, 0, channels, i == 0);
                        }
                    }
                    assertThat(Operands.toArray(y[0])).isEqualTo(Operands.toArray(y[1]));
                    assertThat(Operands.toArray(places[0])).isEqualTo(Operands.toArray(places[1]));
                    assertThat(Operands.toArray(gradient[0])).isEqualTo(Operands.toArray(gradient[1]));
                }
            }
        }
    }

    /** Vectors of pixels with few channels extend into elements that are written next, and no further. */
    @Tag("vector-api")
    @ParameterizedTest
    @EnumSource
    void memoryAfterTheResultIsNotWritten(Kind kind) {
        var axis = new PoolAxis.Sliding(2, 2, 0, 1, 3);
        for (var type : new DType[] {DType.FLOAT32, DType.FLOAT64, DType.BFLOAT16}) {
            for (int channels : new int[] {1, 2, 5, 7, 15, 19}) {
                try (var arena = Arena.ofConfined()) {
                    var pool = Pool.ofImages(kind, axis, axis, true);
                    long[] in = {2, channels, 6, 6};
                    var x = Operands.random(arena, type, in, Layout.CHANNELS_LAST, Values.ORDINARY, new Random(5));
                    var y = new Guarded(arena, type, channels, 3);
                    var places = new Guarded(arena, DType.INT64, channels, 3);
                    var gradient = new Guarded(arena, type, channels, 6);
                    var to = kind == Kind.MAX ? Plane.of(places.images) : null;
                    var windows = Axis.of(axis, 6);
                    var forward = new Forward(pool, Plane.of(x), Plane.of(y.images), to, windows, windows);
                    forward.lines(0, 5, true);
                    forward.lines(5, 6, true);
                    var backward =
                            new Backward(pool, Plane.of(y.images), to, Plane.of(gradient.images), windows, windows);
                    if (backward.hasVectors() || type == DType.BFLOAT16) {
                        backward.image(0, 0, channels, true);
                        backward.image(1, 0, channels, true);
                    }
                    y.check();
                    places.check();
                    gradient.check();
                }
            }
        }
    }

    /** Two images followed by guard elements, which are ones. */
    private static final class Guarded {
        private static final int GUARD_ELEMENTS = 128;

        final Operand images;
        private final long end;

        Guarded(Arena arena, DType type, int channels, int side) {
            var spec = Layouts.channelsLast(type, 2, channels, side, side);
            long bytes = 2L * channels * side * side * type.size();
            long address = arena.allocate(bytes + GUARD_ELEMENTS, 64).address();
            end = address + bytes;
            for (int i = 0; i < GUARD_ELEMENTS; i++) {
                Memory.setByte(end + i, (byte) 1);
            }
            images = new Operand(type, address, spec.shape(), Objects.requireNonNull(spec.strides()));
        }

        void check() {
            for (int i = 0; i < GUARD_ELEMENTS; i++) {
                assertThat(Memory.getByte(end + i)).isEqualTo((byte) 1);
            }
        }
    }

    @Test
    void sameBitsForAnyNumberOfThreads() {
        int before = Parallel.threads();
        var axis = new PoolAxis.Sliding(3, 1, 1, 1, 20);
        try (var arena = Arena.ofConfined()) {
            for (var kind : Kind.values()) {
                var pool = Pool.ofImages(kind, axis, axis, true);
                long[] shape = {3, 50, 20, 20};
                var random = new Random(1);
                var x = Operands.random(arena, DType.FLOAT32, shape, Layout.CHANNELS_LAST, Values.ORDINARY, random);
                var places = Operands.allocate(arena, Layouts.channelsLast(DType.INT64, 3, 50, 20, 20));
                double[] first = null;
                for (int threads : new int[] {1, 2, 5}) {
                    Parallel.setThreads(threads);
                    var y = Operands.allocate(arena, Layouts.channelsLast(DType.FLOAT32, 3, 50, 20, 20));
                    var gradient = Operands.allocate(arena, Layouts.channelsLast(DType.FLOAT32, 3, 50, 20, 20));
                    backend.run(pool, new Operand[] {x}, new Operand[] {y, places});
                    backend.run(new PoolGrad(pool, 20, 20), new Operand[] {y, places}, new Operand[] {gradient});
                    var values = Operands.toArray(gradient);
                    if (first == null) {
                        first = values;
                    }
                    assertThat(values).isEqualTo(first);
                }
            }
        } finally {
            Parallel.setThreads(before);
        }
    }

    @Test
    void emptyMaximaAreRejected() {
        var axis = new PoolAxis.Sliding(1, 1, 1, 1, 4);
        try (var arena = Arena.ofConfined()) {
            var x = Operands.of(arena, DType.FLOAT32, new long[] {1, 1, 2, 2}, 1, 2, 3, 4);
            var y = Operands.allocate(arena, Spec.of(DType.FLOAT32, 1, 1, 4, 4));
            var places = Operands.allocate(arena, Spec.of(DType.INT64, 1, 1, 4, 4));
            assertThatThrownBy(() ->
                            backend.run(
                                    Pool.ofImages(Kind.MAX, axis, axis, false),
                                    new Operand[] {x},
                                    new Operand[] {y, places}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("window 0 along the rows lies wholly in the padding");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void maximaOfTallImagesOnSeveralThreads(int threads) {
        int before = Parallel.threads();
        try {
            Parallel.setThreads(threads);
            for (var layout : Layout.values()) {
                var rows = new PoolAxis.Sliding(3, 2, 1, 1, 41);
                var columns = new PoolAxis.Sliding(2, 2, 0, 1, 3);
                var pool = Pool.ofImages(Kind.MAX, rows, columns, false);
                check(pool, DType.FLOAT32, 1, 37, 82, 7, layout, Values.ORDINARY);
                check(pool, DType.FLOAT64, 1, 3, 82, 7, layout, Values.ORDINARY);
            }
        } finally {
            Parallel.setThreads(before);
        }
    }

    @Test
    void indicesOutsideTheImageAreRejected() {
        var axis = new PoolAxis.Sliding(2, 2, 0, 1, 1);
        try (var arena = Arena.ofConfined()) {
            var g = Operands.of(arena, DType.FLOAT32, new long[] {1, 1, 1, 1}, 1);
            var places = Operands.of(arena, DType.INT64, new long[] {1, 1, 1, 1}, 4);
            var x = Operands.allocate(arena, Spec.of(DType.FLOAT32, 1, 1, 2, 2));
            var pool = Pool.ofImages(Kind.MAX, axis, axis, false);
            assertThatThrownBy(
                            () -> backend.run(new PoolGrad(pool, 2, 2), new Operand[] {g, places}, new Operand[] {x}))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessageContaining("index 4");
        }
    }

    private void check(
            Pool pool, DType type, int n, int channels, int height, int width, Layout layout, Values values) {
        try (var arena = Arena.ofConfined()) {
            var x = forward(pool, type, n, channels, height, width, layout, values);
            if (!type.isFloating()) {
                return;
            }
            var random = new Random(x);
            long rows = pool.rows().count();
            long columns = pool.columns().count();
            var g = Operands.random(arena, type, new long[] {n, channels, rows, columns}, layout, values, random);
            var places =
                    Operands.indices(
                            arena, new long[] {n, channels, rows, columns}, layout, (long) height * width, random);
            assertThat(
                            Oracle.compare(
                                    backend,
                                    new PoolGrad(pool, height, width),
                                    pool.kind() == Kind.MAX ? new Operand[] {g, places} : new Operand[] {g},
                                    new Spec[] {Layouts.channelsLast(type, n, channels, height, width)},
                                    type.size() == 2 ? new Tolerance(0.02, 0.02) : ROUNDED))
                    .isTrue();
        }
    }

    private int forward(
            Pool pool, DType type, int n, int channels, int height, int width, Layout layout, Values values) {
        try (var arena = Arena.ofConfined()) {
            var random = new Random(channels);
            var x = Operands.random(arena, type, new long[] {n, channels, height, width}, layout, values, random);
            long rows = pool.rows().count();
            long columns = pool.columns().count();
            var y = Layouts.channelsLast(type, n, channels, rows, columns);
            var places = Layouts.channelsLast(DType.INT64, n, channels, rows, columns);
            assertThat(
                            Oracle.compare(
                                    backend,
                                    pool,
                                    new Operand[] {x},
                                    pool.kind() == Kind.MAX ? new Spec[] {y, places} : new Spec[] {y},
                                    type.size() == 2 ? new Tolerance(0.01, 0.01) : ROUNDED))
                    .isTrue();
        }
        return channels;
    }
}
