package fathom.primitive;

import fathom.DType;
import fathom.Tensor;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Two-dimensional cross-correlation. Inputs: {@code x: [N, C, H, W]}, {@code w: [O, C/groups, kH, kW]} and, if there is
 * a third, the bias {@code [O]}, of x's type or float32. Output: {@code [N, O, oH, oW]} with channels-last strides.
 *
 * @param window strides, padding, dilation
 * @param groups the number of groups that channels are divided into
 */
public record Conv2d(Window window, int groups) implements Computed {
    @Override
    public Spec[] infer(Spec... in) {
        long[] x = in[0].shape();
        long[] w = in[1].shape();
        if (x.length != 4 || w.length != 4 || x[1] != w[1] * groups || w[0] % groups != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "conv2d: input %s and weight %s with %d groups do not fit: want [N, C, H, W] and [O, C/groups, kH, kW]",
                            Arrays.toString(x),
                            Arrays.toString(w),
                            groups));
        }
        if (in[0].dtype() != in[1].dtype()) {
            throw new IllegalArgumentException(
                    "conv2d: input is %s, weight %s; convert one with to(...)".formatted(in[0].dtype(), in[1].dtype()));
        }
        if (in.length > 2 && (in[2].rank() != 1 || in[2].size(0) != w[0])) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "conv2d: the bias has shape %s, but there are %d output channels",
                            Arrays.toString(in[2].shape()),
                            w[0]));
        }
        long oh = window.outH(x[2], w[2]);
        long ow = window.outW(x[3], w[3]);
        if (oh < 1 || ow < 1) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "conv2d: kernel [%d, %d] with dilation [%d, %d] is larger than the padded input [%d, %d]",
                            w[2],
                            w[3],
                            window.dilationH(),
                            window.dilationW(),
                            x[2] + 2L * window.padH(),
                            x[3] + 2L * window.padW()));
        }
        return new Spec[] {Layouts.channelsLast(in[0].dtype(), x[0], w[0], oh, ow)};
    }

    @Override
    public boolean savesInput(int i, Wants wants) {
        return i == 0 ? wants.wants(1) : i == 1 && wants.wants(0);
    }

    @Override
    public @Nullable Tensor[] gradient(Tape t, @Nullable Tensor[] gradOutputs) {
        Tensor g = gradOutputs[0];
        if (g == null) {
            return new @Nullable Tensor[t.inputCount()];
        }
        long[] x = t.inputShape(0);
        long[] w = t.inputShape(1);
        var grads = new @Nullable Tensor[t.inputCount()];
        if (t.wants(0)) {
            grads[0] = Ops.apply(new Conv2dInputGrad(window, groups, x[2], x[3]), g, t.input(1));
        }
        if (t.wants(1)) {
            DType type = t.gradientType(1) == t.inputType(1) ? null : t.gradientType(1);
            grads[1] = Ops.apply(new Conv2dWeightGrad(window, groups, w[2], w[3], type), g, t.input(0));
        }
        if (grads.length > 2 && t.wants(2)) {
            grads[2] = ReduceGradients.sum(g, t.inputType(2), 0, 2, 3);
        }
        return grads;
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return this == o || o instanceof Conv2d e && window.equals(e.window) && groups == e.groups;
    }

    @Override
    public int hashCode() {
        return 31 * window.hashCode() + groups;
    }
}
