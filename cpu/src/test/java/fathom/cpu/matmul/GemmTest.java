package fathom.cpu.matmul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import fathom.cpu.parallel.Parallel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class GemmTest {
    /** The layout of a matrix. */
    enum Order {
        ROWS,
        COLUMNS,
        ROWS_WITH_GAPS,
        COLUMNS_WITH_GAPS,
        SCATTERED
    }

    @Property(tries = 150, seed = "1")
    void anySizesAndOrders(
            @ForAll Elem elem,
            @ForAll @IntRange(max = 70) int m,
            @ForAll @IntRange(max = 70) int n,
            @ForAll @IntRange(max = 300) int k,
            @ForAll Order a,
            @ForAll Order b,
            @ForAll Order c,
            @ForAll boolean bias) {
        check(elem, m, n, k, a, b, c, bias);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, 1",
        "12, 32, 256",
        "13, 33, 257",
        "96, 256, 256",
        "97, 257, 520",
        "200, 300, 100",
        "1, 700, 600",
        "700, 1, 600",
        "3, 5, 9000",
        "25, 6, 5000",
        "300, 10, 84",
        "64, 64, 3000"
    })
    void sizesAroundBlockBoundaries(int m, int n, int k) {
        for (var elem : Elem.values()) {
            check(elem, m, n, k, Order.ROWS, Order.ROWS, Order.ROWS, true);
            check(elem, m, n, k, Order.COLUMNS, Order.ROWS, Order.ROWS, false);
            check(elem, m, n, k, Order.ROWS, Order.COLUMNS, Order.COLUMNS, false);
            check(elem, m, n, k, Order.SCATTERED, Order.SCATTERED, Order.SCATTERED, true);
        }
    }

    @Test
    void sameBitsForAnyNumberOfThreads() {
        int before = Parallel.threads();
        try (var arena = Arena.ofConfined()) {
            for (int[] size : new int[][] {{200, 300, 300}, {6, 20, 20_000}, {1, 500, 700}}) {
                var a = new Operand(arena, Elem.FLOAT, size[0], size[2], Order.ROWS, 1);
                var b = new Operand(arena, Elem.FLOAT, size[2], size[1], Order.ROWS, 2);
                MemorySegment first = null;
                for (int threads : new int[] {1, 2, 5, 2, 1}) {
                    Parallel.setThreads(threads);
                    var c = new Operand(arena, Elem.FLOAT, size[0], size[1], Order.ROWS, 3);
                    new Gemm(Elem.FLOAT).multiply(size[0], size[1], size[2], a.mat, b.mat, c.mat, 0);
                    if (first == null) {
                        first = c.memory;
                    }
                    assertThat(c.memory.mismatch(first)).isEqualTo(-1);
                }
            }
        } finally {
            Parallel.setThreads(before);
        }
    }

    @ParameterizedTest
    @EnumSource
    void expandedOperandsHaveZeroStrides(Elem elem) {
        try (var arena = Arena.ofConfined()) {
            var one = new Operand(arena, elem, 1, 1, Order.ROWS, 7);
            var c = new Operand(arena, elem, 40, 50, Order.ROWS, 8);
            var everywhere = new Mat(one.mat.address(), 0, 0);
            new Gemm(elem).multiply(40, 50, 30, everywhere, everywhere, c.mat, 0);
            double x = elem.get(one.mat.address());
            assertThat(elem.get(c.mat.at(39, 49))).isCloseTo(30 * x * x, within(1e-3));
        }
    }

    @ParameterizedTest
    @EnumSource
    void nanAndInfinityAffectTheirRowsAndColumnsOnly(Elem elem) {
        try (var arena = Arena.ofConfined()) {
            var a = new Operand(arena, elem, 30, 40, Order.ROWS, 1);
            var b = new Operand(arena, elem, 40, 37, Order.ROWS, 2);
            var c = new Operand(arena, elem, 30, 37, Order.ROWS, 3);
            elem.set(a.mat.at(4, 39), Double.NaN);
            elem.set(b.mat.at(0, 36), Double.POSITIVE_INFINITY);
            new Gemm(elem).multiply(30, 37, 40, a.mat, b.mat, c.mat, 0);
            for (int i = 0; i < 30; i++) {
                for (int j = 0; j < 37; j++) {
                    double value = elem.get(c.mat.at(i, j));
                    if (i == 4) {
                        assertThat(value).isNaN();
                    } else if (j == 36) {
                        assertThat(Math.abs(value)).isInfinite();
                    } else {
                        assertThat(value).isFinite();
                    }
                }
            }
        }
    }

    private static void check(Elem elem, int m, int n, int k, Order orderA, Order orderB, Order orderC, boolean bias) {
        try (var arena = Arena.ofConfined()) {
            var a = new Operand(arena, elem, m, k, orderA, 1);
            var b = new Operand(arena, elem, k, n, orderB, 2);
            var c = new Operand(arena, elem, m, n, orderC, 3);
            var row = new Operand(arena, elem, 1, n, Order.ROWS, 4);
            var untouched = arena.allocate(c.memory.byteSize()).copyFrom(c.memory);
            new Gemm(elem).multiply(m, n, k, a.mat, b.mat, c.mat, bias ? row.mat.address() : 0);
            double tolerance = elem == Elem.FLOAT ? 1e-4 : 1e-12;
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    double sum = bias ? elem.get(row.mat.at(0, j)) : 0;
                    double size = Math.abs(sum);
                    for (int p = 0; p < k; p++) {
                        double product = elem.get(a.mat.at(i, p)) * elem.get(b.mat.at(p, j));
                        sum += product;
                        size += Math.abs(product);
                    }
                    assertThat(elem.get(c.mat.at(i, j)))
                            .as("element %d, %d of %d x %d x %d", i, j, m, n, k)
                            .isCloseTo(sum, within(tolerance * (1 + size)));
                    elem.set(c.mat.at(i, j), elem.get(untouched.address() + c.mat.at(i, j) - c.memory.address()));
                }
            }
            assertThat(c.memory.mismatch(untouched)).as("bytes outside of C").isEqualTo(-1);
        }
    }

    /** A matrix of random numbers in memory. */
    private static final class Operand {
        final MemorySegment memory;
        final Mat mat;

        Operand(Arena arena, Elem elem, int rows, int columns, Order order, long seed) {
            long size = elem.size();
            long rowStep =
                    size
                            * switch (order) {
                                case ROWS -> columns;
                                case ROWS_WITH_GAPS -> columns + 3;
                                case COLUMNS, COLUMNS_WITH_GAPS -> 1;
                                case SCATTERED -> 2L * columns + 1;
                            };
            long columnStep =
                    size
                            * switch (order) {
                                case ROWS, ROWS_WITH_GAPS -> 1;
                                case COLUMNS -> rows;
                                case COLUMNS_WITH_GAPS -> rows + 3;
                                case SCATTERED -> 2;
                            };
            memory = arena.allocate((rows + 4L) * (columns + 4L) * 2 * size, 64);
            var random = new Random(seed);
            for (long x = 0; x < memory.byteSize(); x += size) {
                elem.set(memory.address() + x, random.nextGaussian());
            }
            mat = new Mat(memory.address() + size, rowStep, columnStep);
        }
    }
}
