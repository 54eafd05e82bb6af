package fathom.conformance;

import fathom.DType;
import fathom.primitive.FourierTransform;
import fathom.primitive.FourierTransform.Kind;
import fathom.testkit.Operands.Values;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** Fourier transforms against their defining sums, on operands of any layout. */
class FourierBackendsTest extends BackendProperties {
    @Property(tries = 200, seed = "1", shrinking = ShrinkingMode.OFF)
    void transforms(@ForAll Kind kind, @ForAll long seed) {
        seed(seed);
        long[] shape = shape();
        shape = shape.length == 0 ? new long[] {random.nextInt(1, 40)} : shape;
        int dim = random.nextInt(shape.length);
        long n = shape[dim] = random.nextInt(4) == 0 ? random.nextInt(1, 140) : Math.max(1, shape[dim]);
        DType type = random.nextBoolean() ? DType.FLOAT32 : DType.FLOAT64;
        long[] half = shape.clone();
        half[dim] = n / 2 + 1;
        long[] in = kind.takesReal() ? shape : pairs(kind.givesReal() ? half : shape);
        long[] out = kind.givesReal() ? shape : pairs(kind.takesReal() ? half : shape);
        compare(
                new FourierTransform(kind, dim, n, random.nextInt(3), random.nextDouble() * 2),
                sums(type),
                operands(operand(type, in, Values.ORDINARY)),
                output(type, out));
    }

    private static long[] pairs(long[] shape) {
        long[] pairs = Arrays.copyOf(shape, shape.length + 1);
        pairs[shape.length] = 2;
        return pairs;
    }
}
