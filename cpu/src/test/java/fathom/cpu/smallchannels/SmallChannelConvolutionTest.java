package fathom.cpu.smallchannels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import fathom.cpu.parallel.Parallel;
import fathom.cpu.smallchannels.SmallChannelConvolution.Plane;
import fathom.primitive.window.Window;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("vector-api")
class SmallChannelConvolutionTest {
    /** The shape of a convolution. */
    record Case(int n, int c, int h, int w, int o, int kh, int kw, Window window) {
        Plane x() {
            return new Plane(c, h, w);
        }

        Plane y() {
            return new Plane(o, window.rows().out(h, kh), window.columns().out(w, kw));
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case(32, 1, 28, 28, 6, 5, 5, Window.ofImages(1, 1, 2, 2, 1, 1)),
                new Case(32, 6, 14, 14, 16, 5, 5, Window.ofImages(1, 1, 0, 0, 1, 1)),
                new Case(33, 3, 9, 11, 7, 3, 3, Window.ofImages(1, 1, 1, 1, 1, 1)),
                new Case(47, 2, 9, 8, 5, 3, 2, Window.ofImages(2, 3, 1, 0, 1, 1)),
                new Case(16, 4, 12, 13, 3, 3, 3, Window.ofImages(1, 1, 2, 2, 2, 2)),
                new Case(70, 2, 11, 10, 9, 3, 4, Window.ofImages(3, 2, 2, 1, 2, 3)),
                new Case(20, 3, 7, 7, 1, 2, 2, Window.ofImages(3, 3, 0, 0, 1, 1)), // some inputs are in no window
                new Case(65, 1, 2, 2, 2, 1, 1, Window.ofImages(1, 1, 0, 0, 1, 1)), // smaller than a tile
                new Case(5, 1, 4, 4, 11, 3, 3, Window.ofImages(1, 1, 3, 3, 1, 1))); // windows entirely in the padding
    }

    private final Arena arena = Arena.ofAuto();

    @BeforeEach
    void wideVectors() {
        assumeTrue(FloatVector.SPECIES_PREFERRED.length() >= 4, "this processor has no vectors of 4 floats");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void forward(Case c) {
        var x = random(c.n() * c.x().elements(), 1);
        var w = random((long) c.o() * c.c() * c.kh() * c.kw(), 2);
        var bias = random(c.o(), 3);
        var y = random(c.n() * c.y().elements(), 4);
        var expected = new double[(int) (c.n() * c.y().elements())];
        taps(c, (n, xi, yi, wi) -> expected[yi] += (double) get(x, xi) * get(w, wi));

        var convolution = SmallChannelConvolution.forward(c.n(), c.x(), c.y(), c.kh(), c.kw(), c.window(), strides(c));
        convolution.run(x.address(), w.address(), 0, y.address());
        assertClose(y, expected);

        for (int i = 0; i < expected.length; i++) {
            expected[i] += get(bias, i % c.o());
        }
        convolution.run(x.address(), w.address(), bias.address(), y.address());
        assertClose(y, expected);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void inputGradient(Case c) {
        var g = random(c.n() * c.y().elements(), 1);
        var w = random((long) c.o() * c.c() * c.kh() * c.kw(), 2);
        var x = random(c.n() * c.x().elements(), 3);
        var expected = new double[(int) (c.n() * c.x().elements())];
        taps(c, (n, xi, yi, wi) -> expected[xi] += (double) get(g, yi) * get(w, wi));

        SmallChannelConvolution.inputGradient(c.n(), c.x(), c.y(), c.kh(), c.kw(), c.window(), strides(c))
                .run(g.address(), w.address(), 0, x.address());
        assertClose(x, expected);
    }

    @Test
    void sameBitsForAnyNumberOfThreads() {
        var c = new Case(150, 2, 14, 14, 5, 3, 3, Window.ofImages(1, 1, 1, 1, 1, 1));
        var x = random(c.n() * c.x().elements(), 1);
        var w = random((long) c.o() * c.c() * c.kh() * c.kw(), 2);
        var convolution = SmallChannelConvolution.forward(c.n(), c.x(), c.y(), c.kh(), c.kw(), c.window(), strides(c));
        int before = Parallel.threads();
        try {
            var results = new float[2][];
            for (int i = 0; i < 2; i++) {
                Parallel.setThreads(1 + 2 * i);
                var y = random(c.n() * c.y().elements(), 3);
                convolution.run(x.address(), w.address(), 0, y.address());
                results[i] = y.toArray(ValueLayout.JAVA_FLOAT);
            }
            assertThat(Arrays.equals(results[0], results[1])).isTrue();
        } finally {
            Parallel.setThreads(before);
        }
    }

    @Test
    void profitableForFewChannelsAndManyImagesOnly() {
        assertThat(SmallChannelConvolution.isProfitable(256, new Plane(1, 28, 28), new Plane(6, 28, 28))).isTrue();
        assertThat(SmallChannelConvolution.isProfitable(2, new Plane(1, 28, 28), new Plane(6, 28, 28))).isFalse();
        assertThat(SmallChannelConvolution.isProfitable(256, new Plane(1, 28, 28), new Plane(64, 28, 28))).isFalse();
        assertThat(SmallChannelConvolution.isProfitable(256, new Plane(64, 224, 224), new Plane(3, 224, 224)))
                .isFalse();
    }

    interface Tap {
        void at(int n, int x, int y, int w);
    }

    /** Visits every product of the convolution by the indices of its operands. */
    private static void taps(Case c, Tap tap) {
        var win = c.window();
        int oh = (int) c.y().rows();
        int ow = (int) c.y().columns();
        for (int n = 0; n < c.n(); n++) {
            for (int i = 0; i < oh; i++) {
                for (int j = 0; j < ow; j++) {
                    for (int kh = 0; kh < c.kh(); kh++) {
                        for (int kw = 0; kw < c.kw(); kw++) {
                            int row = i * win.rows().stride() - win.rows().low() + kh * win.rows().dilation();
                            int column =
                                    j * win.columns().stride() - win.columns().low() + kw * win.columns().dilation();
                            if (row < 0 || row >= c.h() || column < 0 || column >= c.w()) {
                                continue;
                            }
                            for (int s = 0; s < c.c(); s++) {
                                for (int o = 0; o < c.o(); o++) {
                                    tap.at(
                                            n,
                                            ((n * c.h() + row) * c.w() + column) * c.c() + s,
                                            ((n * oh + i) * ow + j) * c.o() + o,
                                            ((o * c.c() + s) * c.kh() + kh) * c.kw() + kw);
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private static long[] strides(Case c) {
        return new long[] {(long) c.c() * c.kh() * c.kw(), (long) c.kh() * c.kw(), c.kw(), 1};
    }

    private MemorySegment random(long count, long seed) {
        var random = new Random(seed);
        var memory = arena.allocate(count * Float.BYTES, 64);
        for (long i = 0; i < count; i++) {
            memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, (random.nextInt(33) - 16) / 8f);
        }
        return memory;
    }

    private static float get(MemorySegment memory, long i) {
        return memory.getAtIndex(ValueLayout.JAVA_FLOAT, i);
    }

    /** The values are chosen so that all sums are exact. */
    private static void assertClose(MemorySegment actual, double[] expected) {
        for (int i = 0; i < expected.length; i++) {
            if (get(actual, i) != expected[i]) {
                assertThat((double) get(actual, i)).as("element %d", i).isEqualTo(expected[i]);
            }
        }
    }
}
