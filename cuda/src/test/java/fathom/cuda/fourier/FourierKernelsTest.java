package fathom.cuda.fourier;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.DType;
import fathom.cuda.HostCompilers;
import fathom.cuda.KernelTesting;
import fathom.primitive.FourierTransform;
import fathom.primitive.FourierTransform.Kind;
import fathom.primitive.Operand;
import fathom.primitive.Spec;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Fourier transforms by kernels, against their defining sums. */
@Tag("kernels")
class FourierKernelsTest {
    private static final List<Layout> LAYOUTS =
            List.of(Layout.CONTIGUOUS, Layout.TRANSPOSED, Layout.GAPPED, Layout.BACKWARDS, Layout.ROWS);

    private final Random random = new Random(9);
    private final Arena arena = Arena.ofAuto();

    private static long[] pairs(long[] shape) {
        long[] pairs = Arrays.copyOf(shape, shape.length + 1);
        pairs[shape.length] = 2;
        return pairs;
    }

    private Layout layout() {
        return LAYOUTS.get(random.nextInt(LAYOUTS.size()));
    }

    private void compare(Kind kind, DType type, int dim, long... shape) {
        long n = shape[dim];
        long[] half = shape.clone();
        half[dim] = n / 2 + 1;
        long[] in = kind.takesReal() ? shape : pairs(kind.givesReal() ? half : shape);
        long[] out = kind.givesReal() ? shape : pairs(kind.takesReal() ? half : shape);
        var p = new FourierTransform(kind, dim, n, random.nextInt(3), 1 / Math.sqrt(n));
        Operand x = Operands.random(arena, type, in, layout(), Values.ORDINARY, random);
        var tolerance = type == DType.FLOAT64 ? new Tolerance(1e-12, 1e-12) : new Tolerance(1e-5, 1e-5);
        var spec = new Spec(type, out, Operands.strides(out, layout()));
        var testing = new KernelTesting(new FourierKernels());
        assertThat(Oracle.compare(testing, p, new Operand[] {x}, new Spec[] {spec}, tolerance)).isTrue();
    }

    /** Powers of two and others, in one launch and in several; any layout. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void lengths(Kind kind) {
        Assumptions.assumeTrue(HostCompilers.isHere(), "LEFT OUT: no C++ compiler");
        for (DType type : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            for (long n : new long[] {1, 2, 3, 4, 7, 8, 32, 60, 128, 1024, 1000}) {
                compare(kind, type, 0, n);
            }
            compare(kind, type, 1, 3, 12, 5);
            compare(kind, type, 0, 16, 70);
            compare(kind, type, 2, 3, 2, 64);
            compare(kind, type, 0, 8, 0);
            compare(kind, type, 1, 2, 4096);
            compare(kind, type, 1, 2, 1500);
        }
    }
}
