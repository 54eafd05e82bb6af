package fathom.primitive.window;

import fathom.DType;
import fathom.Tensor;
import fathom.primitive.Computed;
import fathom.primitive.Ops;
import fathom.primitive.Spec;
import fathom.primitive.Tape;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The weight gradient of {@link Convolution}. Inputs: {@code g: [N, O, (oD, (oH,)) oW]}, {@code x: [N, C, (D, (H,))
 * W]}. Output: {@code [O, C/groups, (kD, (kH,)) kW]}, row-major.
 *
 * @param window the forward convolution's
 * @param groups the forward convolution's
 * @param kernel the spatial sizes of the kernel; not to be modified
 * @param type the output's type: float32 for 16-bit inputs, or null for the inputs'
 */
public record ConvolutionWeightGrad(Window window, int groups, long[] kernel, @Nullable DType type)
        implements Computed {
    /** A gradient with its inputs' type. */
    public ConvolutionWeightGrad(Window window, int groups, long... kernel) {
        this(window, groups, kernel, null);
    }

    @Override
    public Spec[] infer(Spec... in) {
        DType out = type == null ? in[0].dtype() : type;
        long outputs = in[0].size(1);
        long channels = in[1].size(1);
        return new Spec[] {Spec.of(out, Convolution.extents(outputs, channels / groups, kernel))};
    }

    @Override
    public boolean savesInput(int i, NeedsGrad needsGrad) {
        return i == 0 ? needsGrad.needsGrad(1) : needsGrad.needsGrad(0);
    }

    @Override
    public @Nullable Tensor[] gradient(Tape t, @Nullable Tensor[] gradOutputs) {
        Tensor given = gradOutputs[0];
        if (given == null) {
            return new @Nullable Tensor[2];
        }
        Tensor gw = given.to(t.inputType(0));
        long[] in = Convolution.spatial(t.inputShape(1));
        return new @Nullable Tensor[] {
            t.needsGrad(0) ? Ops.apply(new Convolution(window, groups), t.input(1), gw) : null,
            t.needsGrad(1) ? Ops.apply(new ConvolutionInputGrad(window, groups, in), t.input(0), gw) : null
        };
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return this == o
                || o instanceof ConvolutionWeightGrad e
                        && window.equals(e.window)
                        && groups == e.groups
                        && Arrays.equals(kernel, e.kernel)
                        && type == e.type;
    }

    @Override
    public int hashCode() {
        return 31 * (31 * (31 * window.hashCode() + groups) + Arrays.hashCode(kernel))
                + (type == null ? -1 : type.ordinal());
    }

    @Override
    public String toString() {
        return "ConvolutionWeightGrad[window=%s, groups=%s, kernel=%s, type=%s]"
                .formatted(window, groups, Arrays.toString(kernel), type);
    }
}
