package fathom.cpu.conv;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.DType;
import fathom.cpu.ContractionBackend;
import fathom.cpu.parallel.Parallel;
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
import java.util.Random;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Convolution and its gradients against the naive backend. */
class ConvKernelTest {
    private final ContractionBackend backend = new ContractionBackend();

    /** One convolution: sizes, and the operands' layouts. */
    private record Case(
            DType type,
            long n,
            long channels,
            long height,
            long width,
            long outputs,
            long kernelRows,
            long kernelColumns,
            Window window,
            int groups,
            Layout images,
            Layout kernel) {
        long rows() {
            return window.rows().out(height, kernelRows);
        }

        long columns() {
            return window.columns().out(width, kernelColumns);
        }
    }

    @Property(tries = 250, seed = "1")
    void anyGeometry(
            @ForAll @IntRange(max = 3) int n,
            @ForAll @IntRange(min = 1, max = 4) int channels,
            @ForAll @IntRange(min = 1, max = 4) int outputs,
            @ForAll @IntRange(min = 1, max = 3) int groups,
            @ForAll @IntRange(min = 1, max = 11) int height,
            @ForAll @IntRange(min = 1, max = 11) int width,
            @ForAll @IntRange(min = 1, max = 4) int kernelRows,
            @ForAll @IntRange(min = 1, max = 4) int kernelColumns,
            @ForAll @IntRange(min = 1, max = 3) int stride,
            @ForAll @IntRange(max = 3) int pad,
            @ForAll @IntRange(min = 1, max = 2) int dilation,
            @ForAll Layout images,
            @ForAll Layout kernel,
            @ForAll boolean wide) {
        var window = Window.ofImages(stride, 1 + stride % 2, pad, (pad + 1) % 4, dilation, 1 + dilation % 2);
        var c =
                new Case(
                        wide ? DType.FLOAT64 : DType.FLOAT32,
                        n,
                        (long) channels * groups,
                        height,
                        width,
                        (long) outputs * groups,
                        kernelRows,
                        kernelColumns,
                        window,
                        groups,
                        images,
                        kernel);
        Assume.that(c.rows() > 0 && c.columns() > 0);
        check(c, Tolerance.EXACT);
    }

    @ParameterizedTest
    @CsvSource({
        "2, 1, 28, 28, 6, 5, 1, 2, 1, 1", // the first of LeNet
        "3, 6, 14, 14, 16, 5, 1, 0, 1, 1", // the second
        "1, 64, 9, 9, 48, 3, 1, 1, 1, 1", // patches longer than a slab
        "1, 3, 40, 40, 17, 7, 2, 3, 1, 1",
        "2, 40, 9, 9, 36, 1, 1, 0, 1, 1",
        "2, 32, 12, 12, 64, 3, 1, 1, 1, 2",
        "2, 20, 10, 10, 20, 3, 1, 1, 1, 20", // depthwise
        "2, 20, 10, 10, 40, 3, 2, 1, 2, 20",
        "1, 16, 11, 11, 16, 3, 1, 3, 1, 1", // more padding than the kernel covers
        "1, 2, 1, 300, 3, 1, 1, 0, 1, 1",
    })
    void geometriesOfModels(
            int n,
            int channels,
            int side,
            int width,
            int outputs,
            int kernel,
            int stride,
            int pad,
            int dilation,
            int groups) {
        var window = Window.ofImages(stride, stride, pad, pad, dilation, dilation);
        for (var type : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            for (var layout : new Layout[] {Layout.CHANNELS_LAST, Layout.CONTIGUOUS}) {
                var c =
                        new Case(
                                type, n, channels, side, width, outputs, kernel, kernel, window, groups, layout,
                                layout);
                check(c, Tolerance.EXACT);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"FLOAT16", "BFLOAT16"})
    void halfPrecisionRoundsOnce(DType type) {
        var c =
                new Case(
                        type,
                        2,
                        3,
                        8,
                        9,
                        5,
                        3,
                        3,
                        Window.ofImages(1, 1, 1, 1, 1, 1),
                        1,
                        Layout.CONTIGUOUS,
                        Layout.CONTIGUOUS);
        check(c, new Tolerance(0.01, 0));
    }

    @Test
    void sameBitsForAnyNumberOfThreads() {
        int before = Parallel.threads();
        var c =
                new Case(
                        DType.FLOAT32,
                        20,
                        6,
                        14,
                        14,
                        16,
                        5,
                        5,
                        Window.ofImages(1, 1, 0, 0, 1, 1),
                        1,
                        Layout.CHANNELS_LAST,
                        Layout.CONTIGUOUS);
        try (var arena = Arena.ofConfined()) {
            var operands = new CaseOperands(arena, c, Values.ORDINARY);
            var first = new double[3][];
            for (int threads : new int[] {1, 2, 5, 1}) {
                Parallel.setThreads(threads);
                for (int i = 0; i < 3; i++) {
                    var out = Operands.allocate(arena, operands.outputs[i]);
                    backend.run(operands.primitives[i], operands.inputs[i], new Operand[] {out});
                    var values = Operands.toArray(out);
                    if (first[i] == null) {
                        first[i] = values;
                    }
                    assertThat(values).isEqualTo(first[i]);
                }
            }
        } finally {
            Parallel.setThreads(before);
        }
    }

    @Test
    void paddingIsZeroNextToNan() {
        try (var arena = Arena.ofConfined()) {
            var x = Operands.of(arena, DType.FLOAT32, new long[] {1, 1, 2, 2}, Double.NaN, 1, 2, 3);
            var w = Operands.of(arena, DType.FLOAT32, new long[] {1, 1, 2, 2}, 1, 10, 100, 1000);
            var out = Operands.allocate(arena, Spec.of(DType.FLOAT32, 1, 1, 3, 3));
            backend.run(
                    new Convolution(Window.ofImages(1, 1, 1, 1, 1, 1), 1), new Operand[] {x, w}, new Operand[] {out});
            assertThat(Operands.toArray(out))
                    .containsExactly(Double.NaN, Double.NaN, 100, Double.NaN, Double.NaN, 301, 20, 32, 3);
        }
    }

    private void check(Case c, Tolerance tolerance) {
        try (var arena = Arena.ofConfined()) {
            var operands = new CaseOperands(arena, c, Values.WHOLE);
            for (int i = 0; i < operands.primitives.length; i++) {
                assertThat(
                                Oracle.compare(
                                        backend,
                                        operands.primitives[i],
                                        operands.inputs[i],
                                        new Spec[] {operands.outputs[i]},
                                        tolerance))
                        .isTrue();
            }
        }
    }

    /** The three primitives of a case with their operands; values are integers, so that sums are exact. */
    private static final class CaseOperands {
        final Computed[] primitives;
        final Operand[][] inputs;
        final Spec[] outputs;

        CaseOperands(Arena arena, Case c, Values values) {
            var random = new Random(c.hashCode());
            long[] xShape = {c.n, c.channels, c.height, c.width};
            long[] wShape = {c.outputs, c.channels / c.groups, c.kernelRows, c.kernelColumns};
            long[] yShape = {c.n, c.outputs, c.rows(), c.columns()};
            var x = Operands.random(arena, c.type, xShape, c.images, values, random);
            var w = Operands.random(arena, c.type, wShape, c.kernel, values, random);
            var g = Operands.random(arena, c.type, yShape, c.images, values, random);
            var bias = Operands.random(arena, c.type, new long[] {c.outputs}, c.kernel, values, random);
            primitives =
                    new Computed[] {
                        new Convolution(c.window, c.groups),
                        new ConvolutionInputGrad(c.window, c.groups, c.height, c.width),
                        new ConvolutionWeightGrad(c.window, c.groups, c.kernelRows, c.kernelColumns)
                    };
            inputs = new Operand[][] {{x, w, bias}, {g, w}, {g, x}};
            outputs =
                    new Spec[] {
                        Layouts.channelsLast(c.type, c.n, c.outputs, c.rows(), c.columns()),
                        Layouts.channelsLast(c.type, c.n, c.channels, c.height, c.width),
                        Spec.of(c.type, wShape)
                    };
        }
    }
}
