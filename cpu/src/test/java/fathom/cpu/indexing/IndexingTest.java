package fathom.cpu.indexing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.cpu.CpuBackend;
import fathom.cpu.parallel.Parallel;
import fathom.ir.ReduceOp;
import fathom.primitive.ArgReduce;
import fathom.primitive.Operand;
import fathom.primitive.RandomBits;
import fathom.primitive.Scan;
import fathom.primitive.Spec;
import fathom.primitive.indexing.ArgSort;
import fathom.primitive.indexing.Gather;
import fathom.primitive.indexing.IndexAdd;
import fathom.primitive.indexing.IndexSelect;
import fathom.primitive.indexing.Nonzero;
import fathom.primitive.indexing.ScatterReduce;
import fathom.testkit.Operands;
import fathom.testkit.Operands.Layout;
import fathom.testkit.Operands.Values;
import fathom.testkit.Oracle;
import fathom.testkit.Oracle.Tolerance;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Selection, accumulation, sorting and scans against the oracle. */
class IndexingTest {
    private static final long[][] SHAPES = {
        {1}, {9}, {300}, {7, 5}, {3, 4, 5}, {2, 70, 3}, {40, 2, 3, 4}, {6, 100}, {5, 0}, {9, 700}
    };
    private static final List<Layout> LAYOUTS =
            List.of(Layout.CONTIGUOUS, Layout.TRANSPOSED, Layout.GAPPED, Layout.BACKWARDS);

    private final CpuBackend cpu = new CpuBackend();
    private final Random random = new Random(3);
    private final Arena arena = Arena.ofAuto();

    @ParameterizedTest
    @EnumSource(DType.class)
    void selectAndAddSlices(DType type) {
        for (var shape : SHAPES) {
            for (int dim = 0; dim < shape.length; dim++) {
                for (long n : new long[] {0, 1, 11}) {
                    if (shape[dim] == 0 && n > 0) {
                        continue;
                    }
                    var x = operand(type, shape);
                    var index = Operands.indices(arena, new long[] {n}, Layout.GAPPED, shape[dim], random);
                    var picked = shape.clone();
                    picked[dim] = n;
                    compare(new IndexSelect(dim), type, picked, Tolerance.EXACT, x, index);
                    compare(new IndexAdd(dim), type, shape, tolerance(type), x, index, operand(type, picked));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void gatherAndScatter(DType type) {
        for (var shape : SHAPES) {
            for (int dim = 0; dim < shape.length; dim++) {
                var smaller = Arrays.stream(shape).map(n -> Math.max(Math.min(n, 1), n - 1)).toArray();
                smaller[dim] = shape[dim] == 0 ? 0 : 6;
                var index = Operands.indices(arena, smaller, layout(), shape[dim], random);
                var x = operand(type, shape);
                compare(new Gather(dim), type, smaller, Tolerance.EXACT, x, index);
                long[] larger = Arrays.stream(smaller).map(n -> n + 1).toArray();
                for (var mode : ScatterReduce.Mode.values()) {
                    compare(
                            new ScatterReduce(dim, mode),
                            type,
                            shape,
                            tolerance(type),
                            x,
                            index,
                            operand(type, larger));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void sortsAndScans(DType type) {
        for (var shape : SHAPES) {
            for (int dim = 0; dim < shape.length; dim++) {
                for (var values : List.of(Values.ORDINARY, Values.WHOLE, Values.EXTREME)) {
                    var x = Operands.random(arena, type, shape, layout(), values, random);
                    for (boolean flag : new boolean[] {true, false}) {
                        compare(new ArgSort(dim, flag), DType.INT64, shape, Tolerance.EXACT, x);
                        if (shape[dim] > 0) {
                            var reduced = shape.clone();
                            reduced[dim] = 1;
                            compare(new ArgReduce(flag, dim), DType.INT64, reduced, Tolerance.EXACT, x);
                        }
                    }
                }
                if (type != DType.BOOL) {
                    var x = Operands.random(arena, type, shape, layout(), Values.POSITIVE, random);
                    compare(new Scan(ReduceOp.SUM, dim), type, shape, tolerance(type), x);
                    if (shape[dim] < 50) {
                        compare(new Scan(ReduceOp.PROD, dim), type, shape, tolerance(type), x);
                    }
                }
            }
        }
    }

    @Test
    void longLineSorts() {
        for (var type : List.of(DType.FLOAT32, DType.FLOAT64, DType.INT64, DType.UINT8)) {
            for (var values : List.of(Values.ORDINARY, Values.EXTREME)) {
                for (long n : new long[] {2_000, values == Values.ORDINARY ? 70_001 : 20_000}) {
                    long[] shape = {n};
                    var x = Operands.random(arena, type, shape, Layout.CONTIGUOUS, values, random);
                    for (boolean descending : new boolean[] {false, true}) {
                        compare(new ArgSort(0, descending), DType.INT64, shape, Tolerance.EXACT, x);
                        var beginning = new ArgSort(0, descending, 200);
                        compare(beginning, DType.INT64, new long[] {200}, Tolerance.EXACT, x);
                    }
                }
            }
        }
    }

    @Test
    void longLinesAndManyTargets() {
        var x = operand(DType.FLOAT32, new long[] {50_000});
        var index = Operands.indices(arena, new long[] {40_000}, Layout.CONTIGUOUS, 50_000, random);
        compare(new Gather(0), DType.FLOAT32, new long[] {40_000}, Tolerance.EXACT, x, index);
        for (long[] shape : new long[][] {{900, 64}, {3, 700}, {2, 3000}}) {
            var table = Operands.random(arena, DType.FLOAT32, shape, Layout.CONTIGUOUS, Values.ORDINARY, random);
            var rows = Operands.indices(arena, new long[] {1_000}, Layout.CONTIGUOUS, shape[0], random);
            long[] picked = {1_000, shape[1]};
            var src = Operands.random(arena, DType.FLOAT32, picked, Layout.CONTIGUOUS, Values.WHOLE, random);
            compare(new IndexAdd(0), DType.FLOAT32, shape, new Tolerance(1e-5, 1e-4), table, rows, src);
        }
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void rowsOfAnyWidthAreAdded(DType type) {
        int[] dims = {0, 0, 0, 0, 1, 1, 2};
        long[][] shapes = {{90, 64}, {50, 9}, {40, 17}, {30, 5}, {4, 30, 20}, {10, 7, 33}, {2, 3, 5, 16}};
        for (int i = 0; i < shapes.length; i++) {
            int dim = dims[i];
            for (long n : new long[] {0, 1, 100}) {
                long[] added = shapes[i].clone();
                added[dim] = n;
                var index = Operands.indices(arena, new long[] {n}, layout(), shapes[i][dim], random);
                for (var layout : List.of(Layout.CONTIGUOUS, layout())) {
                    var values = type.isFloating() ? Values.WHOLE : Values.ORDINARY;
                    var x = Operands.random(arena, type, shapes[i], layout, values, random);
                    var src = Operands.random(arena, type, added, layout, values, random);
                    compare(new IndexAdd(dim), type, shapes[i], new Tolerance(0.02, 0.02), x, index, src);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 100, 1500})
    void sumsOfRowsAreTheSameBitsOnAnyNumberOfThreads(int width) {
        long[] shape = {300, width};
        long[] added = {(1 << 18) / Math.min(width, 100) + 1, width};
        var index = Operands.indices(arena, new long[] {added[0]}, Layout.CONTIGUOUS, shape[0], random);
        var x = Operands.random(arena, DType.FLOAT32, shape, Layout.CONTIGUOUS, Values.ORDINARY, random);
        var src = Operands.random(arena, DType.FLOAT32, added, Layout.CONTIGUOUS, Values.ORDINARY, random);
        double[] expected = Operands.toArray(x);
        double[] rows = Operands.toArray(index);
        double[] addends = Operands.toArray(src);
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < width; j++) {
                int to = (int) rows[i] * width + j;
                expected[to] = (float) expected[to] + (float) addends[i * width + j];
            }
        }
        int before = Parallel.threads();
        try {
            for (int threads : new int[] {1, 2, 3}) {
                Parallel.setThreads(threads);
                for (int run = 0; run < 3; run++) { // also after the vector code took over
                    var sums = Operands.allocate(arena, Spec.of(DType.FLOAT32, shape));
                    cpu.run(new IndexAdd(0), new Operand[] {x, index, src}, new Operand[] {sums});
                    assertThat(Arrays.mismatch(Operands.toArray(sums), expected)).isEqualTo(-1);
                }
            }
        } finally {
            Parallel.setThreads(before);
        }
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void nonzeroIndices(DType type) {
        for (var shape : new long[][] {{}, {1}, {500}, {7, 5}, {3, 0}, {3, 4, 5}}) {
            var x = Operands.random(arena, type, shape, layout(), Values.WHOLE, random);
            long count = Arrays.stream(Operands.toArray(x)).filter(v -> v != 0).count();
            compare(new Nonzero(count), DType.INT64, new long[] {count, shape.length}, Tolerance.EXACT, x);
        }
    }

    @Test
    void randomBits() {
        for (var type : List.of(DType.INT64, DType.INT32)) {
            for (var shape : new long[][] {{}, {7}, {50_000}, {3, 4, 5}, {0}}) {
                var primitive = new RandomBits(0x1234_5678_9abc_def0L, type, shape);
                compare(primitive, type, shape, Tolerance.EXACT);
            }
        }
        for (double p : new double[] {0, 0.1, 0.5, 1}) {
            for (var shape : new long[][] {{}, {7}, {50_003}, {3, 4, 5}, {0}}) {
                compare(RandomBits.mask(0x1234_5678_9abc_def0L, p, shape), DType.BOOL, shape, Tolerance.EXACT);
            }
        }
    }

    @Test
    void invalidIndicesAreNamedAndNothingIsWritten() {
        var x = Operands.of(arena, DType.FLOAT32, new long[] {3, 2}, 1, 2, 3, 4, 5, 6);
        for (double bad : new double[] {3, -1}) {
            var index = Operands.of(arena, DType.INT64, new long[] {2}, 0, bad);
            var src = Operands.of(arena, DType.FLOAT32, new long[] {2, 2}, 1, 1, 1, 1);
            assertThatThrownBy(() -> cpu.run(new IndexAdd(0), new Operand[] {x, index, src}, new Operand[] {x}))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessageContaining("index " + (int) bad)
                    .hasMessageContaining("size 3");
            assertThat(Operands.toArray(x)).containsExactly(1, 2, 3, 4, 5, 6);
        }
    }

    private Layout layout() {
        return LAYOUTS.get(random.nextInt(LAYOUTS.size()));
    }

    private Operand operand(DType type, long[] shape) {
        return Operands.random(arena, type, shape, layout(), Values.ORDINARY, random);
    }

    private static Tolerance tolerance(DType type) {
        return switch (type) {
            case FLOAT64 -> new Tolerance(1e-13, 1e-13);
            case FLOAT32 -> new Tolerance(1e-6, 1e-6);
            case BFLOAT16 -> new Tolerance(0x1p-7, 0x1p-7);
            case FLOAT16 -> new Tolerance(0x1p-10, 0x1p-10);
            default -> Tolerance.EXACT;
        };
    }

    private void compare(
            fathom.primitive.Computed primitive, DType type, long[] shape, Tolerance tolerance, Operand... in) {
        var layout = layout();
        assertThat(Oracle.compare(cpu, primitive, in, new Spec[] {Spec.of(type, shape)}, tolerance)).isTrue();
        var strided = new Spec(type, shape, Operands.strides(shape, layout));
        assertThat(Oracle.compare(cpu, primitive, in, new Spec[] {strided}, tolerance)).isTrue();
    }
}
