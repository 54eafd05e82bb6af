package fathom.cuda.indexing;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.DType;
import fathom.cuda.HostCompilers;
import fathom.cuda.KernelTesting;
import fathom.cuda.gpu.KernelFamily;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.Spec;
import fathom.primitive.indexing.ArgSort;
import fathom.primitive.indexing.Nonzero;
import fathom.primitive.indexing.SearchSorted;
import fathom.testkit.Operands;
import fathom.testkit.Operands.Layout;
import fathom.testkit.Operands.Values;
import fathom.testkit.Oracle;
import fathom.testkit.Oracle.Tolerance;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sorts, searches and nonzero elements, against the oracle. */
@Tag("kernels")
class SortKernelsTest {
    private static final List<Layout> LAYOUTS =
            List.of(Layout.CONTIGUOUS, Layout.TRANSPOSED, Layout.GAPPED, Layout.BACKWARDS, Layout.ROWS);

    private final Random random = new Random(6);
    private final Arena arena = Arena.ofAuto();

    @BeforeEach
    void compiler() {
        Assumptions.assumeTrue(HostCompilers.isHere(), "LEFT OUT: no C++ compiler");
    }

    private Layout layout() {
        return LAYOUTS.get(random.nextInt(LAYOUTS.size()));
    }

    private Operand operand(DType type, Values values, long... shape) {
        return Operands.random(arena, type, shape, layout(), values, random);
    }

    private void compare(KernelFamily family, Computed primitive, DType type, long[] shape, Operand... in) {
        var out = new Spec(type, shape, Operands.strides(shape, layout()));
        assertThat(Oracle.compare(new KernelTesting(family), primitive, in, new Spec[] {out}, Tolerance.EXACT))
                .isTrue();
    }

    private void sort(Operand x, int dim, long limit) {
        for (boolean descending : new boolean[] {false, true}) {
            long[] shape = x.shape().clone();
            shape[dim] = Math.min(shape[dim], limit);
            compare(new SortKernels(), new ArgSort(dim, descending, limit), DType.INT64, shape, x);
        }
    }

    /** Lines shorter and longer than a tile, sorted whole and selected from; ties, NaN and zeros of both signs. */
    @ParameterizedTest
    @EnumSource(DType.class)
    void lines(DType type) {
        sort(operand(type, Values.EXTREME, 300), 0, 1000);
        sort(operand(type, Values.EXTREME, 5, 7), 1, 3);
        if (type == DType.FLOAT32) {
            sort(operand(type, Values.EXTREME, 1), 0, 9);
            sort(operand(type, Values.EXTREME, 5, 7), 0, 1000);
            sort(operand(type, Values.WHOLE, 3, 33, 2), 1, 1000);
        }
        sort(operand(type, Values.WHOLE, 2, 2500), 1, 3000);
        sort(operand(type, Values.EXTREME, 2, 2500), 1, 40);
    }

    @Test
    void theFirstOfManyTiles() {
        for (DType type : new DType[] {DType.FLOAT32, DType.INT64}) {
            sort(operand(type, Values.EXTREME, 20_000), 0, 250);
        }
    }

    @Test
    void nothingToSort() {
        compare(
                new SortKernels(),
                new ArgSort(0, false),
                DType.INT64,
                new long[] {0, 3},
                operand(DType.FLOAT32, Values.ORDINARY, 0, 3));
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void searches(DType type) {
        for (long m : new long[] {0, 1, 50}) {
            for (boolean right : new boolean[] {false, true}) {
                Operand rows =
                        Operands.random(arena, type, new long[] {3, m}, Layout.CONTIGUOUS, Values.EXTREME, random);
                double[] all = Operands.toArray(rows);
                for (int r = 0; r < 3; r++) {
                    Arrays.sort(all, (int) (r * m), (int) ((r + 1) * m));
                }
                Operand sorted = Operands.of(arena, type, new long[] {3, m}, all);
                Operand values = operand(type, Values.EXTREME, 3, 21);
                compare(
                        new SearchKernels(),
                        new SearchSorted(right, right),
                        right ? DType.INT32 : DType.INT64,
                        new long[] {3, 21},
                        sorted,
                        values);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void nonzeroElements(DType type) {
        for (var shape : new long[][] {{}, {1}, {100}, {7, 5}, {3, 4, 5}, {2, 6000}, {3, 0}}) {
            Operand x = operand(type, Values.WHOLE, shape);
            long count = Arrays.stream(Operands.toArray(x)).filter(v -> v != 0).count();
            compare(new NonzeroKernels(), new Nonzero(count), DType.INT64, new long[] {count, shape.length}, x);
        }
    }
}
