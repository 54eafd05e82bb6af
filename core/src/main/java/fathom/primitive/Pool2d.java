package fathom.primitive;

import fathom.DType;
import fathom.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Pooling over windows of {@code x: [N, C, H, W]}. Outputs: {@code y: [N, C, oH, oW]} with channels-last strides; for
 * {@link Kind#MAX} also the int64 places of the maxima, {@code h * W + w}, of the same shape and strides. NaN wins a
 * maximum; of equal maxima the first in row-major order does.
 *
 * @param kind maximum or average
 * @param rows the windows along H
 * @param columns the windows along W
 * @param countIncludePad whether padding counts in an average's divisor; a window that hangs over the padding's edge
 *     counts only up to that edge
 * @param divisor the divisor of averages; 0 for the number of positions in the window
 */
public record Pool2d(Kind kind, PoolAxis rows, PoolAxis columns, boolean countIncludePad, int divisor)
        implements Computed {
    /** How a window becomes one number. */
    public enum Kind {
        MAX,
        AVG
    }

    @Override
    public Spec[] infer(Spec... in) {
        long n = in[0].size(0);
        long c = in[0].size(1);
        var y = Layouts.channelsLast(in[0].dtype(), n, c, rows.count(), columns.count());
        return kind == Kind.MAX
                ? new Spec[] {y, Layouts.channelsLast(DType.INT64, n, c, rows.count(), columns.count())}
                : new Spec[] {y};
    }

    @Override
    public boolean savesOutput(int i, Wants wants) {
        return i == 1;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape t, @Nullable Tensor[] gradOutputs) {
        long[] x = t.inputShape(0);
        var back = new Pool2dGrad(this, x[2], x[3]);
        return new @Nullable Tensor[] {
            kind == Kind.MAX ? Ops.apply(back, gradOutputs[0], t.output(1)) : Ops.apply(back, gradOutputs[0])
        };
    }
}
