package fathom.cpu.pool;

import fathom.DType;
import fathom.cpu.parallel.WarmUp;
import fathom.primitive.Layouts;
import fathom.primitive.Operand;
import fathom.primitive.Pool2d;
import fathom.primitive.PoolAxis;
import java.lang.foreign.Arena;
import java.util.Objects;

/** Runs the vector code of pooling on made-up images until it is compiled. */
final class Exercise {
    private static final int SIDE = 12;
    private static final int CHANNELS = 20;

    /** Nanoseconds per window when the code is compiled, generously. */
    private static final long COMPILED = 600;

    private Exercise() {}

    static void run(Pool2d.Kind kind, DType type) {
        int out = SIDE / 2;
        var axis = new PoolAxis.Sliding(2, 2, 0, 1, out);
        var pool = new Pool2d(kind, axis, axis, false, 0);
        try (var arena = Arena.ofConfined()) {
            var x = Plane.of(image(arena, type, SIDE));
            var y = Plane.of(image(arena, type, out));
            var windows = Axis.of(axis, SIDE);
            if (kind == Pool2d.Kind.MAX) {
                var places = Plane.of(image(arena, DType.INT64, out));
                var forward = new Forward(pool, x, y, places, windows, windows);
                WarmUp.untilFast(COMPILED * out * out, () -> lines(forward, out));
            } else {
                var forward = new Forward(pool, x, y, null, windows, windows);
                var backward = new Backward(pool, y, null, x, windows, windows);
                WarmUp.untilFast(
                        3 * COMPILED * out * out,
                        () -> {
                            backward.image(0, 0, CHANNELS, true);
                            gradientLines(backward, out);
                            lines(forward, out);
                        });
            }
        }
    }

    private static void lines(Forward forward, int rows) {
        for (int row = 0; row < rows; row++) {
            forward.line(0, row, true);
        }
    }

    private static void gradientLines(Backward backward, int rows) {
        for (int row = 0; row < rows; row++) {
            backward.line(0, row);
        }
    }

    private static Operand image(Arena arena, DType type, int side) {
        var spec = Layouts.channelsLast(type, 1, CHANNELS, side, side);
        long address = arena.allocate((long) CHANNELS * side * side * type.size(), 64).address();
        return new Operand(type, address, spec.shape(), Objects.requireNonNull(spec.strides()));
    }
}
