package fathom.conformance;

import fathom.DType;
import fathom.options.GridSampleOptions;
import fathom.primitive.Operand;
import fathom.primitive.window.GridSample;
import fathom.primitive.window.GridSampleGridGrad;
import fathom.primitive.window.GridSampleInputGrad;
import fathom.primitive.window.Resample;
import fathom.primitive.window.ResampleAxis;
import fathom.primitive.window.ResampleAxis.Filter;
import fathom.testkit.Operands.Values;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** Resampling and grid sampling against the naive backend, on operands of any layout. */
class ResamplingBackendsTest extends BackendProperties {
    private static final DType[] TYPES = {DType.FLOAT32, DType.FLOAT32, DType.FLOAT64};

    private int upTo(int n) {
        return random.nextInt(1, n + 1);
    }

    @Property(tries = 300, seed = "1", shrinking = ShrinkingMode.OFF)
    void resampling(@ForAll Filter filter, @ForAll boolean transposed, @ForAll long seed) {
        seed(seed);
        var axes = new ArrayList<ResampleAxis>();
        int count = upTo(3);
        long[] in = new long[2 + count];
        long[] out = new long[2 + count];
        in[0] = out[0] = random.nextInt(20) == 0 ? 0 : upTo(3);
        in[1] = out[1] = upTo(random.nextInt(3) == 0 ? 37 : 4);
        for (int a = 0; a < count; a++) {
            int most = a == count - 1 && random.nextBoolean() ? 60 : 9;
            in[2 + a] = upTo(most);
            out[2 + a] = random.nextInt(3) == 0 ? 2 * in[2 + a] : upTo(most);
            boolean align = filter != Filter.AREA && random.nextInt(4) == 0 && out[2 + a] > 1;
            double step = align ? (in[2 + a] - 1.0) / (out[2 + a] - 1) : (double) in[2 + a] / out[2 + a];
            axes.add(new ResampleAxis(filter, in[2 + a], out[2 + a], step, align));
        }
        DType type = pick(TYPES);
        compare(
                new Resample(List.copyOf(axes), transposed),
                sums(type),
                operands(operand(type, transposed ? out : in, Values.ORDINARY)),
                output(type, transposed ? in : out));
    }

    @Property(tries = 300, seed = "1", shrinking = ShrinkingMode.OFF)
    void sampling(
            @ForAll GridSampleOptions.Mode mode,
            @ForAll GridSampleOptions.PaddingMode padding,
            @ForAll boolean align,
            @ForAll long seed) {
        seed(seed);
        var sample = new GridSample(mode, padding, align);
        int axes = mode == GridSampleOptions.Mode.BICUBIC || random.nextBoolean() ? 2 : 3;
        long[] image = new long[2 + axes];
        long[] result = new long[2 + axes];
        long[] grid = new long[2 + axes];
        image[0] = result[0] = grid[0] = random.nextInt(20) == 0 ? 0 : upTo(3);
        image[1] = result[1] = upTo(random.nextInt(3) == 0 ? 37 : 4);
        for (int a = 0; a < axes; a++) {
            image[2 + a] = upTo(6);
            result[2 + a] = grid[1 + a] = upTo(random.nextInt(4) == 0 ? 20 : 5);
        }
        grid[1 + axes] = axes;
        DType type = pick(TYPES);
        Values values = random.nextInt(4) == 0 ? Values.EXTREME : Values.ORDINARY;
        Operand points = operand(type, grid, values);
        Operand x = operand(type, image, Values.ORDINARY);
        Operand g = operand(type, result, Values.ORDINARY);
        compare(sample, sums(type), operands(x, points), output(type, result));
        compare(new GridSampleInputGrad(sample, image), sums(type), operands(g, points), output(type, image));
        compare(new GridSampleGridGrad(sample), sums(type), operands(g, x, points), output(type, grid));
    }
}
