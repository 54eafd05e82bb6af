package fathom.nn.conv;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.BuiltInLayer;
import fathom.nn.Reprs;
import fathom.options.InterpolateOptions;
import fathom.options.InterpolateOptions.Mode;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Resizes sequences {@code [N, C, L]}, images {@code [N, C, H, W]} or volumes {@code [N, C, D, H, W]}.
 *
 * @see Tensors#interpolate(Tensor, InterpolateOptions)
 */
public class Upsample extends BuiltInLayer {
    private final InterpolateOptions options = new InterpolateOptions();

    /**
     * With a size or scale factors, named because PyTorch's positional arguments are easily confused: {@code new
     * Upsample(o -> o.scaleFactor(2).mode(Mode.BILINEAR))}. The default mode is nearest.
     */
    public Upsample(Consumer<InterpolateOptions> options) {
        options.accept(this.options);
    }

    @Override
    protected final Tensor compute(Tensor x) {
        return Tensors.interpolate(x, options);
    }

    @Override
    protected final String extraRepr() {
        double[] scale = options.scaleFactor();
        long[] size = options.size();
        String extents =
                scale.length > 0
                        ? "scale_factor=" + oneOrTuple(scale)
                        : "size=" + (size.length == 1 ? Long.toString(size[0]) : Reprs.tuple(size));
        Mode mode = options.mode();
        return extents + ", mode=" + mode;
    }

    private static String oneOrTuple(double[] numbers) {
        return numbers.length == 1
                ? Reprs.number(numbers[0])
                : Arrays.stream(numbers).mapToObj(Reprs::number).collect(Collectors.joining(", ", "(", ")"));
    }
}
