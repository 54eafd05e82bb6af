package fathom.cpu.resample;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.DType;
import fathom.primitive.Layouts;
import fathom.primitive.Operand;
import fathom.primitive.window.Resample;
import fathom.primitive.window.ResampleAxis;
import fathom.primitive.window.ResampleAxis.Filter;
import fathom.testkit.Operands;
import fathom.testkit.Operands.Layout;
import fathom.testkit.Operands.Values;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Vector code has the bits of the scalar loops, and writes nothing outside of the result. */
class ResampleRowsTest {
    private static final long GUARD_BYTES = 512;

    @Property(tries = 200, seed = "1")
    void vectorsGiveTheBitsOfThePlainCode(
            @ForAll Filter filter, @ForAll boolean transposed, @ForAll boolean pixels, @ForAll long seed) {
        var random = new SplittableRandom(seed);
        try (var arena = Arena.ofConfined()) {
            long[] in = {2, random.nextInt(1, 40), random.nextInt(1, 9), random.nextInt(1, 80)};
            long[] out = in.clone();
            for (int d = 2; d < 4; d++) {
                out[d] =
                        switch (random.nextInt(3)) {
                            case 0 -> 2 * in[d];
                            case 1 -> (in[d] + 1) / 2;
                            default -> random.nextInt(1, 80);
                        };
            }
            var axes =
                    IntStream.of(2, 3)
                            .mapToObj(d -> new ResampleAxis(filter, in[d], out[d], (double) in[d] / out[d], false))
                            .toList();
            var resample = new Resample(List.copyOf(axes), transposed);
            Layout layout = pixels ? Layout.CHANNELS_LAST : Layout.CONTIGUOUS;
            Operand x = Operands.random(arena, DType.FLOAT32, transposed ? out : in, layout, Values.EXTREME, random);
            long[] shape = transposed ? in : out;
            double[][] results = new double[2][];
            for (int i = 0; i < 2; i++) {
                Operand y = Operands.allocate(arena, DType.FLOAT32, shape, Operands.strides(shape, layout));
                var rows = new Rows(resample, x, y);
                assertThat(rows.haveVectors()).isTrue();
                rows.compute(0, rows.count(), arena.allocate(rows.bytes() + GUARD_BYTES, 64).address(), i == 0);
                results[i] = Operands.toArray(y);
            }
            assertThat(results[0]).isEqualTo(results[1]);
        }
    }

    @Property(tries = 5)
    void rowsWithoutADenseLayoutUseScalarCode(@ForAll boolean pixels) {
        var axis = new ResampleAxis(Filter.LINEAR, 3, 6, 0.5, false);
        var resample = new Resample(List.of(axis), false);
        long[] in = {1, 2, 3};
        long[] out = {1, 2, 6};
        long[] apart = pixels ? new long[] {12, 1, 4} : new long[] {12, 6, 2};
        var x = new Operand(DType.FLOAT32, 0, in, apart);
        var y = new Operand(DType.FLOAT32, 0, out, Layouts.contiguous(out));
        assertThat(new Rows(resample, x, y).haveVectors()).isFalse();
    }
}
