package fathom.cpu.matmul;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.DType;
import fathom.cpu.ContractionBackend;
import fathom.primitive.MatMul;
import fathom.primitive.Operand;
import fathom.primitive.Spec;
import fathom.testkit.Operands;
import fathom.testkit.Operands.Layout;
import fathom.testkit.Operands.Values;
import fathom.testkit.Oracle;
import fathom.testkit.Oracle.Tolerance;
import java.lang.foreign.Arena;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The primitive on all types, layouts and batches against the naive backend. */
class MatMulKernelTest {
    private final ContractionBackend backend = new ContractionBackend();

    @Property(tries = 200, seed = "1")
    void anyBatchOfAnyLayout(
            @ForAll @IntRange(max = 3) int outer,
            @ForAll @IntRange(max = 4) int inner,
            @ForAll @IntRange(max = 20) int m,
            @ForAll @IntRange(max = 20) int n,
            @ForAll @IntRange(max = 20) int k,
            @ForAll DType type,
            @ForAll Layout a,
            @ForAll Layout b,
            @ForAll boolean bias) {
        if (type == DType.BOOL) {
            return;
        }
        try (var arena = Arena.ofShared()) {
            var random = new Random(outer + 31L * m + n);
            var left = Operands.random(arena, type, new long[] {outer, inner, m, k}, a, Values.WHOLE, random);
            var right = Operands.random(arena, type, new long[] {outer, inner, k, n}, b, Values.WHOLE, random);
            var row = Operands.random(arena, type, new long[] {n}, a, Values.WHOLE, random);
            var in = bias ? new Operand[] {left, right, row} : new Operand[] {left, right};
            var out = new Spec[] {Spec.of(type, outer, inner, m, n)};
            assertThat(Oracle.compare(backend, new MatMul(bias), in, out, tolerance(type))).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = "BOOL", mode = EnumSource.Mode.EXCLUDE)
    void broadcastRightOperand(DType type) {
        try (var arena = Arena.ofShared()) {
            var random = new Random(5);
            for (var layout : Layout.values()) {
                var left = Operands.random(arena, type, new long[] {3, 4, 5, 6}, layout, Values.WHOLE, random);
                var right =
                        Operands.expand(
                                Operands.random(arena, type, new long[] {6, 7}, Layout.ROWS, Values.WHOLE, random),
                                new long[] {3, 4, 6, 7});
                assertThat(
                                Oracle.compare(
                                        backend,
                                        new MatMul(false),
                                        new Operand[] {left, right},
                                        new Spec[] {Spec.of(type, 3, 4, 5, 7)},
                                        tolerance(type)))
                        .isTrue();
            }
        }
    }

    @Test
    void manySmallProductsAndFewLargeOnes() {
        try (var arena = Arena.ofShared()) {
            var random = new Random(5);
            for (long[] s : new long[][] {{200, 30, 40, 20}, {3, 220, 200, 210}}) {
                var left =
                        Operands.random(
                                arena,
                                DType.FLOAT32,
                                new long[] {s[0], s[1], s[3]},
                                Layout.CONTIGUOUS,
                                Values.WHOLE,
                                random);
                var right =
                        Operands.random(
                                arena,
                                DType.FLOAT32,
                                new long[] {s[0], s[3], s[2]},
                                Layout.TRANSPOSED,
                                Values.WHOLE,
                                random);
                assertThat(
                                Oracle.compare(
                                        backend,
                                        new MatMul(false),
                                        new Operand[] {left, right},
                                        new Spec[] {Spec.of(DType.FLOAT32, s[0], s[1], s[2])},
                                        Tolerance.EXACT))
                        .isTrue();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"FLOAT16", "BFLOAT16"})
    void largeRightOperandsOf16BitsArePartitioned(DType type) {
        try (var arena = Arena.ofShared()) {
            var random = new Random(7);
            long[] s = {5, 260, 4_117};
            for (var layout : new Layout[] {Layout.CONTIGUOUS, Layout.TRANSPOSED, Layout.ROWS}) {
                var left = Operands.random(arena, type, new long[] {s[0], s[1]}, layout, Values.WHOLE, random);
                var right = Operands.random(arena, type, new long[] {s[1], s[2]}, layout, Values.WHOLE, random);
                for (long width : new long[] {1, s[2]}) {
                    var bias = Operands.random(arena, type, new long[] {width}, layout, Values.WHOLE, random);
                    var in = new Operand[] {left, right, Operands.expand(bias, new long[] {s[2]})};
                    var out = new Spec[] {Spec.of(type, s[0], s[2])};
                    assertThat(Oracle.compare(backend, new MatMul(true), in, out, tolerance(type))).isTrue();
                }
            }
        }
    }

    @Test
    void extremeValues() {
        try (var arena = Arena.ofShared()) {
            var random = new Random(6);
            for (var type : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
                var left = Operands.random(arena, type, new long[] {9, 1}, Layout.CONTIGUOUS, Values.EXTREME, random);
                var right = Operands.random(arena, type, new long[] {1, 40}, Layout.CONTIGUOUS, Values.EXTREME, random);
                assertThat(
                                Oracle.compare(
                                        backend,
                                        new MatMul(false),
                                        new Operand[] {left, right},
                                        new Spec[] {Spec.of(type, 9, 40)},
                                        Tolerance.EXACT))
                        .isTrue();
            }
        }
    }

    private static Tolerance tolerance(DType type) {
        return type == DType.BFLOAT16 ? new Tolerance(0.01, 0) : Tolerance.EXACT;
    }
}
