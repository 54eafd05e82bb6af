package fathom.primitive.window;

import fathom.DType;
import fathom.Tensor;
import fathom.primitive.Computed;
import fathom.primitive.Layouts;
import fathom.primitive.Ops;
import fathom.primitive.Spec;
import fathom.primitive.Tape;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Pooling over windows of {@code x: [N, C, (D, (H,)) W]}. Outputs: {@code y: [N, C, (oD, (oH,)) oW]} with channels-last
 * strides; for {@link Kind#MAX} also the int64 indices of the maxima, {@code (d * H + h) * W + w}, of the same shape
 * and strides. NaN counts as the maximum; of ties the first in row-major order is taken.
 *
 * @param kind maximum or average
 * @param axes the windows along each spatial axis, outermost first
 * @param countIncludePad whether padding counts in an average's divisor; a window that extends beyond the padding
 *     counts only up to its edge
 * @param divisor the divisor of averages; 0 for the number of positions in the window
 */
public record Pool(Kind kind, List<PoolAxis> axes, boolean countIncludePad, int divisor) implements Computed {
    /** The reduction of a window. */
    public enum Kind {
        MAX,
        AVG
    }

    /**
     * A pooling.
     *
     * @throws IllegalArgumentException unless there are one to three axes
     */
    public Pool {
        axes = List.copyOf(axes);
        if (axes.isEmpty() || axes.size() > 3) {
            throw new IllegalArgumentException("pooling has one to three axes, not " + axes);
        }
    }

    /** {@return a pooling over images, without an explicit divisor} */
    public static Pool ofImages(Kind kind, PoolAxis rows, PoolAxis columns, boolean countIncludePad) {
        return new Pool(kind, List.of(rows, columns), countIncludePad, 0);
    }

    /** {@return the number of spatial axes} */
    public int rank() {
        return axes.size();
    }

    /** {@return the second-last axis, if there are at least two} */
    public PoolAxis rows() {
        return axes.get(axes.size() - 2);
    }

    /** {@return the last axis} */
    public PoolAxis columns() {
        return axes.getLast();
    }

    @Override
    public Spec[] infer(Spec... in) {
        long[] shape = in[0].shape().clone();
        if (shape.length != rank() + 2) {
            throw new IllegalArgumentException(
                    "pooling over %s axes: input %s: expected a batch and channels before them"
                            .formatted(rank(), Arrays.toString(in[0].shape())));
        }
        for (int i = 0; i < rank(); i++) {
            shape[2 + i] = axes.get(i).count();
        }
        var y = Layouts.channelsLast(in[0].dtype(), shape);
        return kind == Kind.MAX ? new Spec[] {y, Layouts.channelsLast(DType.INT64, shape)} : new Spec[] {y};
    }

    @Override
    public boolean savesOutput(int i, NeedsGrad needsGrad) {
        return i == 1;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape t, @Nullable Tensor[] gradOutputs) {
        Tensor given = gradOutputs[0];
        if (given == null) {
            return new @Nullable Tensor[] {null};
        }
        var back = new PoolGrad(this, Convolution.spatial(t.inputShape(0)));
        Tensor g = Convolution.dense(given);
        return new @Nullable Tensor[] {kind == Kind.MAX ? Ops.apply(back, g, t.output(1)) : Ops.apply(back, g)};
    }
}
