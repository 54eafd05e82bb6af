package fathom.cpu.resample;

import fathom.DType;
import fathom.cpu.warmup.WarmUp;
import fathom.primitive.Layouts;
import fathom.primitive.Operand;
import fathom.primitive.Spec;
import fathom.primitive.window.Resample;
import fathom.primitive.window.ResampleAxis;
import fathom.primitive.window.ResampleAxis.Filter;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/** Warms up the vector code of resampling on synthetic images. */
final class Exercise {
    private static final int SIDE = 20;

    /** Bytes that may be read beyond a row. */
    private static final long PADDING_BYTES = 256;

    /** Upper bound, in nanoseconds, of a row once the code is compiled. */
    private static final long COMPILED_NANOS = 2_000;

    private Exercise() {}

    static boolean run() {
        try (var arena = Arena.ofConfined()) {
            var some = new ArrayList<Image>();
            for (boolean pixels : new boolean[] {true, false}) {
                for (boolean transposed : new boolean[] {false, true}) {
                    some.add(new Image(arena, Filter.LINEAR, 37, pixels, transposed, 2 * SIDE));
                    some.add(new Image(arena, Filter.CUBIC, 16, pixels, transposed, 2 * SIDE));
                    some.add(new Image(arena, Filter.NEAREST, 20, pixels, transposed, 2 * SIDE));
                    some.add(new Image(arena, Filter.LINEAR, 5, pixels, transposed, SIDE / 2));
                }
            }
            return WarmUp.untilCompiled(() -> some.forEach(Image::row), some.getFirst()::row, COMPILED_NANOS);
        }
    }

    /** An image to resize, or a gradient of resizing. */
    private static final class Image {
        private final Rows rows;
        private final long sum;

        Image(Arena arena, Filter filter, int channels, boolean pixels, boolean transposed, int out) {
            var axis = new ResampleAxis(filter, SIDE, out, (double) SIDE / out, false);
            Operand x = image(arena, channels, SIDE, pixels);
            Operand y = image(arena, channels, out, pixels);
            var resample = new Resample(List.of(axis, axis), transposed);
            rows = new Rows(resample, transposed ? y : x, transposed ? x : y);
            sum = arena.allocate(rows.bytes() + PADDING_BYTES, 64).address();
        }

        /** Computes a single row: uncompiled vector code is slow. */
        void row() {
            rows.compute(1, 2, sum, true);
        }

        private static Operand image(Arena arena, int channels, int side, boolean pixels) {
            long[] shape = {1, channels, side, side};
            Spec spec = Layouts.channelsLast(DType.FLOAT32, shape);
            long[] strides = pixels && spec.strides() != null ? spec.strides() : Layouts.contiguous(shape);
            long address = arena.allocate(4L * channels * side * side, 64).address();
            return new Operand(DType.FLOAT32, address, shape, strides);
        }
    }
}
