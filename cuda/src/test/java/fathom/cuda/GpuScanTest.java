package fathom.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.DType;
import fathom.cuda.host.HostGpu;
import fathom.cuda.reduction.ScanKernels;
import fathom.ir.ReduceOp;
import fathom.primitive.ArgScan;
import fathom.primitive.Computed;
import fathom.primitive.CumulativeWeights;
import fathom.primitive.LogCumSumExp;
import fathom.primitive.Operand;
import fathom.primitive.Scan;
import fathom.primitive.Spec;
import fathom.testkit.Operands;
import fathom.testkit.Operands.Layout;
import fathom.testkit.Operands.Values;
import fathom.testkit.Oracle;
import fathom.testkit.Oracle.Tolerance;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Scans by kernels against the oracle: lines along and across memory, whole and in parts. */
@EnabledIf("fathom.cuda.HostCompilers#isHere")
@Tag("kernels")
class GpuScanTest {
    private static final long[][] SHAPES = {
        {}, {1}, {5}, {37, 3}, {3, 40}, {4, 6, 5}, {2, 0, 3}, {50, 64}, {3, 2500}, {600, 40}
    };

    private final Arena arena = Arena.ofConfined();
    private final SplittableRandom random = new SplittableRandom(7);
    private FamilyBackend backend;

    @BeforeEach
    void open() {
        var folder = Path.of(System.getProperty("java.io.tmpdir"), "fathom-cuda-host");
        backend = new FamilyBackend(new HostGpu(folder, "c++"), new ScanKernels());
    }

    @AfterEach
    void close() {
        arena.close();
    }

    private Layout layout() {
        Layout[] all = Layout.values();
        return all[random.nextInt(all.length)];
    }

    private void compare(Computed scan, DType out, Tolerance tolerance, long[] shape, Operand... in) {
        Layout l = layout();
        long[] strides = Operands.strides(shape, l == Layout.EXPANDED ? Layout.CONTIGUOUS : l);
        Oracle.compare(backend, scan, in, new Spec[] {new Spec(out, shape, strides)}, tolerance);
    }

    private static Tolerance sums(DType type) {
        return switch (type) {
            case FLOAT64 -> new Tolerance(1e-12, 1e-10);
            case FLOAT32 -> new Tolerance(1e-5, 1e-4);
            case BFLOAT16 -> new Tolerance(1e-2, 0.1);
            case FLOAT16 -> new Tolerance(2e-3, 0.02);
            default -> Tolerance.EXACT;
        };
    }

    private static int dim(long[] shape, int i) {
        return shape.length == 0 ? 0 : i % shape.length;
    }

    @Test
    void sumsAndProducts() {
        for (int i = 0; i < 48; i++) {
            long[] shape = SHAPES[i % SHAPES.length];
            DType type = DType.values()[random.nextInt(DType.values().length)];
            int dim = dim(shape, i / SHAPES.length);
            boolean product = i % 3 == 0;
            if (type == DType.BOOL || product && type.isFloating() && (shape.length == 0 || shape[dim] > 20)) {
                continue;
            }
            Operand x =
                    Operands.random(arena, type, shape, layout(), product ? Values.POSITIVE : Values.ORDINARY, random);
            compare(new Scan(product ? ReduceOp.PROD : ReduceOp.SUM, dim), type, sums(type), shape, x);
        }
    }

    @Test
    void indicesOfExtrema() {
        for (int i = 0; i < 30; i++) {
            long[] shape = SHAPES[1 + i % (SHAPES.length - 3)];
            DType type = DType.values()[random.nextInt(DType.values().length)];
            Operand x =
                    Operands.random(arena, type, shape, layout(), i % 2 == 0 ? Values.EXTREME : Values.WHOLE, random);
            compare(new ArgScan(i % 4 < 2, dim(shape, i / 7)), DType.INT64, Tolerance.EXACT, shape, x);
        }
    }

    @Test
    void logarithmsOfSumsOfExponentialsAndTheirGradients() {
        DType[] types = {DType.FLOAT32, DType.FLOAT64, DType.BFLOAT16};
        for (int i = 0; i < 24; i++) {
            long[] shape = SHAPES[1 + i % 6];
            DType type = types[i % types.length];
            int dim = dim(shape, i / 6);
            Operand x = Operands.random(arena, type, shape, layout(), Values.ORDINARY, random);
            compare(new LogCumSumExp(dim), type, sums(type), shape, x);
            Operand extreme = Operands.random(arena, type, shape, layout(), Values.EXTREME, random);
            compare(new LogCumSumExp(dim), type, sums(type), shape, extreme);
            Operand y = Operands.allocate(arena, type, shape, Operands.strides(shape, Layout.CONTIGUOUS));
            Oracle.backend("naive").run(new LogCumSumExp(dim), new Operand[] {x}, new Operand[] {y});
            Operand v = Operands.random(arena, type, shape, layout(), Values.ORDINARY, random);
            compare(new CumulativeWeights(dim, i % 2 == 0), type, sums(type), shape, v, x, y);
        }
    }

    @Test
    void longLinesAreScannedInParts() {
        int n = 100_000;
        for (long[] shape : new long[][] {{n}, {n / 50, 50}, {3, n / 3}}) {
            Operand x = Operands.random(arena, DType.INT64, shape, Layout.CONTIGUOUS, Values.WHOLE, random);
            Operand out = Operands.allocate(arena, DType.INT64, shape, x.strides());
            int dim = shape[0] == 3 ? 1 : 0;
            backend.run(new Scan(ReduceOp.SUM, dim), new Operand[] {x}, new Operand[] {out});
            double[] elements = Operands.toArray(x);
            double[] sums = Operands.toArray(out);
            int step = dim == 1 || shape.length == 1 ? 1 : (int) shape[1];
            int size = (int) shape[dim];
            for (int i = 0; i < sums.length; i++) {
                boolean first = i / step % size == 0;
                assertThat(sums[i]).isEqualTo(elements[i] + (first ? 0 : sums[i - step]));
            }
        }
        var shape = new long[] {70_000};
        Operand v = Operands.random(arena, DType.FLOAT64, shape, Layout.CONTIGUOUS, Values.ORDINARY, random);
        Operand x = Operands.random(arena, DType.FLOAT64, shape, Layout.CONTIGUOUS, Values.ORDINARY, random);
        Operand y = Operands.allocate(arena, DType.FLOAT64, shape, new long[] {1});
        Operand w = Operands.allocate(arena, DType.FLOAT64, shape, new long[] {1});
        backend.run(new LogCumSumExp(0), new Operand[] {x}, new Operand[] {y});
        backend.run(new CumulativeWeights(0, true), new Operand[] {v, x, y}, new Operand[] {w});
        double sum = 0;
        double running = 0;
        double[] xs = Operands.toArray(x);
        double[] ys = Operands.toArray(y);
        double[] ws = Operands.toArray(w);
        double[] vs = Operands.toArray(v);
        for (int i = 0; i < xs.length; i++) {
            sum += Math.exp(xs[i]);
            assertThat(ys[i]).isCloseTo(Math.log(sum), org.assertj.core.data.Offset.offset(1e-9));
        }
        for (int i = xs.length - 1; i >= 0; i--) {
            running += vs[i] * Math.exp(-ys[i]);
            assertThat(ws[i]).isCloseTo(running * Math.exp(xs[i]), org.assertj.core.data.Offset.offset(1e-9));
        }
    }
}
