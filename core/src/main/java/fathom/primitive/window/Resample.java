package fathom.primitive.window;

import fathom.Tensor;
import fathom.primitive.Computed;
import fathom.primitive.Layouts;
import fathom.primitive.Ops;
import fathom.primitive.Spec;
import fathom.primitive.Tape;
import fathom.primitive.indexing.SparseRows;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Separable resampling along one to three axes, with weights per axis: {@code y[n, c, o...] = sum over i... of the
 * product of the axes' weights times x[n, c, i...]}. Input: {@code x: [N, C, in...]} of float32 or float64. Output:
 * {@code [N, C, out...]}, channels-last if x is.
 *
 * @param axes the axes after the first two dimensions
 * @param transposed whether this is the adjoint, from the axes' outputs to their inputs: the gradient
 */
public record Resample(List<ResampleAxis> axes, boolean transposed) implements Computed {
    @Override
    public Spec[] infer(Spec... in) {
        long[] shape = in[0].shape().clone();
        for (int a = 0; a < axes.size(); a++) {
            shape[2 + a] = transposed ? axes.get(a).in() : axes.get(a).out();
        }
        return new Spec[] {Layouts.withChannelsAs(in[0].shape(), in[0].strides(), in[0].dtype(), shape)};
    }

    /** {@return the weights along axis {@code a}, transposed if this map is} */
    public SparseRows weights(int a) {
        SparseRows rows = axes.get(a).weights();
        return transposed ? rows.transpose() : rows;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        return new @Nullable Tensor[] {Ops.apply(new Resample(axes, !transposed), gradOutputs[0])};
    }
}
