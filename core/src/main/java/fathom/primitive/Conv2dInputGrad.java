package fathom.primitive;

import fathom.Tensor;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The gradient of {@link Conv2d} by its input; also the transposed convolution. Inputs: {@code g: [N, O, oH, oW]},
 * {@code w: [O, C/groups, kH, kW]}. Output: {@code [N, C, H, W]} with channels-last strides.
 *
 * @param window the forward convolution's
 * @param groups the forward convolution's
 * @param inH rows of the forward convolution's input
 * @param inW columns of the forward convolution's input
 */
public record Conv2dInputGrad(Window window, int groups, long inH, long inW) implements Computed {
    @Override
    public Spec[] infer(Spec... in) {
        long[] g = in[0].shape();
        long[] w = in[1].shape();
        if (g.length != 4
                || w.length != 4
                || g[1] != w[0]
                || w[0] % groups != 0
                || window.outH(inH, w[2]) != g[2]
                || window.outW(inW, w[3]) != g[3]) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "conv2d, transposed: input %s, weight %s and %d groups do not give [%d, %d] rows and columns",
                            Arrays.toString(g),
                            Arrays.toString(w),
                            groups,
                            inH,
                            inW));
        }
        return new Spec[] {Layouts.channelsLast(in[0].dtype(), g[0], w[1] * groups, inH, inW)};
    }

    @Override
    public boolean savesInput(int i, Wants wants) {
        return i == 0 ? wants.wants(1) : wants.wants(0);
    }

    @Override
    public @Nullable Tensor[] gradient(Tape t, @Nullable Tensor[] gradOutputs) {
        Tensor gg = gradOutputs[0];
        long[] w = t.inputShape(1);
        return new @Nullable Tensor[] {
            t.wants(0) ? Ops.apply(new Conv2d(window, groups), gg, t.input(1)) : null,
            t.wants(1) ? Ops.apply(new Conv2dWeightGrad(window, groups, w[2], w[3]), t.input(0), gg) : null
        };
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return this == o
                || o instanceof Conv2dInputGrad e
                        && window.equals(e.window)
                        && groups == e.groups
                        && inH == e.inH
                        && inW == e.inW;
    }

    @Override
    public int hashCode() {
        return 31 * (31 * (31 * window.hashCode() + groups) + Long.hashCode(inH)) + Long.hashCode(inW);
    }
}
