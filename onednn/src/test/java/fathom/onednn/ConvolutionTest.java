package fathom.onednn;

import static fathom.onednn.OneDnn.assertClose;
import static fathom.onednn.OneDnn.run;
import static fathom.onednn.OneDnn.supports;
import static org.assertj.core.api.Assertions.assertThat;

import fathom.DType;
import fathom.cpu.parallel.Parallel;
import fathom.primitive.window.Convolution;
import fathom.primitive.window.ConvolutionInputGrad;
import fathom.primitive.window.ConvolutionWeightGrad;
import fathom.primitive.window.Window;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConvolutionTest {
    private static final DType F32 = DType.FLOAT32;

    /** The shape of a convolution. */
    record Case(long n, long c, long h, long w, long o, long kh, long kw, int groups, Window window) {
        long[] x() {
            return new long[] {n, c, h, w};
        }

        long[] weights() {
            return new long[] {o, c / groups, kh, kw};
        }

        long[] y() {
            return new long[] {n, o, window.rows().out(h, kh), window.columns().out(w, kw)};
        }
    }

    private static Window window(int stride, int padding) {
        return Window.ofImages(stride, stride, padding, padding, 1, 1);
    }

    private static Window between(int above, int below, int left, int right) {
        return new Window(new Window.Axis(1, above, below, 1), new Window.Axis(1, left, right, 1));
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case(1, 1, 1, 1, 1, 1, 1, 1, window(1, 0)),
                new Case(2, 1, 28, 28, 6, 5, 5, 1, window(1, 2)), // LeNet's first
                new Case(67, 6, 14, 14, 16, 5, 5, 1, window(1, 0)), // LeNet's second, several tasks
                new Case(50, 3, 9, 8, 5, 3, 3, 1, window(2, 1)), // few channels, many images
                new Case(3, 3, 17, 19, 8, 3, 3, 1, window(1, 1)),
                new Case(2, 3, 35, 31, 12, 11, 11, 1, window(4, 1)), // AlexNet's first
                new Case(5, 16, 9, 7, 24, 1, 1, 1, window(1, 0)),
                new Case(5, 16, 9, 7, 24, 1, 1, 1, window(2, 0)),
                new Case(2, 32, 6, 6, 32, 3, 3, 1, window(2, 1)),
                new Case(
                        2,
                        8,
                        10,
                        11,
                        12,
                        3,
                        2,
                        1,
                        Window.ofImages(2, 1, 2, 1, 1, 2)), // all parameters different per axis
                new Case(3, 4, 12, 12, 6, 3, 3, 1, Window.ofImages(1, 1, 2, 2, 2, 2)),
                new Case(2, 12, 8, 8, 18, 3, 3, 3, window(1, 1)), // groups
                new Case(2, 20, 8, 9, 20, 3, 3, 20, window(1, 1)), // depth-wise
                new Case(1, 20, 8, 9, 40, 3, 3, 20, window(2, 1)),
                new Case(2, 5, 7, 7, 3, 2, 2, 1, window(3, 0)), // the last row and column are not read
                new Case(4, 40, 24, 24, 48, 3, 3, 1, window(1, 1)),
                new Case(3, 32, 17, 19, 48, 3, 3, 1, window(1, 1)), // Winograd, partial tiles
                new Case(2, 64, 18, 20, 32, 3, 3, 1, window(1, 0)), // without padding
                new Case(2, 32, 15, 16, 32, 3, 3, 1, Window.ofImages(1, 1, 2, 0, 1, 1)), // different padding per axis
                new Case(2, 32, 15, 16, 32, 3, 3, 1, between(0, 2, 2, 1)), // Winograd, asymmetric padding
                new Case(2, 3, 9, 8, 12, 2, 4, 1, between(0, 1, 1, 2)), // "same" for even kernels
                new Case(50, 3, 9, 8, 6, 2, 4, 1, between(0, 1, 1, 2)),
                new Case(2, 32, 7, 6, 64, 3, 2, 1, window(2, 1)),
                new Case(2, 96, 5, 5, 48, 1, 1, 1, window(1, 0)));
    }

    @BeforeEach
    void present() {
        OneDnn.assumePresent();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void forward(Case c) {
        var x = Data.channelsLast(F32, c.x()).random(1);
        var w = Data.dense(F32, c.weights()).random(2);
        var bias = Data.dense(F32, c.o()).random(3);
        var y = Data.channelsLast(F32, c.y());
        run(new Convolution(c.window(), c.groups()), y, x, w);
        assertClose(y.values(), Naive.convolution(x, w, null, c.y(), c.groups(), c.window()), 1e-5);
        run(new Convolution(c.window(), c.groups()), y, x, w, bias);
        assertClose(y.values(), Naive.convolution(x, w, bias, c.y(), c.groups(), c.window()), 1e-5);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void inputGradient(Case c) {
        var g = Data.channelsLast(F32, c.y()).random(1);
        var w = Data.dense(F32, c.weights()).random(2);
        var x = Data.channelsLast(F32, c.x());
        run(new ConvolutionInputGrad(c.window(), c.groups(), c.h(), c.w()), x, g, w);
        assertClose(x.values(), Naive.inputGradient(g, w, c.x(), c.groups(), c.window()), 1e-5);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void weightGradient(Case c) {
        var g = Data.channelsLast(F32, c.y()).random(1);
        var x = Data.channelsLast(F32, c.x()).random(2);
        var w = Data.dense(F32, c.weights());
        run(new ConvolutionWeightGrad(c.window(), c.groups(), c.kh(), c.kw()), w, g, x);
        assertClose(w.values(), Naive.weightGradient(g, x, c.weights(), c.groups(), c.window()), 1e-5);
    }

    @Test
    void anyLayout() {
        var c = new Case(19, 10, 13, 12, 22, 3, 3, 1, window(1, 1));
        long[] strided = {10 * 14 * 13, 1, 13 * 10, 10}; // a crop of a larger channels-last picture
        var x = Data.of(F32, c.x(), strided).random(1);
        var w = Data.permuted(F32, new int[] {2, 3, 1, 0}, c.weights()).random(2);
        var y = Data.dense(F32, c.y());
        run(new Convolution(c.window(), 1), y, x, w);
        assertClose(y.values(), Naive.convolution(x, w, null, c.y(), 1, c.window()), 1e-5);

        var g = Data.dense(F32, c.y()).random(3);
        var gx = Data.of(F32, c.x(), strided);
        run(new ConvolutionInputGrad(c.window(), 1, c.h(), c.w()), gx, g, w);
        assertClose(gx.values(), Naive.inputGradient(g, w, c.x(), 1, c.window()), 1e-5);

        var gw = Data.permuted(F32, new int[] {2, 3, 1, 0}, c.weights());
        run(new ConvolutionWeightGrad(c.window(), 1, 3, 3), gw, g, x);
        assertClose(gw.values(), Naive.weightGradient(g, x, c.weights(), 1, c.window()), 1e-5);
    }

    @Test
    void manyWeightsAreComputedInSlices() {
        var c = new Case(3, 230, 3, 3, 150, 3, 3, 1, window(1, 1));
        var g = Data.channelsLast(F32, c.y()).random(1);
        var x = Data.channelsLast(F32, c.x()).random(2);
        var w = Data.dense(F32, c.weights());
        run(new ConvolutionWeightGrad(c.window(), 1, 3, 3), w, g, x);
        assertClose(w.values(), Naive.weightGradient(g, x, c.weights(), 1, c.window()), 1e-5);
    }

    /** With many weights and few positions, convolutions run as matrix products. */
    static Stream<Case> manyWeights() {
        return Stream.of(
                new Case(8, 128, 3, 3, 240, 3, 3, 1, window(1, 1)),
                new Case(7, 130, 6, 7, 240, 3, 3, 1, window(2, 1)),
                new Case(16, 100, 4, 3, 220, 3, 4, 1, Window.ofImages(1, 2, 2, 3, 2, 1)));
    }

    @ParameterizedTest
    @MethodSource("manyWeights")
    void manyWeightsFewPositions(Case c) {
        forward(c);
        inputGradient(c);
        weightGradient(c);
    }

    @ParameterizedTest
    @MethodSource("manyWeights")
    void manyWeightsFewPositionsInBfloat16(Case c) {
        var bf16 = DType.BFLOAT16;
        var x = Data.channelsLast(bf16, c.x()).random(1);
        var w = Data.dense(bf16, c.weights()).random(2);
        var g = Data.channelsLast(bf16, c.y()).random(3);
        var y = Data.channelsLast(bf16, c.y());
        run(new Convolution(c.window(), 1), y, x, w);
        assertClose(y.values(), Naive.convolution(x, w, null, c.y(), 1, c.window()), 1e-2); // 8 bits of mantissa
        var gx = Data.channelsLast(bf16, c.x());
        run(new ConvolutionInputGrad(c.window(), 1, c.h(), c.w()), gx, g, w);
        assertClose(gx.values(), Naive.inputGradient(g, w, c.x(), 1, c.window()), 1e-2);
        var gw = Data.dense(F32, c.weights());
        run(new ConvolutionWeightGrad(c.window(), 1, c.kh(), c.kw()), gw, g, x);
        assertClose(gw.values(), Naive.weightGradient(g, x, c.weights(), 1, c.window()), 1e-4);
    }

    @Test
    void bfloat16() {
        var c = new Case(9, 16, 10, 10, 32, 3, 3, 1, window(1, 1));
        var bf16 = DType.BFLOAT16;
        var x = Data.channelsLast(bf16, c.x()).random(1);
        var w = Data.dense(bf16, c.weights()).random(2);
        var bias = Data.dense(bf16, c.o()).random(3);
        var y = Data.channelsLast(bf16, c.y());
        run(new Convolution(c.window(), 1), y, x, w, bias);
        assertClose(y.values(), Naive.convolution(x, w, bias, c.y(), 1, c.window()), 1.0 / 128);

        var gx = Data.channelsLast(bf16, c.x());
        run(new ConvolutionInputGrad(c.window(), 1, c.h(), c.w()), gx, y, w);
        assertClose(gx.values(), Naive.inputGradient(y, w, c.x(), 1, c.window()), 1.0 / 64);

        var gw = Data.dense(bf16, c.weights());
        run(new ConvolutionWeightGrad(c.window(), 1, 3, 3), gw, y, x);
        assertClose(gw.values(), Naive.weightGradient(y, x, c.weights(), 1, c.window()), 1.0 / 64);
    }

    @Test
    void emptyAndExpandedOperandsAreUnsupported() {
        var conv = new Convolution(window(1, 1), 1);
        var w = Data.dense(F32, 4, 3, 3, 3);
        assertThat(supports(conv, Data.channelsLast(F32, 0, 4, 8, 8), Data.channelsLast(F32, 0, 3, 8, 8), w)).isFalse();
        var expanded = Data.of(F32, new long[] {2, 3, 8, 8}, new long[] {0, 0, 0, 0});
        assertThat(supports(conv, Data.channelsLast(F32, 2, 4, 8, 8), expanded, w)).isFalse();
        assertThat(supports(conv, Data.channelsLast(F32, 2, 4, 8, 8), Data.channelsLast(F32, 2, 3, 8, 8), w)).isTrue();
    }

    @Test
    void sameBitsForAnyNumberOfThreads() {
        var c = new Case(150, 6, 14, 14, 16, 5, 5, 1, window(1, 0));
        var x = Data.channelsLast(F32, c.x()).gaussian(1);
        var w = Data.dense(F32, c.weights()).gaussian(2);
        var g = Data.channelsLast(F32, c.y()).gaussian(3);
        int before = Parallel.threads();
        try {
            var results = new float[3][][];
            for (int i = 0; i < 3; i++) {
                Parallel.setThreads(new int[] {1, 2, 5}[i]);
                var y = Data.channelsLast(F32, c.y());
                var gx = Data.channelsLast(F32, c.x());
                var gw = Data.dense(F32, c.weights());
                run(new Convolution(c.window(), 1), y, x, w);
                run(new ConvolutionInputGrad(c.window(), 1, c.h(), c.w()), gx, g, w);
                run(new ConvolutionWeightGrad(c.window(), 1, c.kh(), c.kw()), gw, g, x);
                results[i] = new float[][] {y.values(), gx.values(), gw.values()};
            }
            assertThat(Arrays.deepEquals(results[0], results[1])).isTrue();
            assertThat(Arrays.deepEquals(results[0], results[2])).isTrue();
        } finally {
            Parallel.setThreads(before);
        }
    }
}
