package fathom.cuda.indexing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.cuda.HostCompilers;
import fathom.cuda.KernelTesting;
import fathom.cuda.gpu.KernelFamily;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.RandomBits;
import fathom.primitive.Spec;
import fathom.primitive.indexing.Gather;
import fathom.primitive.indexing.IndexAdd;
import fathom.primitive.indexing.IndexSelect;
import fathom.primitive.indexing.ScatterReduce;
import fathom.primitive.indexing.ScatterReduce.Mode;
import fathom.testkit.Operands;
import fathom.testkit.Operands.Layout;
import fathom.testkit.Operands.Values;
import fathom.testkit.Oracle;
import fathom.testkit.Oracle.Tolerance;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Gathered and scattered elements, and random bits, against the oracle. */
@Tag("kernels")
class IndexingKernelsTest {
    private static final List<Layout> LAYOUTS =
            List.of(Layout.CONTIGUOUS, Layout.TRANSPOSED, Layout.GAPPED, Layout.BACKWARDS, Layout.ROWS);

    private final Random random = new Random(5);
    private final Arena arena = Arena.ofAuto();

    @BeforeEach
    void compiler() {
        Assumptions.assumeTrue(HostCompilers.isHere(), "LEFT OUT: no C++ compiler");
    }

    private Layout layout() {
        return LAYOUTS.get(random.nextInt(LAYOUTS.size()));
    }

    private Operand operand(DType type, Layout layout, long... shape) {
        return Operands.random(arena, type, shape, layout, Values.ORDINARY, random);
    }

    private static Spec spec(DType type, Layout layout, long... shape) {
        return new Spec(type, shape, Operands.strides(shape, layout));
    }

    private static void compare(KernelFamily family, Computed primitive, Tolerance t, Spec out, Operand... in) {
        assertThat(Oracle.compare(new KernelTesting(family), primitive, in, new Spec[] {out}, t)).isTrue();
    }

    private static Tolerance sums(DType type) {
        return switch (type) {
            case FLOAT64 -> new Tolerance(1e-12, 1e-12);
            case FLOAT32 -> new Tolerance(1e-5, 1e-4);
            case BFLOAT16 -> new Tolerance(3e-2, 0.3);
            case FLOAT16 -> new Tolerance(4e-3, 0.04);
            default -> Tolerance.EXACT;
        };
    }

    @ParameterizedTest
    @EnumSource(names = {"BOOL", "INT32", "INT64"})
    void randomBitsAreThoseOfTheCpu(DType type) {
        for (var shape : new long[][] {{}, {1}, {1003}, {7, 5}, {3, 0}, {2, 3, 17}}) {
            var bits =
                    type == DType.BOOL
                            ? RandomBits.mask(random.nextLong(), 0.3, shape)
                            : new RandomBits(random.nextLong(), type, shape);
            compare(new RandomKernels(), bits, Tolerance.EXACT, spec(type, Layout.CONTIGUOUS, shape));
            compare(new RandomKernels(), bits, Tolerance.EXACT, spec(type, layout(), shape));
        }
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void slicesAreSelected(DType type) {
        for (var shape : new long[][] {{9}, {7, 5}, {12, 64}, {3, 4, 5}, {2, 3, 4, 16}}) {
            for (int dim = 0; dim < shape.length; dim++) {
                for (long n : new long[] {0, 1, 11}) {
                    Layout layout = n == 1 ? layout() : Layout.CONTIGUOUS;
                    var index = Operands.indices(arena, new long[] {n}, layout(), shape[dim], random);
                    var picked = shape.clone();
                    picked[dim] = n;
                    compare(
                            new GatherKernels(),
                            new IndexSelect(dim),
                            Tolerance.EXACT,
                            spec(type, n == 11 ? Layout.CONTIGUOUS : layout(), picked),
                            operand(type, layout, shape),
                            index);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void elementsAreGathered(DType type) {
        for (var shape : new long[][] {{9}, {7, 5}, {3, 4, 5}}) {
            for (int dim = 0; dim < shape.length; dim++) {
                var part = shape.clone();
                part[0] = Math.max(1, part[0] - 1);
                part[dim] = random.nextInt(0, 14);
                var index = Operands.indices(arena, part, layout(), shape[dim], random);
                compare(
                        new GatherKernels(),
                        new Gather(dim),
                        Tolerance.EXACT,
                        spec(type, layout(), part),
                        operand(type, layout(), shape),
                        index);
            }
        }
        compare(
                new GatherKernels(),
                new Gather(0),
                Tolerance.EXACT,
                spec(type, Layout.CONTIGUOUS),
                operand(type, Layout.CONTIGUOUS),
                Operands.of(arena, DType.INT64, new long[0], 0));
    }

    /** So many that a thread copies several. */
    @Test
    void manyElements() {
        int n = 1_100_003;
        compare(
                new GatherKernels(),
                new IndexSelect(0),
                Tolerance.EXACT,
                spec(DType.INT16, Layout.CONTIGUOUS, n),
                operand(DType.INT16, Layout.CONTIGUOUS, 300),
                Operands.indices(arena, new long[] {n}, Layout.CONTIGUOUS, 300, random));
    }

    /** Few and many values for each target, by one thread and sorted; a frequent target; any layout. */
    @ParameterizedTest
    @EnumSource(DType.class)
    void slicesAreAdded(DType type) {
        var shapes =
                type == DType.FLOAT32 ? new long[][] {{9}, {7, 5}, {3, 4, 5}, {5, 40}} : new long[][] {{9}, {7, 5}};
        for (var shape : shapes) {
            for (int dim = 0; dim < shape.length; dim++) {
                for (long n : new long[] {0, 3, 61}) {
                    var index = Operands.indices(arena, new long[] {n}, layout(), n == 61 ? 2 : shape[dim], random);
                    var src = shape.clone();
                    src[dim] = n;
                    compare(
                            new ScatterKernels(),
                            new IndexAdd(dim),
                            sums(type),
                            spec(type, layout(), shape),
                            operand(type, layout(), shape),
                            index,
                            operand(type, layout(), src));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void elementsAreScattered(Mode mode) {
        boolean isExact = mode == Mode.SET || mode == Mode.MAX || mode == Mode.MIN;
        for (DType type : new DType[] {DType.FLOAT32, DType.BFLOAT16, DType.INT16, DType.BOOL}) {
            for (var shape : new long[][] {{9}, {7, 5}, {3, 4, 5}}) {
                for (int dim = shape.length == 3 && type != DType.FLOAT32 ? 2 : 0; dim < shape.length; dim++) {
                    var part = shape.clone();
                    part[0] = Math.max(1, part[0] - 1);
                    part[dim] = random.nextBoolean() ? 40 : random.nextInt(0, 14);
                    var larger = part.clone();
                    larger[shape.length - 1] += 2;
                    Layout at = random.nextInt(3) == 0 ? Layout.EXPANDED : layout();
                    compare(
                            new ScatterKernels(),
                            new ScatterReduce(dim, mode),
                            isExact ? Tolerance.EXACT : sums(type),
                            spec(type, layout(), shape),
                            Operands.random(arena, type, shape, layout(), Values.POSITIVE, random),
                            Operands.indices(arena, part, at, shape[dim], random),
                            Operands.random(
                                    arena, type, larger, layout(), isExact ? Values.EXTREME : Values.POSITIVE, random));
                }
            }
        }
    }

    /** Targets with a handful of values, and one with most of them, over many chunks and tiles of the sort. */
    @Test
    void oneFrequentTargetAmongMany() {
        int n = 9000;
        var numbers = new double[n];
        for (int i = 0; i < n; i++) {
            numbers[i] = random.nextInt(3) == 0 ? random.nextInt(70_000) : 777;
        }
        Operand index = Operands.of(arena, DType.INT64, new long[] {n}, numbers);
        for (DType type : new DType[] {DType.FLOAT64, DType.INT32}) {
            compare(
                    new ScatterKernels(),
                    new IndexAdd(0),
                    new Tolerance(1e-9, 1e-9),
                    spec(type, Layout.CONTIGUOUS, 70_000, 2),
                    operand(type, Layout.CONTIGUOUS, 70_000, 2),
                    index,
                    operand(type, Layout.CONTIGUOUS, n, 2));
        }
        compare(
                new ScatterKernels(),
                new ScatterReduce(0, Mode.SET),
                Tolerance.EXACT,
                spec(DType.FLOAT32, Layout.CONTIGUOUS, 70_000),
                operand(DType.FLOAT32, Layout.CONTIGUOUS, 70_000),
                index,
                operand(DType.FLOAT32, Layout.CONTIGUOUS, n));
    }

    @Test
    void theOutputMayBeTheFirstInput() {
        for (int n : new int[] {3, 50}) {
            Operand index = Operands.indices(arena, new long[] {n}, Layout.CONTIGUOUS, 6, random);
            Operand src = operand(DType.INT32, Layout.CONTIGUOUS, n, 3);
            Operand self = operand(DType.INT32, Layout.CONTIGUOUS, 6, 3);
            Operand expected = Operands.of(arena, DType.INT32, new long[] {6, 3}, Operands.toArray(self));
            Operand[] in = {expected, index, src};
            Oracle.backend("naive").run(new IndexAdd(0), in, new Operand[] {expected});
            new KernelTesting(new ScatterKernels())
                    .run(new IndexAdd(0), new Operand[] {self, index, src}, new Operand[] {self});
            assertThat(Operands.toArray(self)).containsExactly(Operands.toArray(expected));
        }
    }

    /** The exception comes when the GPU is synchronized, once; the rest of the result is right. */
    @Test
    void anIndexOutOfBoundsIsReported() {
        Operand x = operand(DType.FLOAT32, Layout.CONTIGUOUS, 4, 3);
        for (double bad : new double[] {4, -1, 1e18}) {
            Operand index = Operands.of(arena, DType.INT64, new long[] {3}, 2, bad, 0);
            Operand out = Operands.allocate(arena, Spec.of(DType.FLOAT32, 3, 3));
            var testing = new KernelTesting(new GatherKernels());
            Operand[] in = {x, index};
            assertThatThrownBy(() -> testing.run(new IndexSelect(0, "embedding"), in, new Operand[] {out}))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessage("embedding: index %s is out of bounds for dimension 0 of size 4".formatted((long) bad));
            testing.gpu().faults().synchronize();
            assertThat(Operands.toArray(out)[3]).isZero();
            assertThat(Operands.toArray(out)[8]).isEqualTo(Operands.toArray(x)[2]);
        }
        for (int n : new int[] {3, 30}) {
            var numbers = new double[n];
            numbers[n - 1] = 4;
            Operand index = Operands.of(arena, DType.INT64, new long[] {n}, numbers);
            Operand src = operand(DType.FLOAT32, Layout.CONTIGUOUS, n, 3);
            Operand out = Operands.allocate(arena, Spec.of(DType.FLOAT32, 4, 3));
            var testing = new KernelTesting(new ScatterKernels());
            Operand[] in = {x, index, src};
            assertThatThrownBy(() -> testing.run(new IndexAdd(0), in, new Operand[] {out}))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessage("indexAdd: index 4 is out of bounds for dimension 0 of size 4");
            assertThat(Operands.toArray(out)[11]).isEqualTo(Operands.toArray(x)[11]);
        }
    }
}
