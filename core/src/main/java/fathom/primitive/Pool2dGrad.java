package fathom.primitive;

import fathom.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The gradient of {@link Pool2d} by its input. Inputs: {@code g: [N, C, oH, oW]} and, for maxima, their places. Output:
 * {@code [N, C, H, W]} with channels-last strides.
 *
 * @param forward the pooling
 * @param inH rows of its input
 * @param inW columns of its input
 */
public record Pool2dGrad(Pool2d forward, long inH, long inW) implements Computed {
    @Override
    public Spec[] infer(Spec... in) {
        return new Spec[] {Layouts.channelsLast(in[0].dtype(), in[0].size(0), in[0].size(1), inH, inW)};
    }

    @Override
    public boolean savesInput(int i, Wants wants) {
        return i == 1;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape t, @Nullable Tensor[] gradOutputs) {
        Tensor gg = gradOutputs[0];
        if (forward.kind() == Pool2d.Kind.AVG) {
            return new @Nullable Tensor[] {Ops.apply(forward, gg)};
        }
        Tensor places = t.input(1);
        Tensor picked = gg.flatten(2, 3).gather(2, places.flatten(2, 3));
        return new @Nullable Tensor[] {picked.reshape(places.shape().dims()), null};
    }
}
