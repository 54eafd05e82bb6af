package fathom.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.DType;
import fathom.cuda.host.HostGpu;
import fathom.cuda.products.MatMulKernels;
import fathom.primitive.Backend;
import fathom.primitive.MatMul;
import fathom.primitive.Operand;
import fathom.primitive.Spec;
import fathom.testkit.Operands;
import fathom.testkit.Operands.Layout;
import fathom.testkit.Operands.Values;
import fathom.testkit.Oracle;
import fathom.testkit.Oracle.Tolerance;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Matrix products on the GPU that the processor plays, against the oracle. */
@Tag("kernels")
class ProductsTest {
    private static final Path CACHE = Path.of(System.getProperty("java.io.tmpdir"), "fathom-cuda-host");

    private final SplittableRandom random = new SplittableRandom(1);
    private Backend backend = Oracle.backend("naive");

    @BeforeEach
    void open() {
        Assumptions.assumeTrue(HostCompilers.isHere(), "LEFT OUT: no C++ compiler");
        backend = new FamilyBackend(new HostGpu(CACHE, "c++"), new MatMulKernels());
    }

    private static Tolerance sums(DType type) {
        return switch (type) {
            case FLOAT64 -> new Tolerance(1e-12, 1e-11);
            case FLOAT32 -> new Tolerance(1e-5, 1e-4);
            case BFLOAT16 -> new Tolerance(1e-2, 0.1);
            case FLOAT16 -> new Tolerance(2e-3, 0.02);
            default -> Tolerance.EXACT;
        };
    }

    private void check(
            DType type, DType out, DType bias, Layout a, Layout b, Layout c, long m, long k, long n, long... batch) {
        try (var arena = Arena.ofConfined()) {
            long[] x = with(batch, m, k);
            long[] y = with(batch, k, n);
            Operand left = Operands.random(arena, type, x, a, Values.ORDINARY, random);
            Operand right = Operands.random(arena, type, y, b, Values.ORDINARY, random);
            Operand[] in =
                    bias == null
                            ? new Operand[] {left, right}
                            : new Operand[] {
                                left,
                                right,
                                Operands.random(arena, bias, new long[] {n}, Layout.CONTIGUOUS, Values.ORDINARY, random)
                            };
            long[] z = with(batch, m, n);
            Spec[] spec = {new Spec(out, z, Operands.strides(z, c))};
            assertThat(
                            Oracle.compare(
                                    backend, new MatMul(bias != null, out == type ? null : out), in, spec, sums(type)))
                    .isTrue();
        }
    }

    private static long[] with(long[] batch, long... last) {
        long[] all = Arrays.copyOf(batch, batch.length + 2);
        all[batch.length] = last[0];
        all[batch.length + 1] = last[1];
        return all;
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = "BOOL", mode = EnumSource.Mode.EXCLUDE)
    void everyType(DType type) {
        check(type, type, type, Layout.CONTIGUOUS, Layout.CONTIGUOUS, Layout.CONTIGUOUS, 37, 29, 45);
        check(type, type, type, Layout.CONTIGUOUS, Layout.TRANSPOSED, Layout.CONTIGUOUS, 3, 70, 40);
        check(type, type, type, Layout.CONTIGUOUS, Layout.CONTIGUOUS, Layout.CONTIGUOUS, 2, 70, 40);
    }

    @ParameterizedTest
    @CsvSource({"FLOAT32, 70, 48, 80", "FLOAT32, 140, 72, 136", "BFLOAT16, 70, 48, 80", "FLOAT16, 130, 72, 136"})
    void everyLayout(DType type, long m, long k, long n) {
        for (Layout a : new Layout[] {Layout.CONTIGUOUS, Layout.TRANSPOSED, Layout.GAPPED}) {
            for (Layout b : new Layout[] {Layout.CONTIGUOUS, Layout.TRANSPOSED, Layout.BACKWARDS}) {
                check(type, type, type, a, b, Layout.CONTIGUOUS, m, k, n);
            }
        }
        check(type, type, type, Layout.CONTIGUOUS, Layout.CONTIGUOUS, Layout.TRANSPOSED, m, k, n);
        check(type, type, null, Layout.ROWS, Layout.ROWS, Layout.ROWS, m, k, n);
    }

    @Test
    void batchesOfAnyRank() {
        check(
                DType.FLOAT32,
                DType.FLOAT32,
                null,
                Layout.CONTIGUOUS,
                Layout.EXPANDED,
                Layout.CONTIGUOUS,
                20,
                17,
                9,
                2,
                3);
        check(
                DType.FLOAT32,
                DType.FLOAT32,
                DType.FLOAT32,
                Layout.GAPPED,
                Layout.CHANNELS_LAST,
                Layout.GAPPED,
                6,
                5,
                7,
                4,
                2);
        check(
                DType.BFLOAT16,
                DType.FLOAT32,
                null,
                Layout.TRANSPOSED,
                Layout.CONTIGUOUS,
                Layout.CHANNELS_LAST,
                20,
                40,
                33,
                3);
        check(DType.FLOAT32, DType.FLOAT32, null, Layout.CONTIGUOUS, Layout.TRANSPOSED, Layout.CONTIGUOUS, 1, 64, 9, 5);
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"FLOAT32", "BFLOAT16", "INT32", "FLOAT64"})
    void aLongSumIsSplit(DType type) {
        check(type, type, type, Layout.TRANSPOSED, Layout.CONTIGUOUS, Layout.CONTIGUOUS, 24, 1500, 20);
        check(type, type, type, Layout.CONTIGUOUS, Layout.CONTIGUOUS, Layout.TRANSPOSED, 24, 1501, 20);
        check(type, type, type, Layout.CONTIGUOUS, Layout.CONTIGUOUS, Layout.CONTIGUOUS, 2, 1000, 8);
        check(type, type, type, Layout.CONTIGUOUS, Layout.TRANSPOSED, Layout.CONTIGUOUS, 9, 1032, 1);
        check(type, type, null, Layout.CONTIGUOUS, Layout.TRANSPOSED, Layout.CONTIGUOUS, 12, 700, 3, 2);
    }

    @Test
    void sixteenBitsBesideFloat() {
        for (DType type : new DType[] {DType.BFLOAT16, DType.FLOAT16}) {
            check(
                    type,
                    DType.FLOAT32,
                    DType.FLOAT32,
                    Layout.CONTIGUOUS,
                    Layout.CONTIGUOUS,
                    Layout.CONTIGUOUS,
                    33,
                    64,
                    40);
            check(type, type, DType.FLOAT32, Layout.CONTIGUOUS, Layout.TRANSPOSED, Layout.CONTIGUOUS, 33, 64, 40);
            check(type, DType.FLOAT32, type, Layout.CONTIGUOUS, Layout.TRANSPOSED, Layout.CONTIGUOUS, 1, 64, 40);
        }
    }

    @Test
    void emptyDimensions() {
        check(
                DType.FLOAT32,
                DType.FLOAT32,
                DType.FLOAT32,
                Layout.CONTIGUOUS,
                Layout.CONTIGUOUS,
                Layout.CONTIGUOUS,
                5,
                0,
                7);
        check(
                DType.FLOAT32,
                DType.FLOAT32,
                DType.FLOAT32,
                Layout.CONTIGUOUS,
                Layout.CONTIGUOUS,
                Layout.CONTIGUOUS,
                0,
                3,
                7);
        check(DType.FLOAT32, DType.FLOAT32, null, Layout.CONTIGUOUS, Layout.CONTIGUOUS, Layout.CONTIGUOUS, 2, 0, 7);
        check(DType.FLOAT32, DType.FLOAT32, null, Layout.CONTIGUOUS, Layout.CONTIGUOUS, Layout.CONTIGUOUS, 5, 4, 6, 0);
    }

    @Test
    void randomShapes() {
        DType[] types = {DType.FLOAT32, DType.FLOAT64, DType.BFLOAT16, DType.FLOAT16, DType.INT64, DType.UINT8};
        Layout[] layouts = Layout.values();
        for (int i = 0; i < 24; i++) {
            DType type = types[random.nextInt(types.length)];
            long[] batch = new long[random.nextInt(3)];
            Arrays.setAll(batch, d -> 1 + random.nextInt(3));
            Layout out = layouts[random.nextInt(layouts.length)];
            check(
                    type,
                    type,
                    random.nextBoolean() ? type : null,
                    layouts[random.nextInt(layouts.length)],
                    layouts[random.nextInt(layouts.length)],
                    out == Layout.EXPANDED ? Layout.CONTIGUOUS : out,
                    1 + random.nextInt(random.nextInt(3) == 0 ? 150 : 10),
                    1 + random.nextInt(random.nextInt(3) == 0 ? 150 : 10),
                    1 + random.nextInt(random.nextInt(3) == 0 ? 150 : 10),
                    batch);
        }
    }
}
