package fathom.cuda.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.DType;
import fathom.cuda.HostCompilers;
import fathom.cuda.KernelTesting;
import fathom.ir.Exprs;
import fathom.ir.Kernel;
import fathom.primitive.Operand;
import fathom.primitive.Pointwise;
import fathom.primitive.Spec;
import fathom.testkit.Operands;
import fathom.testkit.Operands.Layout;
import fathom.testkit.Operands.Values;
import fathom.testkit.Oracle;
import fathom.testkit.Oracle.Tolerance;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Element-wise kernels of operands with different dense dimensions, against the oracle. */
@Tag("kernels")
class TiledPointwiseTest {
    private final Random random = new Random(7);
    private final Arena arena = Arena.ofAuto();

    @BeforeEach
    void compiler() {
        Assumptions.assumeTrue(HostCompilers.isHere(), "LEFT OUT: no C++ compiler");
    }

    private Operand operand(DType type, Layout layout, long... shape) {
        return Operands.random(arena, type, shape, layout, Values.EXTREME, random);
    }

    private static void compare(Pointwise p, Spec out, Operand... in) {
        assertThat(Oracle.compare(new KernelTesting(new TiledPointwise()), p, in, new Spec[] {out}, Tolerance.EXACT))
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void transposedCopies(DType type) {
        var copy = new Pointwise(Kernel.of(Exprs.input(0, type)));
        for (var shape : new long[][] {{16, 16}, {33, 70}, {100, 17}}) {
            compare(copy, Spec.of(type, shape), operand(type, Layout.TRANSPOSED, shape));
        }
        compare(copy, Spec.of(type, 2, 20, 3, 7), operand(type, Layout.CHANNELS_LAST, 2, 20, 3, 7));
        long[] image = {2, 18, 5, 9};
        var last = new Spec(type, image, Operands.strides(image, Layout.CHANNELS_LAST));
        compare(copy, last, operand(type, Layout.CONTIGUOUS, image));
        long[] wide = {2, 18, 2, 20};
        var gapped = new Spec(type, wide, Operands.strides(wide, Layout.CHANNELS_LAST));
        compare(copy, gapped, operand(type, Layout.ROWS, wide));
    }

    @Test
    void severalOperandsOfEveryLayout() {
        var a = Exprs.input(0, DType.FLOAT32);
        var b = Exprs.cast(DType.FLOAT32, Exprs.input(1, DType.BFLOAT16));
        var c = Exprs.input(2, DType.FLOAT32);
        var sum = new Pointwise(Kernel.of(Exprs.add(Exprs.mul(a, b), c)));
        long[] shape = {40, 21};
        for (Layout other : new Layout[] {Layout.CONTIGUOUS, Layout.TRANSPOSED, Layout.EXPANDED, Layout.GAPPED}) {
            compare(
                    sum,
                    Spec.of(DType.FLOAT32, shape),
                    operand(DType.FLOAT32, other, shape),
                    operand(DType.BFLOAT16, Layout.TRANSPOSED, shape),
                    operand(DType.FLOAT32, Layout.CONTIGUOUS, shape));
        }
    }

    /** Others are left to the kernels without tiles. */
    @Test
    void operandsDenseAlongOneDimensionHaveNoTiles() {
        var testing = new KernelTesting(new TiledPointwise());
        var copy = new Pointwise(Kernel.of(Exprs.input(0, DType.FLOAT32)));
        Operand x = operand(DType.FLOAT32, Layout.GAPPED, 40, 40);
        Operand y = operand(DType.FLOAT32, Layout.CONTIGUOUS, 40, 40);
        Operand narrow = operand(DType.FLOAT32, Layout.TRANSPOSED, 40, 5);
        Operand[] out = {y};
        assertThat(new TiledPointwise().prepare(testing.gpu(), copy, new Operand[] {x}, out)).isNull();
        assertThat(new TiledPointwise().prepare(testing.gpu(), copy, new Operand[] {y}, out)).isNull();
        Operand small = operand(DType.FLOAT32, Layout.CONTIGUOUS, 40, 5);
        assertThat(new TiledPointwise().prepare(testing.gpu(), copy, new Operand[] {narrow}, new Operand[] {small}))
                .isNull();
    }
}
