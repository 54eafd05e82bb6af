package fathom.primitive.window;

import fathom.Tensor;
import fathom.primitive.Computed;
import fathom.primitive.Spec;
import fathom.primitive.Tape;
import org.jspecify.annotations.Nullable;

/**
 * The grid gradient of {@link GridSample}. Inputs: {@code g: [N, C, ...]}, the image {@code x} and {@code grid}.
 * Output: of the grid's shape.
 *
 * @param forward the forward primitive
 */
public record GridSampleGridGrad(GridSample forward) implements Computed {
    @Override
    public Spec[] infer(Spec... in) {
        return new Spec[] {Spec.of(in[2].dtype(), in[2].shape())};
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
