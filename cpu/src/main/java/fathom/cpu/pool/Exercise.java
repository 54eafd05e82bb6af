package fathom.cpu.pool;

import fathom.DType;
import fathom.cpu.memory.VectorApi;
import fathom.cpu.warmup.WarmUp;
import fathom.primitive.Layouts;
import fathom.primitive.Operand;
import fathom.primitive.window.Pool;
import fathom.primitive.window.PoolAxis;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Objects;

/** Warms up the vector code of pooling on synthetic images. */
final class Exercise {
    private static final int SIDE = 8;
    private static final int OUT = 4;

    /** Upper bound, in nanoseconds, of a row of windows once the code is compiled. */
    private static final long COMPILED_NANOS = 2_000;

    private Exercise() {}

    static boolean run(Pool.Kind kind, DType type) {
        int few = Math.max(1, VectorApi.lanes(Math.max(type.size(), Float.BYTES)) - 1);
        try (var arena = Arena.ofConfined()) {
            // windows that are disjoint; that overlap, with divisor 9; that are dilated
            var some =
                    List.of(
                            new Images(arena, kind, type, new PoolAxis.Sliding(2, 2, 0, 1, OUT), 20),
                            new Images(arena, kind, type, new PoolAxis.Sliding(2, 2, 0, 1, OUT), few),
                            new Images(arena, kind, type, new PoolAxis.Sliding(3, 2, 1, 1, OUT), 37),
                            new Images(arena, kind, type, new PoolAxis.Sliding(3, 3, 0, 1, 2), 16),
                            new Images(arena, kind, type, new PoolAxis.Sliding(2, 1, 0, 2, 6), 16));
            return WarmUp.untilCompiled(() -> some.forEach(Images::all), some.getFirst()::row, COMPILED_NANOS);
        }
    }

    /** An image, its pooling, and the gradient. */
    private static final class Images {
        private final Forward forward;
        private final Backward backward;
        private final int rows;
        private final int channels;
        private final boolean isBfloat16;

        Images(Arena arena, Pool.Kind kind, DType type, PoolAxis.Sliding axis, int channels) {
            this.channels = channels;
            this.isBfloat16 = type == DType.BFLOAT16;
            rows = (int) axis.count();
            var pool = Pool.ofImages(kind, axis, axis, true);
            var x = Plane.of(image(arena, type, channels, SIDE));
            var y = Plane.of(image(arena, type, channels, rows));
            var indices = kind == Pool.Kind.MAX ? Plane.of(image(arena, DType.INT64, channels, rows)) : null;
            var windows = Axis.of(axis, SIDE);
            forward = new Forward(pool, x, y, indices, windows, windows);
            backward = new Backward(pool, y, indices, x, windows, windows);
        }

        void row() {
            forward.line(0, 0, true, true);
            if (backward.hasLines()) {
                backward.line(0, 0);
            }
        }

        void all() {
            forward.lines(0, rows, true);
            for (int i = 0; i < rows; i++) {
                if (backward.hasLines()) {
                    backward.line(0, i);
                }
            }
            if (backward.hasVectors() || isBfloat16) {
                backward.image(0, 0, channels, true);
            }
        }

        private static Operand image(Arena arena, DType type, int channels, int side) {
            var spec = Layouts.channelsLast(type, 1, channels, side, side);
            long address = arena.allocate((long) channels * side * side * type.size(), 64).address();
            return new Operand(type, address, spec.shape(), Objects.requireNonNull(spec.strides()));
        }
    }
}
