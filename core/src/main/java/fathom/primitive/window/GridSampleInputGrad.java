package fathom.primitive.window;

import fathom.Tensor;
import fathom.primitive.Computed;
import fathom.primitive.Layouts;
import fathom.primitive.Spec;
import fathom.primitive.Tape;
import org.jspecify.annotations.Nullable;

/**
 * The image gradient of {@link GridSample}. Inputs: {@code g: [N, C, ...]} and {@code grid}. Output: of the image's
 * shape, channels-last if g is.
 *
 * @param forward the forward primitive
 * @param shape the image's shape
 */
public record GridSampleInputGrad(GridSample forward, long[] shape) implements Computed {
    @Override
    public Spec[] infer(Spec... in) {
        return new Spec[] {Layouts.withChannelsAs(in[0].shape(), in[0].strides(), in[0].dtype(), shape.clone())};
    }

    @Override
    public boolean isDifferentiable() {
        return false;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        throw new IllegalStateException("differentiable gradients of gridSample are composed of other operations");
    }
}
