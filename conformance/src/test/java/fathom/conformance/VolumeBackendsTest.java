package fathom.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.DType;
import fathom.primitive.Backend;
import fathom.primitive.Computed;
import fathom.primitive.Layouts;
import fathom.primitive.Operand;
import fathom.primitive.Spec;
import fathom.primitive.window.Convolution;
import fathom.primitive.window.ConvolutionInputGrad;
import fathom.primitive.window.ConvolutionWeightGrad;
import fathom.primitive.window.Window;
import fathom.testkit.Operands;
import fathom.testkit.Operands.Layout;
import fathom.testkit.Operands.Values;
import fathom.testkit.Oracle;
import fathom.testkit.Oracle.Tolerance;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Convolutions of sequences and volumes as in networks: the accelerator supports them, and so does plain Java. */
class VolumeBackendsTest {
    /** The parameters of a convolution. */
    record Case(long[] x, long[] w, int groups, Window window) {
        long[] spatial(long[] extents) {
            return Arrays.copyOfRange(extents, 2, extents.length);
        }

        long[] y() {
            long[] y = x.clone();
            y[1] = w[0];
            System.arraycopy(window.out(x, w), 0, y, 2, y.length - 2);
            return y;
        }

        @Override
        public String toString() {
            return "%s by %s, %s".formatted(Arrays.toString(x), Arrays.toString(w), window);
        }
    }

    private static Window window(int rank, int stride, int padding) {
        var axes = new Window.Axis[rank];
        Arrays.fill(axes, new Window.Axis(stride, padding, padding, 1));
        return new Window(axes);
    }

    private static long[] of(long... extents) {
        return extents;
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case(of(2, 16, 6, 8, 10), of(24, 16, 3, 3, 3), 1, window(3, 1, 1)),
                new Case(of(3, 3, 5, 9, 9), of(16, 3, 3, 3, 3), 1, window(3, 2, 1)),
                new Case(of(1, 8, 4, 6, 6), of(12, 4, 2, 3, 1), 2, window(3, 1, 0)),
                new Case(of(2, 32, 4, 4, 4), of(32, 32, 1, 1, 1), 1, window(3, 1, 0)),
                new Case(
                        of(2, 8, 7, 6, 5),
                        of(16, 8, 3, 2, 3),
                        1,
                        new Window(
                                new Window.Axis(2, 0, 1, 1), new Window.Axis(1, 1, 0, 2), new Window.Axis(1, 2, 1, 1))),
                new Case(of(4, 32, 40), of(48, 32, 5), 1, window(1, 1, 2)),
                new Case(of(40, 6, 30), of(8, 6, 3), 1, window(1, 1, 1)), // batch in lanes
                new Case(of(2, 32, 200), of(32, 32, 2), 1, new Window(new Window.Axis(1, 1, 0, 1))), // causal
                new Case(
                        of(2, 32, 16, 17),
                        of(64, 32, 3, 3),
                        1,
                        new Window(new Window.Axis(1, 0, 2, 1), new Window.Axis(1, 2, 1, 1)))); // Winograd
    }

    @ParameterizedTest
    @MethodSource("cases")
    void supportedAndCorrect(Case c) {
        var random = new SplittableRandom(1);
        try (var arena = Arena.ofConfined()) {
            for (DType type : new DType[] {DType.FLOAT32, DType.FLOAT64, DType.BFLOAT16}) {
                Operand x = Operands.random(arena, type, c.x, Layout.CHANNELS_LAST, Values.ORDINARY, random);
                Operand w = Operands.random(arena, type, c.w, Layout.CONTIGUOUS, Values.ORDINARY, random);
                Operand g = Operands.random(arena, type, c.y(), Layout.CHANNELS_LAST, Values.ORDINARY, random);
                Spec y = Layouts.channelsLast(type, c.y());
                check(new Convolution(c.window, c.groups), y, x, w);
                check(new ConvolutionInputGrad(c.window, c.groups, c.spatial(c.x)), like(type, c.x), g, w);
                check(new ConvolutionWeightGrad(c.window, c.groups, c.spatial(c.w)), Spec.of(type, c.w), g, x);
            }
        }
    }

    private static Spec like(DType type, long[] shape) {
        return Layouts.channelsLast(type, shape);
    }

    private static void check(Computed primitive, Spec out, Operand... in) {
        Tolerance tolerance =
                switch (out.dtype()) {
                    case FLOAT64 -> new Tolerance(1e-12, 1e-11);
                    case FLOAT32 -> new Tolerance(1e-4, 1e-3); // sums of a thousand, and Winograd's transforms
                    default -> new Tolerance(2e-2, 0.5);
                };
        assertThat(Oracle.compare(BackendProperties.CPU, primitive, in, new Spec[] {out}, tolerance)).isTrue();
        for (Backend b : BackendProperties.ACCELERATORS) {
            boolean taken = Oracle.compare(b, primitive, in, new Spec[] {out}, tolerance);
            if (out.dtype() != DType.BFLOAT16) { // unsupported on every processor
                assertThat(taken).as("%s supports %s", b.name(), primitive).isEqualTo(out.dtype() == DType.FLOAT32);
            }
        }
    }
}
