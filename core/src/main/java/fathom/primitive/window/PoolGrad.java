package fathom.primitive.window;

import fathom.Tensor;
import fathom.primitive.Computed;
import fathom.primitive.Layouts;
import fathom.primitive.Ops;
import fathom.primitive.Spec;
import fathom.primitive.Tape;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The input gradient of {@link Pool}. Inputs: {@code g: [N, C, (oD, (oH,)) oW]} and, for maxima, their indices. Output:
 * {@code [N, C, (D, (H,)) W]} with channels-last strides.
 *
 * @param forward the pooling
 * @param in the spatial sizes of its input; not to be modified
 */
public record PoolGrad(Pool forward, long... in) implements Computed {
    @Override
    public Spec[] infer(Spec... inputs) {
        return new Spec[] {
            Layouts.channelsLast(inputs[0].dtype(), Convolution.extents(inputs[0].size(0), inputs[0].size(1), in))
        };
    }

    @Override
    public boolean savesInput(int i, NeedsGrad needsGrad) {
        return i == 1;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape t, @Nullable Tensor[] gradOutputs) {
        Tensor gg = gradOutputs[0];
        if (forward.kind() == Pool.Kind.AVG) {
            return new @Nullable Tensor[] {Ops.apply(forward, gg)};
        }
        Tensor places = t.input(1);
        Tensor picked = gg.flatten(2, -1).gather(2, places.flatten(2, -1));
        return new @Nullable Tensor[] {picked.reshape(places.shape().dims()), null};
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return this == o || o instanceof PoolGrad e && forward.equals(e.forward) && Arrays.equals(in, e.in);
    }

    @Override
    public int hashCode() {
        return 31 * forward.hashCode() + Arrays.hashCode(in);
    }

    @Override
    public String toString() {
        return "PoolGrad[forward=%s, in=%s]".formatted(forward, Arrays.toString(in));
    }
}
